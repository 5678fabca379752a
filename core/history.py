"""How did it come to this? The timeline of a stream, and what each event changed."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, fields, is_dataclass
from typing import Any

from core.deciders import Decider
from core.events import Recorded

Path = tuple[str, ...]

PLACE = "version"
"""Where we are, not what is there: left out of documents and differences."""


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
    """What changed between two states of one kind, in the order of their fields."""
    changes = []
    older = dict(_parts(before))
    for name, part in _parts(after):
        was = older[name]
        if was is part or was == part:
            continue
        old, new = dict(_walk((name,), was)), dict(_walk((name,), part))
        paths = [*old, *(path for path in new if path not in old)]
        changes += [
            Change(path, old.get(path), new.get(path))
            for path in paths
            if old.get(path) != new.get(path)
        ]
    return changes


def _parts(state: Any) -> Iterator[tuple[str, Any]]:
    for field in fields(state):
        if field.name != PLACE:
            yield field.name, getattr(state, field.name)
    for name in getattr(state, "DERIVED", ()):
        yield name, getattr(state, name)


def _walk(path: Path, value: Any) -> Iterator[tuple[Path, Any]]:
    if value is None:
        return
    if is_dataclass(value):
        for name, part in _parts(value):
            yield from _walk((*path, name), part)
    elif isinstance(value, Mapping):
        for name, part in value.items():
            yield from _walk((*path, str(name)), part)
    elif isinstance(value, tuple):
        for name, part in _named(value):
            yield from _walk((*path, name), part)
    else:
        yield path, value


def _named(elements: tuple[Any, ...]) -> Iterator[tuple[str, Any]]:
    seen: dict[str, int] = {}
    for place, element in enumerate(elements, start=1):
        key = getattr(element, "KEY", None)
        name = str(getattr(element, key)) if key else str(place)
        seen[name] = seen.get(name, 0) + 1
        yield (name if seen[name] == 1 else f"{name}#{seen[name]}"), element
