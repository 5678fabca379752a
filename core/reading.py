"""How are the bytes of an event read: as the event itself, or as the fact alone, for a fold?"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import MISSING, field, fields, make_dataclass
from types import MappingProxyType
from typing import Any, get_type_hints

import msgspec
from msgspec.structs import force_setattr

from core.events import ENVELOPE, Event, mappings

Read = Callable[[bytes], Any]
"""Raises `MsgspecError` for bytes that are not such an event."""


def own_fields(event: type[Event]) -> list[tuple[str, Any, Any]]:
    """(name, type, default or `MISSING`) of each field that is not of the envelope."""
    hints = get_type_hints(event)
    told = [one for one in fields(event) if one.name not in ENVELOPE]
    return [(one.name, hints[one.name], one.default) for one in told]


def own_mappings(event: type[Event]) -> tuple[str, ...]:
    """The own fields that are mappings, which come out of JSON as dictionaries that can change."""
    return tuple(set(mappings(event)) - {*ENVELOPE})  # type: ignore[arg-type]  # a class has a hash


def twin(event: type[Event]) -> Read:
    """Reads a body into a twin of the event that lacks the envelope, and can become the event."""
    made = make_dataclass(
        event.__name__,
        [
            (name, kind) if default is MISSING else (name, kind, field(default=default))
            for name, kind, default in own_fields(event)
        ],
    )
    return msgspec.json.Decoder(made).decode


def bare(event: type[Event]) -> Read:
    """Reads a body as a fact without an envelope, for a fold.

    It is no dataclass, whose dictionary takes three times as long to fill, but a structure that
    passes for one: it equals the event, `match` and `isinstance` take it for one, it cannot be
    changed, and it leaves the garbage collector in peace.
    """
    told: list[Any] = [
        (name, kind) if default is MISSING else (name, kind, default)
        for name, kind, default in own_fields(event)
    ]
    made = msgspec.defstruct(
        event.__name__,
        told,
        namespace={**_said(event), "__class__": event},  # what isinstance asks where types differ
        module=event.__module__,
        frozen=True,
        gc=False,  # what comes out of JSON holds no circle
    )
    read: Read = msgspec.json.Decoder(made).decode
    return _sealed(read, names) if (names := own_mappings(event)) else read


def _said(event: type[Event]) -> dict[str, Any]:
    """What an event says beside its own fields: its type, and that its envelope was not read."""
    own = {name for name, _, _ in own_fields(event)}
    kinds = reversed(event.__mro__[:-1])
    said = {name: one for kind in kinds for name, one in vars(kind).items()}
    return {name: one for name, one in said.items() if name not in own and name[:2] != "__"}


def _sealed(read: Read, names: tuple[str, ...]) -> Read:
    def sealed(data: bytes) -> Any:
        fact = read(data)
        for name in names:
            force_setattr(fact, name, MappingProxyType(getattr(fact, name)))
        return fact

    return sealed
