"""What may happen, and what comes of it? The rules of one kind of stream, and their fold."""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from itertools import chain
from typing import Any, Generic, TypeVar

C = TypeVar("C")
S = TypeVar("S")
E = TypeVar("E")

Changes = Mapping[str, Any]
"""Field of a state → what it is from now on; the fields that are not named stay as they were."""

_OPEN: set[type] = set()
"""Every kind of open value: to look here is twice as fast as to ask what something is."""


class Open:
    """A value that `changes` goes on changing while a fold lasts, which nobody outside ever sees.

    A tuple that gets one more element is written anew; many events later that is most of a fold.
    """

    __slots__ = ()

    def __init_subclass__(cls) -> None:
        _OPEN.add(cls)

    def closed(self) -> Any:
        """The value as it stands, out of reach of what comes."""
        raise NotImplementedError


@dataclass(frozen=True)
class Decider(Generic[C, S, E]):
    """The rules of one kind of stream."""

    name: str
    """Prefix of its streams: `order` gives `order-<id>`."""
    initial: S
    """The state before the first event."""
    decide: Callable[[C, S], Sequence[E]]
    """(command, state) → events, possibly none; or a `CommandRefused`."""
    changes: Callable[[S, E], Changes]
    """(state, event) → what the event makes of the state. Never refuses: the fact has happened.

    It sees the fact alone, never its envelope: a state does not depend on who recorded it. A field
    that it left `Open` is given to it open the next time."""
    sets: Mapping[str, Collection[str]] = field(default_factory=dict)
    """Type of event → the fields that it may set, each by what was in that field alone. A field
    that is not named here may be set by any event."""
    elements: Mapping[str, str] = field(default_factory=dict)
    """Field made of named elements → the own field of an event that names those it may set, each
    by what was in those of that name alone."""

    def stream(self, key: str) -> str:
        """The stream of the aggregate with this id."""
        return f"{self.name}-{key}"

    def setters(self, names: Collection[str]) -> list[str] | None:
        """The types of the events that may set one of these fields; None where any may."""
        if not set(names) <= set(chain.from_iterable(self.sets.values())):
            return None
        return [name for name, fields in self.sets.items() if not set(names).isdisjoint(fields)]

    def evolve(self, state: S, event: E) -> S:
        """The state after one more event."""
        return _changed(state, _closed(self.changes(state, event)))

    def fold(self, events: Iterable[E], state: S | None = None) -> S:
        """The state after these events, starting from `state` (or from the beginning).

        The states between are seen by nobody, so one copy is taken and changed in place.
        """
        changes = self.changes
        folded = _changed(self.initial if state is None else state, {})
        fields = folded.__dict__
        for event in events:
            fields.update(changes(folded, event))
        fields.update(_closed(fields))
        return folded

    def walk(
        self, events: Iterable[tuple[int, E]], names: Collection[str], state: S | None = None
    ) -> Iterator[tuple[int, S]]:
        """The version and the state wherever an event set one of these fields, starting from
        `state` (or from the beginning).

        `events` are those of their `setters`, each behind its version, or all. It is one state,
        which goes on changing, and open: look at these fields alone, and before the next.
        """
        changes, apart = self.changes, frozenset(names).isdisjoint
        folded = _changed(self.initial if state is None else state, {})
        fields = folded.__dict__
        for version, event in events:
            changed = changes(folded, event)
            fields.update(changed)
            if not apart(changed):
                yield version, folded

    def states(self, events: Iterable[E], state: S | None = None) -> Iterator[S]:
        """Each state along the way: one per event."""
        changes = self.changes
        folded = _changed(self.initial if state is None else state, {})
        fields = folded.__dict__
        closed = dict(fields)
        for event in events:
            changed = changes(folded, event)
            fields.update(changed)
            _close(changed, closed)
            state = _new(type(folded))
            _put(state, "__dict__", closed.copy())
            yield state


def evolved(state: S, **changes: Any) -> S:
    """A copy of a frozen dataclass with some fields changed.

    `dataclasses.replace` does the same through `__init__`; a fold calls this once per event, and
    copying the dictionary is five times faster. Unchanged values are shared, which is what makes
    differences between versions cheap to find.
    """
    return _changed(state, changes)


def made(kind: type[S], **fields: Any) -> S:
    """A frozen dataclass of these fields, every one of them, past its `__init__`."""
    one = _new(kind)
    _put(one, "__dict__", fields)
    return one


def _changed(state: S, changes: Changes) -> S:
    copy = _new(type(state))
    # A dictionary of its own: one that shares its keys with the class reads five times slower.
    _put(copy, "__dict__", {**state.__dict__, **changes})
    return copy


def _closed(fields: Changes) -> Changes:
    closed: dict[str, Any] = {}
    _close(fields, closed)
    return closed


def _close(fields: Changes, into: dict[str, Any]) -> None:
    for name, value in fields.items():
        into[name] = value.closed() if type(value) in _OPEN else value


_new = object.__new__
_put = object.__setattr__
