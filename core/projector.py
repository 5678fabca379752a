"""Who keeps the read models current, and makes them anew beside the live ones?"""

from __future__ import annotations

from collections.abc import Iterator, MutableMapping, Sequence
from itertools import islice
from typing import Any, TypeVar

from core.deciders import Decider
from core.errors import UnknownView
from core.events import Recorded
from core.projections import END, Key, Projection, Table, Transition
from core.repository import Progress as Progress
from core.repository import Repository
from core.stores import EventStore, Shelf, Spans

R = TypeVar("R")

BATCH = 2000
KEPT = 50_000
"""How many states and rows are kept between batches; the oldest beyond that are read again."""


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

    def project(self, progress: Progress | None = None) -> int:
        """Bring every projection to the head of the log; returns the position reached."""
        shelves = [(one, self._store.shelf(one)) for one in self._projections.values()]
        return self._run(shelves, progress)

    def rebuild(self, view: str | None = None, progress: Progress | None = None) -> None:
        """Make one read model (or all) anew from the log, beside the live rows, and swap.

        Readers keep the old rows until the new ones are complete. Raises `UnknownView`.
        """
        if view is not None and view not in self._projections:
            raise UnknownView(view, self.views)
        chosen = [one for name, one in self._projections.items() if view in (None, name)]
        shelves = [(one, self._store.shelf(one, beside=True)) for one in chosen]
        for _, shelf in shelves:
            shelf.reset()
        self._run(shelves, progress)
        for projection, _ in shelves:
            self._store.swap(projection)
        self.project()

    def transitions(self, from_position: int, to_position: int) -> Iterator[Transition]:
        """Each event in a stretch of the log, with the state of its stream before and after it."""
        states = _States(self._repositories)
        log = self._store.read_all(from_position, to_position, BATCH)
        while batch := list(islice(log, BATCH)):
            yield from states.transitions(batch)

    def _run(self, shelves: Sequence[tuple[Projection, Shelf]], progress: Progress | None) -> int:
        """Fold on from the furthest checkpoint behind; those further on join when it gets there."""
        writers = [_Writer(projection, shelf) for projection, shelf in shelves]
        reached = min((writer.checkpoint for writer in writers), default=0)
        head = self._store.head().position
        states = _States(self._repositories)
        log = self._store.read_all(reached + 1, head, BATCH)
        while batch := list(islice(log, BATCH)):
            for transition in states.transitions(batch):
                for writer in writers:
                    writer.evolve(transition)
            reached = batch[-1].position
            flushed = [writer.flush(reached) for writer in writers]
            if not all(flushed):
                return self._run(shelves, progress)  # another projector was here: begin again
            if progress:
                progress(reached, head)
        return reached


class _States:
    """The state of each stream as the log goes by, so that an event is known with its before."""

    def __init__(
        self,
        repositories: Sequence[tuple[Decider[Any, Any, Any], Repository[Any, Any, Any]]],
    ) -> None:
        self._repositories = {f"{decider.name}-": (decider, repo) for decider, repo in repositories}
        self._states: dict[str, Any] = {}

    def transitions(self, batch: Sequence[Recorded]) -> Iterator[Transition]:
        _forget_oldest(self._states)
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
        before = self._states.get(stream)
        if before is None:
            first = recorded.version == 1
            position = recorded.position - 1
            before = decider.initial if first else repository.rebuild(stream, position).state
        return decider, before


class _Writer:
    """One projection on its way through the log: its live rows and what has changed in them."""

    def __init__(self, projection: Projection, shelf: Shelf) -> None:
        self._projection = projection
        self._shelf = shelf
        found = shelf.checkpoint()
        if found is None:
            shelf.reset()
        self.checkpoint = found or 0
        self._tables = {
            table.name: _LiveRows(table, shelf, self.checkpoint == 0) for table in projection.tables
        }

    def __getitem__(self, table: Table[R]) -> MutableMapping[Key, R]:
        return self._tables[table.name]

    def evolve(self, transition: Transition) -> None:
        position = transition.recorded.position
        if position <= self.checkpoint:
            return
        for rows in self._tables.values():
            rows.position = position
        self._projection.evolve(self, transition)

    def flush(self, position: int) -> bool:
        if position <= self.checkpoint:
            return True
        spans = {name: rows.spans() for name, rows in self._tables.items()}
        if not self._shelf.write(spans, self.checkpoint, position):
            return False
        self.checkpoint = position
        return True


class _LiveRows(MutableMapping[Key, Any]):
    """The live rows of one table: read through to the shelf, changes kept until the flush."""

    def __init__(self, table: Table[Any], shelf: Shelf, empty: bool) -> None:
        self.position = 0
        self._table = table
        self._shelf = shelf
        self._complete = empty  # nothing on the shelf that is not here
        self._rows: dict[Key, Any] = {}  # None where there is no row
        self._since: dict[Key, int] = {}  # from_position of those that are not on the shelf yet
        self._finished: list[tuple[Any, int, int]] = []
        self._ended: list[tuple[Key, int]] = []

    def get(self, key: Key, default: Any = None) -> Any:
        row = self._rows.get(key)
        if row is None and not self._complete and key not in self._rows:
            row = self._rows[key] = self._shelf.live(self._table, key)
        return default if row is None else row

    def __getitem__(self, key: Key) -> Any:
        row = self.get(key)
        if row is None:
            raise KeyError(key)
        return row

    def __setitem__(self, key: Key, row: Any) -> None:
        before = self.get(key)
        if before is not None:
            if before.__dict__ == row.__dict__:
                return
            self._end(key, before)
        self._rows[key] = row
        self._since[key] = self.position

    def __delitem__(self, key: Key) -> None:
        self._end(key, self[key])
        self._rows[key] = None
        self._since.pop(key, None)

    def _end(self, key: Key, row: Any) -> None:
        since = self._since.get(key)
        if since is None:
            self._ended.append((key, self.position))
        elif since != self.position:
            self._finished.append((row, since, self.position))

    def __iter__(self) -> Iterator[Key]:
        return iter([key for key, row in self._rows.items() if row is not None])

    def __len__(self) -> int:
        return sum(1 for _ in self)

    def spans(self) -> Spans:
        """What to write; afterwards the live rows count as being on the shelf."""
        live = [(self._rows[key], since, END) for key, since in self._since.items()]
        spans = Spans([*self._finished, *live], self._ended)
        self._since, self._finished, self._ended = {}, [], []
        if _forget_oldest(self._rows):
            self._complete = False
        return spans


def _forget_oldest(kept: dict[Any, Any]) -> bool:
    """Halve a cache that has grown too large; what was not touched for longest goes first."""
    if len(kept) <= KEPT:
        return False
    for key in list(islice(kept, KEPT // 2)):
        del kept[key]
    return True
