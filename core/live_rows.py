"""Which rows does a projection see, and what has changed in them since the last flush?"""

from __future__ import annotations

from collections.abc import Iterator, MutableMapping
from itertools import islice
from typing import Any, TypeVar

from core.projections import END, Key, Projection, Table, Transition
from core.stores.shelves import Flush, Shelf, Spans

R = TypeVar("R")

KEPT = 20_000
"""How many states and rows are kept between batches; the oldest beyond that are read again."""


class Place:
    """Where in the log the projections are."""

    __slots__ = ("position",)

    def __init__(self) -> None:
        self.position = 0


class Writer:
    """One projection on its way through the log: its live rows and what has changed in them."""

    def __init__(
        self, projection: Projection, beside: bool, shelf: Shelf, found: int | None, place: Place
    ) -> None:
        self._projection = projection
        self._beside = beside
        self._place = place
        self._evolve = projection.evolve
        if found is None:
            shelf.reset()
        self.checkpoint = found or 0
        self._tables = {
            table.name: _LiveRows(table, shelf, place, self.checkpoint == 0)
            for table in projection.tables
        }

    def __getitem__(self, table: Table[R]) -> MutableMapping[Key, R]:
        return self._tables[table.name]

    def evolve(self, transition: Transition) -> None:
        """Let the projection see what happened, unless it has come further already."""
        if self._evolve and self._place.position > self.checkpoint:
            self._evolve(self, transition)

    def flush(self, position: int) -> Flush:
        """What has changed and is to be written; afterwards it counts as being on the shelf."""
        spans = {name: rows.spans() for name, rows in self._tables.items()}
        before, self.checkpoint = self.checkpoint, position
        return Flush(self._projection, self._beside, spans, before, position)


class _LiveRows(MutableMapping[Key, Any]):
    """The live rows of one table: read through to the shelf, changes kept until the flush."""

    def __init__(self, table: Table[Any], shelf: Shelf, place: Place, empty: bool) -> None:
        self._place = place
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
        position = self._place.position
        if before is not None:
            if before.__dict__ == row.__dict__:
                return
            self._end(key, before, position)
        self._rows.pop(key, None)  # what was touched last is forgotten last
        self._rows[key] = row
        self._since[key] = position

    def __delitem__(self, key: Key) -> None:
        if self._table.few_keys:
            raise TypeError(f"{self._table.name} is a table of few keys: none of them goes away")
        self._end(key, self[key], self._place.position)
        self._rows[key] = None
        self._since.pop(key, None)

    def _end(self, key: Key, row: Any, position: int) -> None:
        since = self._since.get(key)
        if since is None:
            self._ended.append((key, position))
        elif since != position:
            self._finished.append((row, since, position))

    def __iter__(self) -> Iterator[Key]:
        return iter([key for key, row in self._rows.items() if row is not None])

    def __len__(self) -> int:
        return sum(1 for _ in self)

    def spans(self) -> Spans:
        """What to write; afterwards the live rows count as being on the shelf."""
        live = [(self._rows[key], since, END) for key, since in self._since.items()]
        spans = Spans([*self._finished, *live], self._ended)
        self._since, self._finished, self._ended = {}, [], []
        if forget_oldest(self._rows):
            self._complete = False
        return spans


def forget_oldest(kept: dict[Any, Any]) -> bool:
    """Halve a cache that has grown too large; what was not touched for longest goes first."""
    if len(kept) <= KEPT:
        return False
    for key in list(islice(kept, KEPT // 2)):
        del kept[key]
    return True
