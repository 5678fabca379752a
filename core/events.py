"""What happened? A fact in the past tense, and the place the log gave it."""

from __future__ import annotations

import json
import os
import time
from array import array
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, fields
from datetime import UTC, datetime, timedelta
from functools import cache
from types import MappingProxyType
from typing import Any, ClassVar, get_origin, get_type_hints
from uuid import UUID, SafeUUID

ENVELOPE = ("event_id", "occurred_at", "metadata")
ROW = "_row"
"""Where an event that was read keeps the row it comes from."""


def utc_now() -> datetime:
    """The present moment, in UTC, to the microsecond."""
    return datetime.now(UTC)


def new_id() -> UUID:
    """An id of version 7 (RFC 9562): the time, to a quarter of a microsecond, and then chance.

    Ids that follow each other stand side by side in an index, so that an append writes a page of
    it, where random ones would have it write a page for each event.
    """
    try:
        chance = _chances.pop()
    except IndexError:
        chance, *more = _drawn()
        _chances.extend(more)
    millisecond, rest = divmod(time.time_ns(), 1_000_000)
    when = millisecond << 16 | 0x7000 | rest // 245
    made = object.__new__(UUID)  # past its `__init__`, which takes as long as all of this
    _put(made, "int", when << 64 | chance)
    _put(made, "is_safe", _UNKNOWN)
    return made


def _drawn() -> list[int]:
    """The second halves of the next ids: two bits that RFC 9562 asks for, and 62 of chance."""
    return [0b10 << 62 | drawn >> 2 for drawn in array("Q", os.urandom(8 * 128))]


_chances: list[int] = []
if hasattr(os, "register_at_fork"):  # else there is no fork
    os.register_at_fork(after_in_child=_chances.clear)  # or it would use those of its parent

_put = object.__setattr__
_UNKNOWN = SafeUUID.unknown

NOTHING_SAID: Mapping[str, str] = MappingProxyType({})


@dataclass(frozen=True, kw_only=True)
class Event:
    """A fact. Two events are equal when they state the same fact, whoever recorded it and when.

    A subclass names itself for the log: `class OrderPlaced(Event, type="OrderPlaced", schema=1)`.
    That name and number are stored, so the class may be renamed and moved freely.
    """

    event_id: UUID = field(default_factory=new_id, compare=False)
    occurred_at: datetime = field(default_factory=utc_now, compare=False)
    metadata: Mapping[str, str] = field(default_factory=lambda: NOTHING_SAID, compare=False)

    type: ClassVar[str] = ""
    schema: ClassVar[int] = 1

    def __init_subclass__(cls, type: str = "", schema: int = 1, **kwargs: Any) -> None:
        super().__init_subclass__(**kwargs)
        cls.type, cls.schema = type, schema

    def __post_init__(self) -> None:
        # Not by way of `__dict__`: once that was asked for, every attribute reads slower.
        for name in mappings(type(self)):  # type: ignore[arg-type]  # a class has a hash
            value = getattr(self, name)
            if isinstance(value, dict):
                _put(self, name, MappingProxyType(dict(value)))


@cache
def mappings(event: type[Event]) -> tuple[str, ...]:
    """The fields of an event that are mappings: each is given a view that cannot be changed."""
    hints = get_type_hints(event)
    named = [one.name for one in fields(event)]
    return tuple(name for name in named if get_origin(hints[name]) in (dict, Mapping))


class _Opened:
    """An envelope field of an event that was read from a log: opened when somebody asks.

    Half the price of reading an event is its envelope, and a fold never looks at it. This is asked
    only while the field is missing from the event itself; a `__getattr__` would do the same, and
    make every other attribute of every event four times as slow.
    """

    def __init__(self, name: str) -> None:
        self._name = name

    def __get__(self, event: Event | None, kind: type[Event]) -> Any:
        if event is None:
            raise AttributeError(self._name)
        told = getattr(event, ROW, None)  # a fact alone has none
        if told is None:
            raise AttributeError(f"this {kind.__name__} was read without its {self._name}")
        if isinstance(told, tuple):
            told = _envelope(told)
            getattr(kind, ROW).__set__(event, told)
        return told[self._name]


