"""Who keeps the read models current, and makes them anew beside the live ones?"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from itertools import islice
from typing import Any

from core.deciders import Decider
from core.errors import StoreUnavailable, UnknownView
from core.events import Recorded
from core.live_rows import Place, Writer, forget_oldest
from core.projections import END, Projection, Transition
from core.repository import Progress as Progress
from core.repository import Repository
from core.stores import EventStore

BATCH = 2000
COUNTED = 50_000
"""How many events are counted at once where none has to be read."""
TOGETHER = 200
"""So few events are written by all projections in one transaction; with more, an append would have
to wait too long."""

Reached = Mapping[str, int | None]
"""The name of a projection → how far it has come; None where it has no rows of today's shape."""


class Projector:
    """Folds the log into the rows of its projections, a batch and a transaction at a time."""

    def __init__(
        self,
        store: EventStore,
        projections: Sequence[Projection],
        repositories: Sequence[tuple[Decider[Any, Any, Any], Repository[Any, Any, Any]]],
    ) -> None:
        self._store = store
        self._projections = {projection.name: projection for projection in projections}
        self._repositories = repositories

    @property
    def views(self) -> list[str]:
        """The names of the projections."""
        return list(self._projections)

    def checkpoints(self) -> dict[str, int]:
        """How far each projection has come."""
        return {name: reached or 0 for name, reached in self._reached().items()}

    def _reached(self) -> Reached:
        return self._store.checkpoints(list(self._projections.values()))

    def unfinished(self) -> list[str]:
        """The projections that have no rows of today's shape: they are new, or mean more now."""
        return [name for name, reached in self._reached().items() if reached is None]

    def project(self, progress: Progress | None = None) -> int:
        """Bring every projection to the head of the log; returns the position reached.

        One without rows of today's shape is made beside, going on where a killed one stopped.
        """
        every, known = list(self._projections.values()), self._reached()
        if new := [one for one in every if known[one.name] is None]:
            self._make(new, progress)
            known = self._reached()
        return self._run(every, False, known, progress)

    def rebuild(self, view: str | None = None, progress: Progress | None = None) -> None:
        """Make one read model (or all) anew from the log, beside the live rows, and swap.

        Readers keep the old rows until the new ones are complete. Raises `UnknownView`.
        """
        if view is not None and view not in self._projections:
            raise UnknownView(view, self.views)
        chosen = [one for name, one in self._projections.items() if view in (None, name)]
        for one in chosen:
            self._store.shelf(one, beside=True).reset()
        # Live rows may go on while these are made: it is enough to have come where they began.
        self._make(chosen, progress, self._store.head().position)
        self.project()

    def transitions(self, from_position: int, to_position: int) -> Iterator[Transition]:
        """Each event in a stretch of the log, with the state of its stream before and after it."""
        states = _States(self._repositories)
        log = self._store.read_all(from_position, to_position, BATCH)
        while batch := list(islice(log, BATCH)):
            yield from states.transitions(batch)

    def _make(
        self, projections: Sequence[Projection], progress: Progress | None, enough: int = END
    ) -> None:
        """Fold the log into rows beside the live ones, and let them take their place. Where
        several projectors are at it they share the work: the first to finish swaps."""
        try:
            self._run(projections, True, self._store.checkpoints(projections, True), progress)
        except StoreUnavailable:
            # Where another has finished meanwhile, the tables this one looked into have taken the
            # place of the live ones. It is that only if some are gone.
            left = _made(projections, self._store.checkpoints(projections, True))
            if len(left) == len(projections):
                raise
            if left:
                self._make(left, progress, enough)
        else:
            for one in projections:
                self._store.swap(one, enough)

    def _run(
        self, every: Sequence[Projection], beside: bool, known: Reached, progress: Progress | None
    ) -> int:
        """Bring these to the head of the log; what the store tells by itself, before the others."""
        told = [one for one in every if one.evolve is None]
        folded = [one for one in every if one.evolve]
        head, ends = self._store.head().position, []
        if told:
            quietly = None if folded else progress
            how = _counted, self._flushed_at_once
            ends.append(self._go_on(told, beside, known, head, *how, quietly))
        if folded:
            how = self._folded, self._flushed
            ends.append(self._go_on(folded, beside, known, head, *how, progress))
        return min(ends, default=0)

    def _go_on(
        self,
        projections: Sequence[Projection],
        beside: bool,
        known: Reached,
        head: int,
        batches: Callable[[int, int], Iterator[tuple[int, Iterator[Transition]]]],
        flushed: Callable[[Sequence[Writer], int], bool],
        progress: Progress | None,
    ) -> int:
        """Go on from the furthest checkpoint behind; those further on join when it gets there."""
        place = Place()
        writers = [
            Writer(one, beside, self._store.shelf(one, beside), known[one.name], place)
            for one in projections
        ]
        behind = reached = min(writer.checkpoint for writer in writers)
        for reached, transitions in batches(behind, head):
            for transition in transitions:
                place.position = transition.recorded.position
                for writer in writers:
                    writer.evolve(transition)
            late = [one for one in writers if one.checkpoint < reached]
            if late and not flushed(late, reached):
                # Another projector was here: go on from where it is. What has no checkpoint any
                # more was made beside, and has taken its place.
                known = self._store.checkpoints(projections, beside)
                if left := _made(projections, known):
                    return self._go_on(left, beside, known, head, batches, flushed, progress)
                return head
            if progress:
                progress(reached, head)
        return reached

    def _folded(self, after: int, head: int) -> Iterator[tuple[int, Iterator[Transition]]]:
        """Where each batch of the log ends, and what happened in it."""
        states = _States(self._repositories)
        log = self._store.read_all(after + 1, head, BATCH)
        while batch := list(islice(log, BATCH)):
            yield batch[-1].position, states.transitions(batch)

    def _flushed(self, writers: Sequence[Writer], position: int) -> bool:
        """Whether all have written what changed up to a position: together, or one by one."""
        together = _far(writers, position) <= TOGETHER
        groups = [writers] if together else [[one] for one in writers]
        return all(self._written(group, position) for group in groups)

    def _flushed_at_once(self, writers: Sequence[Writer], position: int) -> bool:
        """The same where the store tells the rows: side by side, a third faster, if many."""
        if _far(writers, position) <= BATCH:
            return self._flushed(writers, position)  # or to begin a thread would take longer
        with ThreadPoolExecutor() as each:
            return all(list(each.map(lambda one: self._written([one], position), writers)))

    def _written(self, writers: Sequence[Writer], position: int) -> bool:
        return all(self._store.write([one.flush(position) for one in writers]))


