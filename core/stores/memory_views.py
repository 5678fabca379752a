"""How does the memory store keep the rows of a read model, and find those of the log?"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from functools import partial
from typing import Any, TypeVar

from core.codec import read_json
from core.events import StoredRow
from core.instants import to_microseconds
from core.projections import END, Derived, Key, Projection, Query, Table, Tally, Where
from core.stores import Search
from core.stores.along import changes_along, rows_after
from core.stores.rows import Row, written
from core.stores.sandbox import Answer, Limits
from core.stores.shelves import Flush, Spans
from core.stores.temporal import ask_at, copier

R = TypeVar("R")


class MemoryShelf:
    """The rows of one projection, each with the positions between which it holds."""

    def __init__(self, projection: Projection, beside: bool) -> None:
        self._beside = beside
        self._projection = projection
        self._checkpoint: int | None = None
        self._spans: dict[str, dict[Key, list[list[Any]]]] = {}

    def is_of(self, projection: Projection) -> bool:
        """Whether these rows are what that projection means by its tables today."""
        mine = self._projection
        return (mine.tables, mine.revision) == (projection.tables, projection.revision)

    def checkpoint(self) -> int | None:
        return self._checkpoint

    def reset(self) -> None:
        if not self._beside and self._checkpoint is not None:
            return  # another projector was faster, and may have written already
        self._checkpoint = 0
        self._spans = {table.name: {} for table in self._projection.tables}

    def in_place(self) -> MemoryShelf:
        """These rows, which were made beside, as the live ones."""
        self._beside = False
        return self

    def live(self, table: Table[R], key: Key) -> R | None:
        spans = self._spans[table.name].get(key)
        return spans[-1][0] if spans and spans[-1][2] == END else None

    def write(self, flush: Flush) -> bool:
        """Write all this, unless another projector has moved the checkpoint."""
        if flush.checkpoint != self._checkpoint:
            return False
        tables = {table.name: table for table in self._projection.tables}
        for name, changed in flush.spans.items():
            for key, position in changed.ended:
                self._spans[name][key][-1][2] = position
            for row, start, end in changed.rows:
                key = tables[name].key_of(row)
                self._spans[name].setdefault(key, []).append([row, start, end])
        self._checkpoint = flush.new_checkpoint
        return True

    def as_of(self, table: Table[R], position: int, not_at: int | None = None) -> Iterator[R]:
        """The rows that hold at a position, and not at that other one."""
        for spans in self._spans.get(table.name, {}).values():
            for row, *span in spans:
                if _within(position, *span) and not (not_at and _within(not_at, *span)):
                    yield row

    def spans_until(self, table: Table[R], position: int) -> Iterator[tuple[R, int, int]]:
        """Every row that came by a position, with the positions between which it holds."""
        for spans in self._spans.get(table.name, {}).values():
            yield from ((row, start, end) for row, start, end in spans if start <= position)


class MemoryViews:
    """The read models of a log in memory."""

    def __init__(self) -> None:
        self._log: list[StoredRow] = []
        self._shelves: dict[tuple[str, bool], MemoryShelf] = {}

    def shelf(self, projection: Projection, beside: bool = False) -> MemoryShelf:
        place = projection.name, beside
        if place not in self._shelves or not self._shelves[place].is_of(projection):
            self._shelves[place] = MemoryShelf(projection, beside)
        return self._shelves[place]

    def checkpoints(
        self, projections: Sequence[Projection], beside: bool = False
    ) -> dict[str, int | None]:
        return {one.name: self.shelf(one, beside).checkpoint() for one in projections}

    def write(self, flushes: Sequence[Flush]) -> list[bool]:
        return [self.shelf(one.projection, one.beside).write(one) for one in flushes]

    def swap(self, projection: Projection, enough: int = END) -> bool:
        made = self._shelves.get((projection.name, True))
        live = self.shelf(projection).checkpoint() or 0
        if made is None or (made.checkpoint() or 0) < min(live, enough):
            return False
        self._shelves[projection.name, False] = made.in_place()
        del self._shelves[projection.name, True]
        return True

    def query(self, table: Table[R], position: int, query: Query) -> list[R]:
        return page(table, self._found(table, position, query), query)

    def values(
        self, table: Table[Any], columns: Sequence[str], position: int, query: Query
    ) -> list[tuple[Any, ...]]:
        rows = self.query(table, position, query)
        return [tuple(getattr(row, column) for column in columns) for row in rows]

    def count(self, table: Table[Any], position: int, query: Query) -> int:
        return len(self._found(table, position, query))

    def _found(self, table: Table[Any], position: int, query: Query) -> list[Any]:
        other = query.not_at
        if isinstance(table, Derived):
            rows = rows_after(table, self._seen(table, position), self._seen(table, other or 0))
        else:
            rows = [row for one in self._live() for row in one.as_of(table, position, other)]
        return [row for row in rows if all(holds(row, where) for where in query.where)]

    def _live(self) -> list[MemoryShelf]:
        return [shelf for (_, beside), shelf in self._shelves.items() if not beside]

    def _seen(self, table: Derived[Any], position: int) -> list[StoredRow]:
        """What a derived table tells its rows from."""
        return self._log[: self._reached_by(table, position)]

    def _reached_by(self, table: Derived[Any], position: int) -> int:
        shelf = self._shelves.get((table.view, False))
        return min(position, shelf.checkpoint() or 0) if shelf else 0

    def ask(self, sql: str, tables: Sequence[Table[Any]], position: int, limits: Limits) -> Answer:
        live = position >= len(self._log)
        rows = partial(self._copied, position=position)
        opened = copier(tables, rows, lambda: self._log[:position])
        return ask_at(opened, tables, self._reached_by, position, live, sql, limits)

    def changes(self, table: Table[R], position: int) -> Iterator[tuple[R, int, int]]:
        if isinstance(table, Derived):
            found = list(changes_along(table, self._seen(table, position)))
        else:
            found = [span for one in self._live() for span in one.spans_until(table, position)]
        return iter(sorted(found, key=lambda span: span[1]))

    def _copied(self, table: Table[Any], position: int) -> list[Row]:
        """A tally as of a position, or the changes of any other table."""
        changes = list(self.changes(table, position))
        if isinstance(table, Tally):
            held = [change for change in changes if change[2] == END]
            return [row[:-2] for row in written(table, Spans(held, []))]
        return written(table, Spans(changes, []))


def _within(position: int, start: int, end: int) -> bool:
    return start <= position and (position < end or end == END)


def page(table: Table[R], found: list[R], query: Query) -> list[R]:
    """These rows in the order that is asked for, and as many."""
    found.sort(key=table.key_of)
    if column := query.order_by:
        known = [row for row in found if getattr(row, column) is not None]
        known.sort(key=lambda row: getattr(row, column), reverse=query.descending)
        found = known + [row for row in found if getattr(row, column) is None]
    end = None if query.limit is None else query.offset + query.limit
    return found[query.offset : end]


def holds(row: Any, where: Where) -> bool:
    """Whether a row meets a condition."""
    value, wanted = getattr(row, where.column), where.value
    match where.operator:
        case "=":
            return bool(value == wanted)
        case "!=":
            return bool(value != wanted)
        case ">=":
            return value is not None and bool(value >= wanted)
        case "<=":
            return value is not None and bool(value <= wanted)
        case "in":
            return value in wanted
        case "contains":
            return value is not None and str(wanted).lower() in str(value).lower()


def matches(row: StoredRow, search: Search) -> bool:
    """Whether an event of the log is among those that are searched for."""
    return (
        (not search.types or row[3] in search.types)
        and (search.stream is None or row[1] == search.stream)
        and (search.since is None or row[7] >= to_microseconds(search.since))
        and (search.until is None or row[7] <= to_microseconds(search.until))
        and (search.actor is None or read_json(row[8]).get("actor") == search.actor)
    )
