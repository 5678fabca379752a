"""Who keeps the read models current, and makes them anew beside the live ones?"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
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
from core.stores.shelves import Shelf

BATCH = 2000
COUNTED = 50_000
"""How many events are counted at once where none has to be read."""


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
        shelves = {name: self._store.shelf(one) for name, one in self._projections.items()}
        return {name: shelf.checkpoint() or 0 for name, shelf in shelves.items()}

    def unfinished(self) -> list[str]:
        """The projections that have no rows of today's shape: they are new, or mean more now."""
        projections = self._projections.items()
        return [name for name, one in projections if self._store.shelf(one).checkpoint() is None]

    def project(self, progress: Progress | None = None) -> int:
        """Bring every projection to the head of the log; returns the position reached.

        One without rows of today's shape is made beside, going on where a killed one stopped.
        """
        if new := self.unfinished():
            self._make([self._projections[name] for name in new], progress)
        shelves = [(one, self._store.shelf(one)) for one in self._projections.values()]
        return self._run(shelves, progress)

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
        beside = [(one, self._store.shelf(one, beside=True)) for one in projections]
        try:
            self._run(beside, progress)
        except StoreUnavailable:
            # Where another has finished meanwhile, the tables this one looked into have taken the
            # place of the live ones. It is that only if some are gone.
            left = [one for one, shelf in beside if shelf.checkpoint() is not None]
            if len(left) == len(beside):
                raise
            if left:
                self._make(left, progress, enough)
        else:
            for one in projections:
                self._store.swap(one, enough)

    def _run(self, shelves: Sequence[tuple[Projection, Shelf]], progress: Progress | None) -> int:
        """Bring these to the head of the log; what the store tells by itself, before the others."""
        told = [one for one in shelves if one[0].evolve is None]
        folded = [one for one in shelves if one[0].evolve]
        head, ends = self._store.head().position, []
        if told:
            quietly = None if folded else progress
            ends.append(self._go_on(told, head, _counted, _flushed_at_once, quietly))
        if folded:
            ends.append(self._go_on(folded, head, self._folded, _flushed, progress))
        return min(ends, default=0)

    def _go_on(
        self,
        shelves: Sequence[tuple[Projection, Shelf]],
        head: int,
        batches: Callable[[int, int], Iterator[tuple[int, Iterator[Transition]]]],
        flushed: Callable[[Sequence[Writer], int], list[bool]],
        progress: Progress | None,
    ) -> int:
        """Go on from the furthest checkpoint behind; those further on join when it gets there."""
        place = Place()
        writers = [Writer(projection, shelf, place) for projection, shelf in shelves]
        behind = reached = min((writer.checkpoint for writer in writers), default=0)
        for reached, transitions in batches(behind, head):
            for transition in transitions:
                place.position = transition.recorded.position
                for writer in writers:
                    writer.evolve(transition)
            if not all(flushed(writers, reached)):
                # Another projector was here: go on from where it is. What has no checkpoint any
                # more was made beside, and has taken its place.
                left = [one for one in shelves if one[1].checkpoint() is not None]
                return self._go_on(left, head, batches, flushed, progress)
            if progress:
                progress(reached, head)
        return reached

    def _folded(self, after: int, head: int) -> Iterator[tuple[int, Iterator[Transition]]]:
        """Where each batch of the log ends, and what happened in it."""
        states = _States(self._repositories)
        log = self._store.read_all(after + 1, head, BATCH)
        while batch := list(islice(log, BATCH)):
            yield batch[-1].position, states.transitions(batch)


def _flushed(writers: Sequence[Writer], position: int) -> list[bool]:
    """Whether each has written what changed up to a position."""
    return [writer.flush(position) for writer in writers]


def _flushed_at_once(writers: Sequence[Writer], position: int) -> list[bool]:
    """The same where the store tells the rows: side by side, a third faster, if they are many."""
    if position - min(writer.checkpoint for writer in writers) <= BATCH:
        return _flushed(writers, position)  # or to begin a thread would take longer
    with ThreadPoolExecutor() as beside:
        return list(beside.map(lambda writer: writer.flush(position), writers))


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