def _made(projections: Sequence[Projection], known: Reached) -> list[Projection]:
    """Those of them that have rows of today's shape."""
    return [one for one in projections if known[one.name] is not None]


def _far(writers: Sequence[Writer], position: int) -> int:
    """How far the last of them is behind."""
    return position - min(one.checkpoint for one in writers)


def _counted(after: int, head: int) -> Iterator[tuple[int, Iterator[Transition]]]:
    """The same where nobody asks what happened: the store counts by itself."""
    for end in range(after + COUNTED, head + COUNTED, COUNTED):
        yield min(end, head), iter(())


class _States:
    """The state of each stream as the log goes by, so that an event is known with its before."""

    def __init__(
        self,
        repositories: Sequence[tuple[Decider[Any, Any, Any], Repository[Any, Any, Any]]],
    ) -> None:
        self._repositories = {f"{decider.name}-": (decider, repo) for decider, repo in repositories}
        self._states: dict[str, Any] = {}

    def transitions(self, batch: Sequence[Recorded]) -> Iterator[Transition]:
        forget_oldest(self._states)
        for recorded in batch:
            known = self._known(recorded)
            if known is None:
                continue
            decider, before = known
            after = decider.evolve(before, recorded.event)
            self._states[recorded.stream] = after
            yield Transition(recorded, before, after)

    def _known(self, recorded: Recorded) -> tuple[Decider[Any, Any, Any], Any] | None:
        stream = recorded.stream
        found = self._repositories.get(stream[: stream.find("-") + 1])
        if found is None:
            return None
        decider, repository = found
        before = self._states.pop(stream, None)  # what was touched last is forgotten last
        if before is None:
            first = recorded.version == 1
            position = recorded.position - 1
            before = decider.initial if first else repository.rebuild(stream, position).state
        return decider, before
