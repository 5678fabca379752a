"""How is it written? Events and states as exact bytes, and back.

The bytes are JSON, so that any database tool can read the log. A type name and a schema number
stand beside them; an older schema is upcast on reading, and the log is never rewritten.
"""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from functools import cache, partial
from types import MappingProxyType
from typing import Any, NamedTuple, TypeVar

import msgspec

from core.envelopes import BEGUN, NO_METADATA, opened
from core.errors import InvalidEvent, UnknownEvent, UnreadableEvent
from core.events import Event, StoredFact, StoredRow, kind_of, own_fields
from core.exactness import check, checked_instant, checked_metadata
from core.plain import Values, plain_writer, values_of
from core.reading import Reader, reader

MAX_EVENT = 1024 * 1024
MAX_METADATA = 16 * 1024
UNREADABLE = (msgspec.MsgspecError, UnicodeDecodeError, TypeError, LookupError)
"""What reading bytes ends in that are not such an event; or an upcaster that misses something."""

T = TypeVar("T")
Body = dict[str, Any]
Upcasters = Mapping[tuple[str, int], Callable[[Body], Body]]


class Encoded(NamedTuple):
    """An event as it is stored, before it has a place."""

    type: str
    schema: int
    event_id: bytes
    occurred_at: int
    metadata: bytes
    data: bytes


_encoded = partial(tuple.__new__, Encoded)
"""Its own `__new__` is Python, and takes twice the time."""


@dataclass(frozen=True, slots=True)
class Shape:
    """What is known of one event class: its own fields, and how to write and read them."""

    event: type[Event]
    type: str
    schema: int
    own: tuple[str, ...]
    values: Callable[[Event], Values]
    plain: Callable[[Values], bytes | None]
    reader: Reader


def _plain(value: Any) -> Any:
    if isinstance(value, MappingProxyType):
        return dict(value)
    raise TypeError(f"cannot be written: {type(value).__name__}")


_encode = msgspec.json.Encoder(enc_hook=_plain).encode


class Codec:
    """Writes and reads the events of a closed list of classes."""

    def __init__(self, events: Iterable[type[Event]], upcasters: Upcasters | None = None) -> None:
        self._shapes = {event.type: _shape(event) for event in events}
        self._shape_of = {shape.event: shape for shape in self._shapes.values()}
        self._reads = {one.type: (one.schema, *one.reader) for one in self._shapes.values()}
        self._upcasters = upcasters or {}
        old = {(name, schema): partial(self._old, name, schema) for name, schema in self._upcasters}
        new = {(name, shape.schema): shape.reader.fact for name, shape in self._shapes.items()}
        self._facts = {kind_of(*known): read for known, read in (old | new).items()}

    @property
    def types(self) -> list[str]:
        """The type names known here."""
        return list(self._shapes)

    def encode(self, event: Event) -> Encoded:
        """The bytes of an event. Raises `InvalidEvent` for anything that would not come back."""
        shape = self._shape_of.get(event.__class__)
        if shape is None:
            raise InvalidEvent(event, "type", "is not among the events of this log")
        values = shape.values(event)
        data = shape.plain(values)
        if data is None or len(data) > MAX_EVENT:
            data = _checked(event, shape, dict(zip(shape.own, values, strict=True)))
        envelope: Any = event._row
        if type(envelope) is tuple and len(envelope) == BEGUN:  # drawn, and seen by nobody
            _, _, _, _, _, event_id, at, _, metadata = envelope
        else:
            event_id, at, metadata = _enveloped(event)
        return _encoded((shape.type, shape.schema, event_id, at, metadata, data))

    def decode(self, row: StoredRow) -> Event:
        """The event of a stored row, in today's shape; its envelope is parsed on first use."""
        try:
            today, read, keep = self._reads[row[3]]
        except KeyError:
            raise UnknownEvent(row[3], row[0]) from None
        data = row[9]
        try:
            if row[4] != today:
                data = self._upcast(row[0], row[3], row[4], data, today)
            event: Event = read(data)
        except UNREADABLE as error:
            raise UnreadableEvent(row[3], row[0], str(error)) from None
        keep(event, row)  # it waits there until somebody asks who and when
        return event

    def facts(
        self, rows: Iterable[StoredFact], whole: Callable[[], Iterable[StoredRow]]
    ) -> list[Event]:
        """The events of these rows in today's shape, without an envelope: what a fold needs.

        `whole` has the same rows with all there is to them: where one cannot be read, the error
        names its place.
        """
        reads = self._facts
        try:
            return [reads[kind](data) for kind, data in rows]
        except (UnknownEvent, *UNREADABLE):
            return [self.decode(row) for row in whole()]

    def _old(self, name: str, schema: int, data: bytes) -> Event:
        shape = self._shapes[name]
        return shape.reader.fact(self._upcast(0, name, schema, data, shape.schema))  # type: ignore[no-any-return]  # a fact of that shape

    def _upcast(self, position: int, name: str, schema: int, data: bytes, today: int) -> bytes:
        body = msgspec.json.decode(data)
        while schema != today:
            upcaster = self._upcasters.get((name, schema))
            if upcaster is None:
                raise UnknownEvent(f"{name} of schema {schema}", position)
            body, schema = upcaster(body), schema + 1
        return _encode(body)


