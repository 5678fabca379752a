"""How did it come to this? The timeline of a stream, and what each event changed."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, fields
from datetime import datetime
from decimal import Decimal
from functools import cache, cached_property, partial
from itertools import chain
from operator import attrgetter
from types import NoneType
from typing import Any, NamedTuple

from core.deciders import Decider, Open
from core.events import Recorded

Path = tuple[str, ...]
Facts = Iterable[tuple[int, Any]]

PLACE = "version"
"""Where we are, not what is there: left out of documents and differences."""

PLAIN = {NoneType, str, int, Decimal, datetime}
"""What has no parts, known at a glance."""


class Change(NamedTuple):
    """One field of a state, before and after; None is absence."""

    path: Path
    before: Any
    after: Any


@dataclass(frozen=True)
class Step:
    """One event of a stream, the state before it, and the state it led to."""

    recorded: Recorded
    before: Any
    state: Any

    @cached_property
    def changes(self) -> tuple[Change, ...]:
        """What it changed; found when it is asked for, since most questions are about one field."""
        return tuple(difference(self.before, self.state))


_change_made = partial(tuple.__new__, Change)
"""Its own `__new__` is Python, and takes three times as long."""


def timeline(
    decider: Decider[Any, Any, Any], recorded: Iterable[Recorded], state: Any = None
) -> Iterator[Step]:
    """Each step along these events, folded once, from `state` or from the beginning."""
    before = decider.initial if state is None else state
    for record in recorded:
        after = decider.evolve(before, record.event)
        yield Step(record, before, after)
        before = after


def document(state: Any) -> dict[Path, Any]:
    """A state as paths and plain values: ("items", "lamp", "quantity") → 2.

    Fields that are None or empty are left out. Elements of a tuple are addressed by the field
    their class names in `KEY`, or by their place from 1; `DERIVED` properties (name → the fields it
    follows from) are included.
    """
    return {path: value for name, one in _parts(state) for path, value in _walk((name,), one)}


def difference(before: Any, after: Any) -> list[Change]:
    """What changed between two states of one kind, in the order of their fields.

    States share what an event left alone, so whole branches are passed over at a glance.
    """
    return list(_changes((), dict(_parts(before)), dict(_parts(after))))


def provenance(
    decider: Decider[Any, Any, Any], facts: Facts, path: Path, state: Any = None
) -> Iterator[tuple[int, Change]]:
    """Every version that set the field at a path, or a field below it, and what it made of it.

    `facts` are the events of a stream after `state` (or from its first), each behind its version:
    all, or those that may set what the field follows from. One pass that looks at this path alone.
    """
    fields = follows_from(type(decider.initial), path[0])
    read = partial(at_path, path=path) if path[0] in fields else attrgetter(path[0])
    value = read(decider.initial if state is None else state)
    for version, after in decider.walk(_naming(decider, facts, path), fields, state):
        before, value = value, read(after)
        if before is not value:
            for one in _change(path, before, value):
                yield version, one


def follows_from(state: type, name: str) -> tuple[str, ...]:
    """The fields of a state of this type that what it has under a name is made of."""
    derived: Mapping[str, tuple[str, ...]] = getattr(state, "DERIVED", {})
    return derived.get(name, (name,))


def _naming(decider: Decider[Any, Any, Any], facts: Facts, path: Path) -> Facts:
    """The facts that may set what is at a path: of an element those that name it."""
    key = decider.elements.get(path[0])
    if key is None or len(path) == 1:
        return facts
    names = _keys_of(path[1])
    return (fact for fact in facts if getattr(fact[1], key, None) in names)


def at_path(state: Any, path: Sequence[str]) -> Any:
    """The value at a path of a state; None where there is none."""
    for name in path:
        state = part(state, name)
    return state.closed() if isinstance(state, Open) else state


def part(value: Any, name: str) -> Any:
    """The part of a value that has this name in a path; None if it has no such part."""
    if hasattr(value, "__dataclass_fields__"):
        return getattr(value, name, None)
    if isinstance(value, Open):
        return part(value.closed(), name)
    if isinstance(value, tuple):
        return next((element for found, element in _named(value) if found == name), None)
    return value.get(name) if isinstance(value, Mapping) else None


def _changes(path: Path, before: Mapping[str, Any], after: Mapping[str, Any]) -> Iterator[Change]:
    for name in (*before, *(name for name in after if name not in before)):
        was, now = before.get(name), after.get(name)
        if was is not now:
            yield from _change((*path, name), was, now)


def _change(here: Path, was: Any, now: Any) -> Iterable[Change]:
    old, new = _branches(was), _branches(now)
    if old is None and new is None:
        return () if was == now else (_change_made((here, was, now)),)
    below = _changes(here, old or {}, new or {})
    if old is not None and new is not None:
        return below
    was, now = (was, None) if old is None else (None, now)
    return below if was is now else chain(below, (Change(here, was, now),))


def _parts(state: Any) -> Iterator[tuple[str, Any]]:
    kind: Any = type(state)
    for name in _names(kind):
        yield name, getattr(state, name)


@cache
def _names(kind: Any) -> tuple[str, ...]:
    told = [one.name for one in fields(kind) if one.name != PLACE]
    return (*told, *getattr(kind, "DERIVED", ()))


def _walk(path: Path, value: Any) -> Iterator[tuple[Path, Any]]:
    branches = _branches(value)
    if branches is not None:
        for name, one in branches.items():
            yield from _walk((*path, name), one)
    elif value is not None:
        yield path, value


def _branches(value: Any) -> Mapping[str, Any] | None:
    """The named parts of a value that has parts; None for a plain one."""
    if type(value) in PLAIN:
        return None
    if isinstance(value, tuple):
        return dict(_named(value))
    if isinstance(value, Mapping):
        return {str(name): one for name, one in value.items()}
    return dict(_parts(value)) if hasattr(value, "__dataclass_fields__") else None


def _named(elements: tuple[Any, ...]) -> Iterator[tuple[str, Any]]:
    seen: dict[str, int] = {}
    for place, element in enumerate(elements, start=1):
        key = getattr(element, "KEY", None)
        name = str(getattr(element, key)) if key else str(place)
        seen[name] = seen.get(name, 0) + 1
        yield (name if seen[name] == 1 else f"{name}#{seen[name]}"), element


def _keys_of(name: str) -> set[str]:
    """What the key of an element may be that `_named` calls so."""
    return {name, name.rpartition("#")[0]}
