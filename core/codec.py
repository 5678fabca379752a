"""How is it written? Events and states as exact bytes, and back.

The bytes are JSON, so that any database tool can read the log. A type name and a schema number
stand beside them; an older schema is upcast on reading, and the log is never rewritten.
"""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from functools import cache
from itertools import product
from types import MappingProxyType, UnionType
from typing import Any, NamedTuple, TypeVar, Union, get_args, get_origin

import msgspec

from core.errors import InvalidEvent, UnknownEvent, UnreadableEvent
from core.events import Event, StoredFact, StoredRow
from core.exactness import NUMBERS, PLAIN, check, checked_instant, checked_metadata
from core.reading import bare, mappings, own_fields, twin

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


@dataclass(frozen=True, slots=True)
class Shape:
    """What is known of one event class: its own fields, and how to read them."""

    event: type[Event]
    schema: int
    own: tuple[str, ...]
    numbers: tuple[str, ...]
    plain: frozenset[tuple[type, ...]]
    mappings: tuple[str, ...]
    read: Callable[[bytes], Any]
    fact: Callable[[bytes], Any]


def _plain(value: Any) -> Any:
    if isinstance(value, MappingProxyType):
        return dict(value)
    raise TypeError(f"cannot be written: {type(value).__name__}")


_encode = msgspec.json.Encoder(enc_hook=_plain).encode


class Codec:
    """Writes and reads the events of a closed list of classes."""

    def __init__(self, events: Iterable[type[Event]], upcasters: Upcasters | None = None) -> None:
        self._shapes = {event.type: _shape(event) for event in events}
        self._upcasters = upcasters or {}

    @property
    def types(self) -> list[str]:
        """The type names known here."""
        return list(self._shapes)

    def encode(self, event: Event) -> Encoded:
        """The bytes of an event. Raises `InvalidEvent` for anything that would not come back."""
        shape = self._shapes.get(event.type)
        if shape is None or shape.event is not type(event):
            raise InvalidEvent(event, "type", "is not among the events of this log")
        body = {name: getattr(event, name) for name in shape.own}
        data = _plainly_written(event, shape, body)
        if data is None:
            data = _checked(event, shape, body)
        metadata = _written(event, "metadata", checked_metadata(event), MAX_METADATA)
        occurred_at = checked_instant(event)
        return Encoded(event.type, event.schema, event.event_id.bytes, occurred_at, metadata, data)

    def decode(self, row: StoredRow) -> Event:
        """The event of a stored row, in today's shape; its envelope is parsed on first use."""
        position, name, schema, data = row[0], row[3], row[4], row[9]
        shape = self._shapes.get(name)
        if shape is None:
            raise UnknownEvent(name, position)
        try:
            if schema != shape.schema:
                data = self._upcast(position, name, schema, data, shape.schema)
            event = shape.read(data)
        except UNREADABLE as error:
            raise UnreadableEvent(name, position, str(error)) from None
        for mapping in shape.mappings:
            setattr(event, mapping, MappingProxyType(getattr(event, mapping)))
        event._row = row  # it waits there until somebody asks who and when
        # The body was read into a twin that has no envelope fields; now it becomes the event.
        # Twice as fast as constructing it.
        event.__class__ = shape.event
        return event  # type: ignore[no-any-return]  # its class was assigned one line above

    def facts(self, rows: Iterable[StoredFact]) -> list[Event]:
        """The events of these rows in today's shape, without an envelope: what a fold needs.

        They equal those events, and `match` takes them for such.
        """
        facts: list[Event] = []
        position, name, shapes = 0, "", self._shapes
        try:
            for position, name, schema, data in rows:
                if name not in shapes:
                    raise UnknownEvent(name, position)
                shape = shapes[name]
                if schema != shape.schema:
                    data = self._upcast(position, name, schema, data, shape.schema)
                facts.append(shape.fact(data))
        except UNREADABLE as error:
            raise UnreadableEvent(name, position, str(error)) from None
        return facts

    def _upcast(self, position: int, name: str, schema: int, data: bytes, today: int) -> bytes:
        body = msgspec.json.decode(data)
        while schema != today:
            upcaster = self._upcasters.get((name, schema))
            if upcaster is None:
                raise UnknownEvent(f"{name} of schema {schema}", position)
            body, schema = upcaster(body), schema + 1
        return _encode(body)


def _shape(event: type[Event]) -> Shape:
    own = own_fields(event)
    options = [_kinds(kind) & PLAIN for _, kind, _ in own]
    names = tuple(name for name, _, _ in own)
    numbers = [name for name, kinds in zip(names, options, strict=True) if kinds & NUMBERS]
    plain = frozenset(product(*options))
    told = (event.schema, names, tuple(numbers), plain, mappings(event))
    return Shape(event, *told, twin(event), bare(event))


def _kinds(hint: Any) -> set[type]:
    return set(get_args(hint)) if get_origin(hint) in (Union, UnionType) else {hint}


def _plainly_written(event: Event, shape: Shape, body: Body) -> bytes | None:
    """The bytes of a body of plain text and numbers; None where it needs a closer look.

    What is exactly of the type that is declared is read back as that type, so the bytes themselves
    are not read here; and where they are ASCII without an escaped NUL, no text in them is odd.
    """
    if tuple(map(type, body.values())) not in shape.plain:
        return None
    for name in shape.numbers:
        check(event, name, body[name], 1)
    try:
        data = _encode(body)
    except UnicodeEncodeError:
        return None
    odd = not data.isascii() or b"\\u0000" in data
    return None if odd or len(data) > MAX_EVENT else data


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
        twin = shape.read(data)
    except msgspec.MsgspecError as error:
        where, reason = _place(error)
        raise InvalidEvent(event, where, f"is not what it should be: {reason}") from None
    for name in shape.own:
        kind, read = type(getattr(event, name)), type(getattr(twin, name))
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