def _shape(event: type[Event]) -> Shape:
    own = {name: kind for name, kind, _ in own_fields(event)}
    names = tuple(own)
    written = values_of(names), plain_writer(own)
    return Shape(event, event.type, event.schema, names, *written, reader(event))


def _enveloped(event: Event) -> tuple[bytes, int, bytes]:
    told, metadata = opened(event), NO_METADATA
    if told["metadata"]:
        plain = checked_metadata(event, told["metadata"])
        metadata = _written(event, "metadata", plain, MAX_METADATA)
    return told["event_id"].bytes, checked_instant(event, told["occurred_at"]), metadata


def _checked(event: Event, shape: Shape, body: Body) -> bytes:
    """The bytes of any body, once each value was looked at and the whole was read back."""
    for name, value in body.items():
        check(event, name, value, 1)
    kept = {name: _kept(value) for name, value in body.items()}
    data = _written(event, "data", kept, MAX_EVENT)
    _check_reading(event, shape, data)
    return data


def _kept(value: Any) -> Any:
    # ISO 8601 knows offsets in whole minutes; a stranger zone would move the instant.
    if isinstance(value, datetime) and (value.utcoffset() or timedelta()).seconds % 60:
        return value.astimezone(UTC)
    return value


def _check_reading(event: Event, shape: Shape, data: bytes) -> None:
    """Refuse what could be written but would be read back as something else, or not at all."""
    try:
        again = shape.reader.fact(data)
    except msgspec.MsgspecError as error:
        where, reason = _place(error)
        raise InvalidEvent(event, where, f"is not what it should be: {reason}") from None
    for name in shape.own:
        kind, read = type(getattr(event, name)), type(getattr(again, name))
        if kind is not read and not issubclass(kind, Mapping):
            raise InvalidEvent(
                event, name, f"is not what it should be: {kind.__name__}, not {read.__name__}"
            )


def _written(event: Event, where: str, value: Any, limit: int) -> bytes:
    try:
        data = _encode(value)
    except UnicodeEncodeError:
        raise InvalidEvent(event, where, "holds text that is not Unicode") from None
    except (TypeError, OverflowError, RecursionError) as error:
        raise InvalidEvent(event, where, f"cannot be written ({error})") from None
    if len(data) > limit:
        raise InvalidEvent(event, where, f"is {len(data):,} bytes; the limit is {limit:,}")
    return data


def _place(error: msgspec.MsgspecError) -> tuple[str, str]:
    reason, _, path = str(error).partition(" - at `$.")
    return path.rstrip("`") or "data", reason


def encode_state(state: Any) -> bytes:
    """A state as bytes, for a snapshot."""
    return _encode(state)


def decode_state(data: bytes, kind: type[T]) -> T | None:
    """The state of a snapshot, or None where the bytes are not such a state."""
    try:
        state: T = _state_decoder(kind).decode(data)  # type: ignore[arg-type]  # a class has a hash
    except (msgspec.MsgspecError, UnicodeDecodeError, ValueError):
        return None
    return state


@cache
def _state_decoder(kind: Any) -> msgspec.json.Decoder[Any]:
    return msgspec.json.Decoder(kind)


def fingerprint(kind: type[Any]) -> str:
    """Names the shape of a state, 16 hex digits: a snapshot of another shape is not used."""
    schema = msgspec.json.encode(msgspec.json.schema(kind), order="deterministic")
    return hashlib.sha256(schema).hexdigest()[:16]


def read_json(data: bytes) -> Any:
    """Stored bytes as plain values, for showing them."""
    return msgspec.json.decode(data)
