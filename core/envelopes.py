"""Which one is it, when was it, who said so? What stands on a fact and is no part of it."""

from __future__ import annotations

import json
import os
import time
from array import array
from collections.abc import Mapping
from datetime import datetime
from types import MappingProxyType
from typing import Any, TypeVar
from uuid import UUID, SafeUUID

from core.deciders import evolved
from core.instants import from_microseconds

ENVELOPE = ("event_id", "occurred_at", "metadata")
ROW = "_row"
"""Where an event keeps its envelope: as the row it comes from, or as much of one as it has before
it is written; once somebody asked, as its fields."""
BEGUN = 9
"""How many cells of a row an event has that nobody has written yet."""

E = TypeVar("E")

NO_METADATA = b"{}"
NOTHING_SAID: Mapping[str, str] = MappingProxyType({})

Row = tuple[Any, ...]
"""A stored row, or the `BEGUN` cells of one."""
Envelope = dict[str, Any]
"""Field → value."""


def begun(
    event_id: UUID | None, occurred_at: datetime | None, metadata: Mapping[str, str] | None
) -> Row | Envelope:
    """The envelope of an event that is made now; what is not said is drawn.

    Mostly nothing is said, and nobody asks before it is written: then it is kept as a row keeps it,
    so that neither an id nor a time is made only to be taken apart again.
    """
    now = time.time_ns()
    if event_id is None and occurred_at is None and metadata is None:
        drawn = _numbered(now).to_bytes(16, "big")
        return (0, "", 0, "", 0, drawn, now // 1000, 0, NO_METADATA)
    return {
        "event_id": event_id or _uuid(_numbered(now)),
        "occurred_at": occurred_at or from_microseconds(now // 1000),
        "metadata": view(metadata or NOTHING_SAID),
    }


def stamped(event: E, occurred_at: datetime, metadata: Mapping[str, str]) -> E:
    """The same fact, at this time and with these metadata."""
    told: Any = getattr(event, ROW)
    known = _uuid(int.from_bytes(told[5], "big")) if isinstance(told, tuple) else told["event_id"]
    envelope = {"event_id": known, "occurred_at": occurred_at, "metadata": metadata}
    return evolved(event, **{ROW: envelope})


def view(value: Any) -> Any:
    """A dictionary as nobody can change it; anything else as it is."""
    return MappingProxyType(dict(value)) if isinstance(value, dict) else value


def _numbered(now: int) -> int:
    """The number of an id of version 7 (RFC 9562) that is drawn now (ns since 1970): the time, to a
    quarter of a microsecond, and then chance.

    Ids that follow each other stand side by side in an index, so that an append writes a page of
    it, where random ones would have it write a page for each event.
    """
    try:
        chance = _chances.pop()
    except IndexError:
        chance, *more = _drawn()
        _chances.extend(more)
    return (now // 1_000_000 << 16 | 0x7000 | now % 1_000_000 // 245) << 64 | chance


def _drawn() -> list[int]:
    """The second halves of the next ids: two bits that RFC 9562 asks for, and 62 of chance."""
    return [0b10 << 62 | drawn >> 2 for drawn in array("Q", os.urandom(8 * 128))]


_chances: list[int] = []
if hasattr(os, "register_at_fork"):  # else there is no fork
    os.register_at_fork(after_in_child=_chances.clear)  # or it would use those of its parent


def _uuid(number: int) -> UUID:
    made = object.__new__(UUID)  # past its `__init__`, which takes as long as all the rest
    _put(made, "int", number)
    _put(made, "is_safe", _UNKNOWN)
    return made


_put = object.__setattr__
_UNKNOWN = SafeUUID.unknown


class Opened:
    """A field of the envelope: opened when somebody asks.

    Half the price of reading an event is its envelope, and a fold never looks at it.
    """

    def __init__(self, name: str) -> None:
        self._name = name

    def __get__(self, event: Any, _: type) -> Any:
        if event is None:
            raise AttributeError(self._name)
        told = event._row
        if type(told) is not dict:
            told = opened(event, self._name)
        return told[self._name]


def opened(event: Any, asked: str = "envelope") -> Envelope:
    """The envelope of an event, which is opened from now on."""
    told = event._row
    if told is None:
        raise AttributeError(f"this {type(event).__name__} was read without its {asked}")
    if isinstance(told, tuple):
        told = {
            "event_id": UUID(bytes=told[5]),
            "occurred_at": from_microseconds(told[6]),
            "metadata": MappingProxyType(json.loads(told[8])),
        }
        _keep(event, told)
    envelope: Envelope = told
    return envelope


def _keep(event: Any, told: Envelope) -> None:
    place = getattr(type(event), ROW, None)
    if place is None:
        _put(event, ROW, told)
    else:  # what was read has no dictionary
        place.__set__(event, told)
