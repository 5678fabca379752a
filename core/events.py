"""What happened? A fact in the past tense, and the place the log gave it."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import MISSING, dataclass, field, fields
from datetime import datetime
from typing import Any, ClassVar, dataclass_transform, get_origin, get_type_hints
from uuid import UUID

from core.envelopes import ENVELOPE, ROW, Opened, begun, view
from core.instants import from_microseconds

DRAWN: Any = None
"""What nobody says is drawn when the event is made."""


@dataclass_transform(frozen_default=True)
@dataclass(frozen=True, init=False, kw_only=True)
class Event:
    """A fact. Two events are equal when they state the same fact, whoever recorded it and when.

    A subclass names itself for the log: `class OrderPlaced(Event, type="OrderPlaced", schema=1)`.
    That name and number are stored, so the class may be renamed and moved freely. What it declares
    are the fields of a frozen dataclass, which it becomes by itself.
    """

    event_id: UUID = field(default=DRAWN, compare=False)
    occurred_at: datetime = field(default=DRAWN, compare=False)
    metadata: Mapping[str, str] = field(default=DRAWN, compare=False)

    type: ClassVar[str] = ""
    schema: ClassVar[int] = 1
    _row: ClassVar[Any]

    def __init_subclass__(cls, type: str = "", schema: int = 1, **kwargs: Any) -> None:
        super().__init_subclass__(**kwargs)
        cls.type, cls.schema = type, schema
        made = dataclass(frozen=True, init=False)(cls)
        made.__init__ = _init(made)  # type: ignore[method-assign]  # it is what a dataclass would have


def _init(event: type[Event]) -> Callable[..., None]:
    """What makes an event of its own fields, in their order or by name, and of its envelope.

    A frozen dataclass sets its fields one by one, past what forbids it, and draws an id and a time:
    that was a sixth of an append.
    """
    own, closed = own_fields(event), mappings(event)
    asked = [name if one is MISSING else f"{name}=_event.{name}" for name, _, one in own]
    asked += ["*", *(f"{name}=None" for name in ENVELOPE)]
    kept = {name: f"_view({name})" if name in closed else name for name, _, _ in own}
    kept[ROW] = f"_begun({', '.join(ENVELOPE)})"
    told = ", ".join(f"{name!r}: {value}" for name, value in kept.items())
    text = f"def __init__(_self, {', '.join(asked)}): _put(_self, '__dict__', {{{told}}})"
    known: dict[str, Any] = {"_event": event, "_begun": begun, "_view": view}
    known["_put"] = object.__setattr__
    exec(text, known)
    made: Callable[..., None] = known["__init__"]
    made.__qualname__ = f"{event.__qualname__}.__init__"  # named where something is missing
    return made


def own_fields(event: type[Event]) -> list[tuple[str, Any, Any]]:
    """(name, type, default or `MISSING`) of each field that is not of the envelope."""
    hints = get_type_hints(event)
    told = [one for one in fields(event) if one.name not in ENVELOPE]
    return [(one.name, hints[one.name], one.default) for one in told]


def mappings(event: type[Event]) -> tuple[str, ...]:
    """The own fields that are mappings: each is given a view that cannot be changed."""
    own = own_fields(event)
    return tuple(name for name, kind, _ in own if get_origin(kind) in (dict, Mapping))


for _name in ENVELOPE:
    setattr(Event, _name, Opened(_name))


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
