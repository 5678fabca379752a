"""How does a database answer what is asked of the read models, and who keeps their rows there?"""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Iterator, Sequence
from contextlib import AbstractContextManager
from dataclasses import replace
from typing import Any, TypeVar

from sqlalchemy import Connection

from core.projections import END, Derived, Projection, Query, Table, Tally
from core.stores.asking import count_asked, rows_asked, values_asked
from core.stores.beside import index_beside, swap_tables
from core.stores.derived import reached, through_time
from core.stores.read_models import SqlShelf, checkpoints_of
from core.stores.rows import Asked, Row, read_changes, read_rows, read_values, written_changes
from core.stores.shelves import Flush, Shelf
from core.stores.tables import Dialect

R = TypeVar("R")


class SqlViews(ABC):
    """The read models in a database; `mark` is what its driver says for a value."""

    mark = "?"
    dialect: Dialect

    @abstractmethod
    def reading(self) -> AbstractContextManager[Connection]:
        """A connection that only reads; database errors come out as ours."""

    @abstractmethod
    def writing(self) -> AbstractContextManager[Connection]:
        """The one connection that writes, inside a transaction that commits at the end."""

    @abstractmethod
    def fetch(self, sql: str, parameters: tuple[Any, ...]) -> list[Any]:
        """Rows straight from the driver, for the hot queries."""

    def insert_rows(self, connection: Connection, name: str, rows: list[Row]) -> None:
        """Put many rows into a table; the first fixes how many columns there are."""
        marks = ", ".join([self.mark] * len(rows[0]))
        connection.exec_driver_sql(f'INSERT INTO "{name}" VALUES ({marks})', rows)

    def shelf(self, projection: Projection, beside: bool = False) -> Shelf:
        return SqlShelf(self, projection, beside)

    def checkpoints(
        self, projections: Sequence[Projection], beside: bool = False
    ) -> dict[str, int | None]:
        return checkpoints_of(self.fetch, projections, beside)

    def write(self, flushes: Sequence[Flush]) -> list[bool]:
        # What is counted is counted before anybody has to wait for this one to write.
        ready = [(SqlShelf(self, one.projection, one.beside), one) for one in flushes]
        counted = [shelf.counted(one) for shelf, one in ready]
        with self.writing() as connection:
            return [
                shelf.write(connection, one, pages)
                for (shelf, one), pages in zip(ready, counted, strict=True)
            ]

    def swap(self, projection: Projection, enough: int = END) -> bool:
        index_beside(self, projection)
        with self.writing() as connection:
            return swap_tables(connection, projection, enough)

    def query(self, table: Table[R], position: int, query: Query) -> list[R]:
        there = self._reached(table, position, query)
        found = self.fetch(*rows_asked(table, table.columns, *there, self.dialect))
        return read_rows(table, found)

    def values(
        self, table: Table[Any], columns: Sequence[str], position: int, query: Query
    ) -> list[tuple[Any, ...]]:
        there = self._reached(table, position, query)
        found = self.fetch(*values_asked(table, columns, *there, self.dialect))
        return read_values(table, columns, found)

    def count(self, table: Table[Any], position: int, query: Query) -> int:
        there = self._reached(table, position, query)
        return int(self.fetch(*count_asked(table, *there, self.dialect))[0][0])

    def reached_by(self, table: Derived[Any], position: int) -> int:
        """The position, or as far as a derived table has come."""
        return reached(self.fetch, table, position)

    def _reached(self, table: Table[Any], position: int, query: Query) -> tuple[int, Query]:
        """The position, or as far as a derived table has come; the same of `not_at`."""
        if not isinstance(table, Derived):
            return position, query
        other = query.not_at
        if other is not None:
            query = replace(query, not_at=self.reached_by(table, other))
        return self.reached_by(table, position), query

    def changes(self, table: Table[R], position: int) -> Iterator[tuple[R, int, int]]:
        rows = self._changes(table, position)
        return zip(*read_changes(table, rows), strict=True)

    def _changes(self, table: Table[Any], position: int) -> list[Row]:
        """Every row that came by a position: its columns, from_position and to_position."""
        if isinstance(table, Derived):
            source = through_time(table, self.dialect, self.reached_by(table, position))
        else:
            source = Asked(f'"{table.name}"', ())
        return written_changes(self.fetch, table, source, position)

    def copied(self, table: Table[Any], position: int) -> list[Row]:
        """What a copy of a read model holds: every change, or a tally as of the position."""
        if not isinstance(table, Tally):
            return self._changes(table, position)
        there = self._reached(table, position, Query())
        return self.fetch(*values_asked(table, table.columns, *there, self.dialect))
