"""What can be kept exactly? It comes back from any database as itself, or it does not go in."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from datetime import UTC, datetime
from decimal import Decimal
from types import MappingProxyType
from typing import Any

from core.errors import InvalidEvent, InvalidStream
from core.events import Event
from core.instants import to_microseconds

MAX_DEPTH = 64
MAX_INTEGER = 2**53 - 1
"""Beyond it JSON readers elsewhere begin to round."""
MAX_DIGITS = 15
MAX_DECIMALS = 9
"""Of an amount, before and after the point: sums and products of such amounts stay exact."""
TEXT = rb'"[^"]*"'
PAIR = TEXT + b":" + TEXT
PLAIN: dict[type, bytes] = {
    str: TEXT,
    type(None): b"null",
    int: rb"-?[0-9]{1,%d}" % (len(str(MAX_INTEGER)) - 1),
    Decimal: rb'"-?[0-9]{1,%d}(?:\.[0-9]{1,%d})?"' % (MAX_DIGITS, MAX_DECIMALS),
    MappingProxyType: rb"\{(?:%b(?:,%b)*)?\}" % (PAIR, PAIR),
}
"""How JSON without a backslash reads of a value that comes back as it was, without a closer look:
text (or text under names of text) that needs no escape, and numbers that are short enough."""
FIRST, LAST = (to_microseconds(end.replace(tzinfo=UTC)) for end in (datetime.min, datetime.max))


def check(event: Event, where: str, value: Any, depth: int) -> None:
    """Refuse what JSON or a database would bend: it must come back as itself or not go in."""
    kind = type(value)
    if kind is str:
        if "\0" in value and where.endswith("_id"):
            raise InvalidEvent(event, where, "holds U+0000")
        if not value.isascii() and any("\ud800" <= one <= "\udfff" for one in value):
            raise InvalidEvent(event, where, "holds a lone surrogate, which is not text")
    elif value is None:
        return
    elif kind is int:
        if abs(value) > MAX_INTEGER:
            raise InvalidEvent(event, where, "is beyond 2^53 - 1")
    elif isinstance(value, Decimal):
        _check_amount(event, where, value)
    elif isinstance(value, float):
        if not math.isfinite(value):
            raise InvalidEvent(event, where, f"is {value}, which is not a number")
    elif isinstance(value, datetime):
        if value.tzinfo is None:
            raise InvalidEvent(event, where, "has no time zone")
    elif depth > MAX_DEPTH:
        raise InvalidEvent(event, where, f"is nested more than {MAX_DEPTH} deep")
    elif isinstance(value, Mapping):
        for name, part in value.items():
            if not isinstance(name, str):
                raise InvalidEvent(event, f"{where}[{name!r}]", "is not under a name of text")
            check(event, f"{where}[{name!r}]", name, depth + 1)
            check(event, f"{where}[{name!r}]", part, depth + 1)
    elif isinstance(value, Sequence) and not isinstance(value, str | bytes):
        for place, part in enumerate(value):
            check(event, f"{where}[{place}]", part, depth + 1)


def _check_amount(event: Event, where: str, value: Decimal) -> None:
    if not value.is_finite():
        raise InvalidEvent(event, where, f"is {value}, which is not a number")
    if value.adjusted() >= MAX_DIGITS or int(value.as_tuple().exponent) < -MAX_DECIMALS:
        limits = f"{MAX_DIGITS} digits before and {MAX_DECIMALS} after the point"
        raise InvalidEvent(event, where, f"has more than {limits}")


def checked_metadata(event: Event, metadata: Mapping[str, str]) -> dict[str, str]:
    """The metadata of an event: text under names of text."""
    for name, value in metadata.items():
        if not isinstance(name, str) or not isinstance(value, str):
            raise InvalidEvent(event, f"metadata[{name!r}]", "is not text")
        if "\0" in name or "\0" in value:
            raise InvalidEvent(event, f"metadata[{name!r}]", "holds U+0000")
        check(event, f"metadata[{name!r}]", value, 1)
    return dict(metadata)


def checked_instant(event: Event, moment: datetime) -> int:
    """When an event happened, in microseconds since 1970."""
    if moment.tzinfo is None:
        raise InvalidEvent(event, "occurred_at", "has no time zone")
    instant = to_microseconds(moment)
    if not FIRST <= instant <= LAST:
        raise InvalidEvent(event, "occurred_at", "is not within the years 1 to 9999")
    return instant


def check_stream(stream: str) -> str:
    """A stream id every store can keep: 1 to 255 bytes of printable text. Else `InvalidStream`."""
    if not stream:
        raise InvalidStream(stream, "it is empty")
    if not stream.isprintable():
        raise InvalidStream(stream, "it holds characters that cannot be printed")
    if len(stream.encode()) > 255:
        raise InvalidStream(stream, "it is longer than 255 bytes")
    return stream