for _name in ENVELOPE:
    setattr(Event, _name, _Opened(_name))


class Recorded:
    """An event and its place in the log; the event itself is decoded on first use."""

    __slots__ = ("_decode", "_event", "row")

    def __init__(self, row: StoredRow, decode: Callable[[StoredRow], Event]) -> None:
        self.row = row
        self._decode = decode
        self._event: Event | None = None

    @property
    def event(self) -> Event:
        """The fact, in today's shape (older shapes are upcast on reading). It passes for one that
        was made: ask `isinstance`, not `type`."""
        if self._event is None:
            self._event = self._decode(self.row)
        return self._event

    @property
    def position(self) -> int:
        """Place in the log, from 1, without holes."""
        return self.row[0]

    @property
    def stream(self) -> str:
        """The stream it belongs to, such as `order-<id>`."""
        return self.row[1]

    @property
    def version(self) -> int:
        """Place in its stream, from 1, without holes."""
        return self.row[2]

    @property
    def type(self) -> str:
        """The stored type name."""
        return self.row[3]

    @property
    def schema(self) -> int:
        """The schema version the bytes were written in."""
        return self.row[4]

    @property
    def occurred_at(self) -> datetime:
        """When it happened in the world, in UTC."""
        return from_microseconds(self.row[6])

    @property
    def recorded_at(self) -> datetime:
        """When the log learned it, in UTC; never goes backwards along positions."""
        return from_microseconds(self.row[7])

    @property
    def metadata_bytes(self) -> bytes:
        """The metadata, exactly as stored and digested."""
        return self.row[8]

    @property
    def data(self) -> bytes:
        """The event's own fields as JSON, exactly as stored and digested."""
        return self.row[9]

    @property
    def digest(self) -> bytes:
        """SHA-256 of this event and of its predecessor in the stream, 32 bytes."""
        return self.row[10]

    @property
    def seal(self) -> bytes:
        """SHA-256 of every digest up to this position, 32 bytes: it vouches for the log so far."""
        return self.row[11]

    def __eq__(self, other: object) -> bool:
        return isinstance(other, Recorded) and self.row == other.row

    def __hash__(self) -> int:
        return hash(self.digest)

    def __repr__(self) -> str:
        return f"<{self.type} @{self.position} {self.stream} v{self.version}>"


StoredRow = tuple[int, str, int, str, int, bytes, int, int, bytes, bytes, bytes, bytes]
"""position, stream, version, type, schema, event_id, occurred_at (µs), recorded_at (µs),
metadata, data, digest, seal: one row of the log, as every store keeps it."""

StoredFact = tuple[str, bytes]
"""kind, data: the part of a row that a fold needs."""


def kind_of(name: str, schema: int) -> str:
    """The type of an event, and its schema behind it unless it is the first: what a fold has to
    know of it, in one column, because each costs a fifth of the reading."""
    return name if schema == 1 else f"{name} {schema}"


COLUMNS = (
    "position",
    "stream",
    "version",
    "type",
    "schema_version",
    "event_id",
    "occurred_at",
    "recorded_at",
    "metadata",
    "data",
    "digest",
    "seal",
)

EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
MICROSECOND = timedelta(microseconds=1)


def to_microseconds(moment: datetime) -> int:
    """Microseconds since 1970 in UTC: exact, sortable, and the same in every database."""
    return (moment - EPOCH) // MICROSECOND


def from_microseconds(microseconds: int) -> datetime:
    """The UTC datetime of a stored number of microseconds; exact."""
    return EPOCH + microseconds * MICROSECOND


def _envelope(row: StoredRow) -> dict[str, Any]:
    return {
        "event_id": UUID(bytes=row[5]),
        "occurred_at": from_microseconds(row[6]),
        "metadata": MappingProxyType(json.loads(row[8])),
    }
