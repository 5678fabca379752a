"""How does the memory store keep the rows of a read model, and find those of the log?"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any, TypeVar

from core.codec import read_json
from core.events import StoredRow, to_microseconds
from core.projections import END, Key, Projection, Query, Table, Where
from core.stores import Search, Spans

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

    def write(self, spans: dict[str, Spans], checkpoint: int, new_checkpoint: int) -> bool:
        if checkpoint != self._checkpoint:
            return False
        tables = {table.name: table for table in self._projection.tables}
        for name, changed in spans.items():
            for key, position in changed.ended:
                self._spans[name][key][-1][2] = position
            for row, start, end in changed.rows:
                key = tables[name].key_of(row)
                self._spans[name].setdefault(key, []).append([row, start, end])
        self._checkpoint = new_checkpoint
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
