"""How are the bytes of an event read? As a structure that passes for the event."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import MISSING, fields
from types import MappingProxyType
from typing import Any, NamedTuple

import msgspec
from msgspec.structs import force_setattr

from core.envelopes import ROW
from core.events import Event, StoredRow, mappings, own_fields

OWN_WORDS = ("__eq__", "__hash__", "__dataclass_fields__", "__match_args__", "__replace__")
"""What a dataclass makes of its fields; the last from Python 3.13 on."""


class Reader(NamedTuple):
    """How an event is read."""

    fact: Callable[[bytes], Any]
    """Reads a body; raises `MsgspecError` for bytes that are not such an event."""
    keep: Callable[[Any, StoredRow], None]
    """Gives it the row it comes from, which knows who and when."""


def reader(event: type[Event]) -> Reader:
    """Reads bodies of an event.

    What it makes is no dataclass, whose dictionary takes three times as long to fill, but a
    structure that passes for one: it equals the event, `match`, `isinstance` and `replace` take it
    for one, it cannot be changed, and it leaves the garbage collector in peace. Without a row it is
    the fact alone, all a fold needs.
    """
    told: list[Any] = [
        (name, kind) if default is MISSING else (name, kind, default)
        for name, kind, default in own_fields(event)
    ]
    made = msgspec.defstruct(
        event.__name__,
        [*told, (ROW, None, None)],  # nothing that is written can be it
        namespace=_said(event),
        module=event.__module__,
        frozen=True,
        eq=False,
        gc=False,  # what comes out of JSON holds no circle
    )
    read = msgspec.json.Decoder(made).decode
    names = mappings(event)
    return Reader(_sealed(read, names) if names else read, getattr(made, ROW).__set__)


def _said(event: type[Event]) -> dict[str, Any]:
    """What an event says beside its own fields, and whose it says it is."""
    own = {ROW, *(name for name, _, _ in own_fields(event))}
    kinds = reversed(event.__mro__[:-1])
    said = {name: one for kind in kinds for name, one in vars(kind).items()}
    kept = {
        name: one
        for name, one in said.items()
        if name in OWN_WORDS or (name not in own and name[:2] != "__")
    }
    return {**kept, "__class__": event, "__repr__": _shown}  # isinstance asks for the former


def _shown(fact: Any) -> str:
    """As a dataclass is shown, without an envelope that was not read."""
    names = [one.name for one in fields(fact) if hasattr(fact, one.name)]
    told = ", ".join(f"{name}={getattr(fact, name)!r}" for name in names)
    return f"{fact.__class__.__qualname__}({told})"


def _sealed(read: Callable[[bytes], Any], names: tuple[str, ...]) -> Callable[[bytes], Any]:
    def sealed(data: bytes) -> Any:
        fact = read(data)
        for name in names:
            force_setattr(fact, name, MappingProxyType(getattr(fact, name)))
        return fact

    return sealed
