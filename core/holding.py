"""For which aggregates did a condition hold at each position of the log, and for how many?"""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from functools import cached_property
from itertools import accumulate
from typing import Any

from core.conditions import Condition
from core.deciders import Decider
from core.projections import Transition
from core.stores import EventStore


@dataclass(frozen=True)
class Flip:
    """The event that made a condition true of an aggregate, or untrue again."""

    position: int
    key: str
    holds: bool


@dataclass(frozen=True)
class Holding:
    """Every flip of a condition, over all aggregates of a kind, in the order of the log.

    Between two flips nothing changes: so these are all there is to know, at every position.
    """

    flips: tuple[Flip, ...]

    @cached_property
    def _positions(self) -> list[int]:
        return [flip.position for flip in self.flips]

    @cached_property
    def counts(self) -> list[int]:
        """For how many it holds after each flip."""
        return list(accumulate(1 if flip.holds else -1 for flip in self.flips))

    def count(self, position: int) -> int:
        """For how many it holds as of a position."""
        before = self._before(position)
        return self.counts[before - 1] if before else 0

    def keys(self, position: int) -> list[str]:
        """The ids of those for which it holds as of a position, in the order in which it began."""
        holding: dict[str, None] = {}
        for flip in self.flips[: self._before(position)]:
            if flip.holds:
                holding[flip.key] = None
            else:
                del holding[flip.key]
        return list(holding)

    def next_flip(self, position: int) -> int | None:
        """The position of the first flip after a position."""
        place = self._before(position)
        return self._positions[place] if place < len(self.flips) else None

    def previous_flip(self, position: int) -> int | None:
        """The position of the last flip before a position."""
        place = self._before(position - 1)
        return self._positions[place - 1] if place else None

    def _before(self, position: int) -> int:
        return bisect_right(self._positions, position)


def holding(
    store: EventStore,
    decider: Decider[Any, Any, Any],
    condition: Condition,
    to_position: int,
    progress: Callable[[int], None] | None = None,
) -> Holding:
    """Fold the log from its beginning once, and look at each state that may be another.

    Only what may set a field that the condition names is read. `progress` hears positions.
    """
    prefix, initial = decider.stream(""), decider.initial
    evolve, holds = decider.evolve, condition.holds
    states: dict[str, Any] = {}
    true: set[str] = set()
    flips: list[Flip] = []
    for page in store.all_facts(decider.setters(condition.fields), to_position):
        for position, stream, fact in page:
            if not stream.startswith(prefix):
                continue
            state = states[stream] = evolve(states.get(stream, initial), fact)
            was = stream in true
            if holds(state) is not was:
                true ^= {stream}
                flips.append(Flip(position, stream.removeprefix(prefix), not was))
        if progress and page:
            progress(page[-1][0])
    return Holding(tuple(flips))


def held_on(
    known: Holding,
    news: Iterable[Transition],
    decider: Decider[Any, Any, Any],
    condition: Condition,
) -> Holding:
    """The same further on, by the events after those that are known: they alone are looked at."""
    prefix, holds = decider.stream(""), condition.holds
    flips: list[Flip] = []
    for step in news:
        stream = step.recorded.stream
        if not stream.startswith(prefix):
            continue
        was = step.recorded.version > 1 and holds(step.before)
        if holds(step.after) is not was:
            flips.append(Flip(step.recorded.position, stream.removeprefix(prefix), not was))
    return Holding((*known.flips, *flips)) if flips else known
