"""Which events are written without a closer look? Text and numbers, exactly as they are declared.

What is of the very type that is declared, and is written as such values plainly are, is read back
as itself. So the types are compared at once, and one look at the bytes tells the rest.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Mapping, Sequence
from itertools import product
from operator import attrgetter
from types import MappingProxyType, UnionType
from typing import Any, Union, get_args, get_origin

import msgspec

from core.events import Event
from core.exactness import PLAIN

Values = tuple[Any, ...]
"""The own fields of an event, in their order."""

BACKSLASH = ord("\\")
"""What every escape begins with. A byte is found by its number in no time."""
_encode = msgspec.json.Encoder().encode


def values_of(names: Sequence[str]) -> Callable[[Event], Values]:
    """Reads the own fields of an event; the compiled reader of one field gives no tuple."""
    if len(names) > 1:
        return attrgetter(*names)
    return lambda event: tuple(getattr(event, name) for name in names)


def plain_writer(hints: Mapping[str, Any]) -> Callable[[Values], bytes | None]:
    """Writes the values of these fields (name → declared type) as JSON; None for what needs a
    closer look: it may be odd, or no such value at all."""
    names = tuple(hints)
    options = [[kind for kind in _kinds(hints[name]) if kind in PLAIN] for name in names]
    types = frozenset(product(*options))
    looks_plain = re.compile(_pattern(names, options)).fullmatch
    body = msgspec.defstruct("Body", [(name, Any) for name in names], gc=False)
    told = zip(names, options, strict=True)
    mappings = [name for name, kinds in told if MappingProxyType in kinds]

    def written(values: Values) -> bytes | None:
        if tuple(map(type, values)) not in types:
            return None
        plain = body(*values)
        for name in mappings:
            mapping = _text(getattr(plain, name))
            if mapping is None:
                return None
            setattr(plain, name, mapping)
        try:
            data = _encode(plain)
        except UnicodeEncodeError:
            return None
        return data if BACKSLASH not in data and looks_plain(data) else None

    return written


def _kinds(hint: Any) -> tuple[Any, ...]:
    if hint == Mapping[str, str]:
        return (MappingProxyType,)  # what an event makes of it
    return get_args(hint) if get_origin(hint) in (Union, UnionType) else (hint,)


def _text(view: Mapping[Any, Any]) -> dict[str, str] | None:
    """What is in a mapping, where that is text under names of text."""
    told = {}
    for name, value in view.items():
        if type(name) is not str or type(value) is not str:
            return None
        told[name] = value
    return told


def _pattern(names: Sequence[str], options: Iterable[Iterable[type]]) -> bytes:
    """How a body of these fields reads where each is written as its kinds plainly are."""
    fields = [
        re.escape(_encode(name)) + b":(?:%b)" % b"|".join(PLAIN[kind] for kind in kinds)
        for name, kinds in zip(names, options, strict=True)
    ]
    return rb"\{%b\}" % b",".join(fields)
