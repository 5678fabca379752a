"""How did it come to this? The timeline of a stream, and what each event changed."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, fields
from datetime import datetime
from decimal import Decimal
from functools import cache
from typing import Any

from core.deciders import Decider
from core.events import Recorded

Path = tuple[str, ...]

PLACE = "version"
"""Where we are, not what is there: left out of documents and differences."""

PLAIN = (str, int, Decimal, datetime)
"""What has no parts, known at a glance."""


@dataclass(frozen=True)
class Change:
    """One field of a state, before and after; None is absence."""

    path: Path
    before: Any
    after: Any


@dataclass(frozen=True)
class Step:
    """One event of a stream, the state it led to, and what it changed."""

    recorded: Recorded
    state: Any
    changes: tuple[Change, ...]


def timeline(
    decider: Decider[Any, Any, Any], recorded: Iterable[Recorded], state: Any = None
) -> Iterator[Step]:
    """Each step along these events, folded once, from `state` or from the beginning."""
    before = decider.initial if state is None else state
    for record in recorded:
        after = decider.evolve(before, record.event)
        yield Step(record, after, tuple(difference(before, after)))
        before = after


def document(state: Any) -> dict[Path, Any]:
    """A state as paths and plain values: ("items", "lamp", "quantity") → 2.

    Fields that are None or empty are left out. Elements of a tuple are addressed by the field
    their class names in `KEY`, or by their place from 1; `DERIVED` properties are included.
    """
    return {path: value for name, part in _parts(state) for path, value in _walk((name,), part)}


def difference(before: Any, after: Any) -> list[Change]:
    """What changed between two states of one kind, in the order of their fields.

    States share what an event left alone, so whole branches are passed over at a glance.
    """
    return list(_changes((), dict(_parts(before)), dict(_parts(after))))


def _changes(path: Path, before: Mapping[str, Any], after: Mapping[str, Any]) -> Iterator[Change]:
    for name in (*before, *(name for name in after if name not in before)):
        was, part = before.get(name), after.get(name)
        if was is part:
            continue
        here = (*path, name)
        old, new = _branches(was), _branches(part)
        if old is None and new is None:
            if was != part:
                yield Change(here, was, part)
        else:
            yield from _changes(here, old or {}, new or {})
            if (leaf := was if old is None else part if new is None else None) is not None:
                yield Change(here, *((leaf, None) if old is None else (None, leaf)))


def _parts(state: Any) -> Iterator[tuple[str, Any]]:
    kind: Any = type(state)
    for name in _names(kind):
        yield name, getattr(state, name)


@cache
def _names(kind: Any) -> tuple[str, ...]:
    told = [field.name for field in fields(kind) if field.name != PLACE]
    return (*told, *getattr(kind, "DERIVED", ()))


def _walk(path: Path, value: Any) -> Iterator[tuple[Path, Any]]:
    branches = _branches(value)
    if branches is not None:
        for name, part in branches.items():
            yield from _walk((*path, name), part)
    elif value is not None:
        yield path, value


def _branches(value: Any) -> Mapping[str, Any] | None:
    """The named parts of a value that has parts; None for a plain one."""
    if value is None or isinstance(value, PLAIN):
        return None
    if isinstance(value, tuple):
        return dict(_named(value))
    if isinstance(value, Mapping):
        return {str(name): part for name, part in value.items()}
    return dict(_parts(value)) if hasattr(value, "__dataclass_fields__") else None


def _named(elements: tuple[Any, ...]) -> Iterator[tuple[str, Any]]:
    seen: dict[str, int] = {}
    for place, element in enumerate(elements, start=1):
        key = getattr(element, "KEY", None)
        name = str(getattr(element, key)) if key else str(place)
        seen[name] = seen.get(name, 0) + 1
        yield (name if seen[name] == 1 else f"{name}#{seen[name]}"), element
