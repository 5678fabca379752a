"""What do the SQL stores share? Every query but the append, which each database does its own way.

The ordinary queries are SQLAlchemy Core; the few hot ones (a stream, the log, a page of rows) run
as prepared text on the driver's cursor, because typed columns cost three times the reading itself.
"""

from __future__ import annotations

from abc import abstractmethod
from collections.abc import Iterable, Iterator, Sequence
from itertools import repeat
from typing import Any, TypeVar

from sqlalchemy import Select, bindparam, func, select

from core.codec import Codec
from core.events import Event, Recorded, StoredRow
from core.instants import from_microseconds
from core.moments import Moment
from core.stores import Head, Search, StoredSnapshot, tables
from core.stores.finding import (
    NEWEST_BY,
    last_version,
    narrowed,
    position_of,
    text,
    version_by,
    within,
)
from core.stores.sql_facts import AT, FIRST_PAGE, PAGE, ROW, SqlFacts
from core.stores.tables import checkpoints, events

R = TypeVar("R")

BETWEEN = "FROM events WHERE position >= ? AND position <= ?"
HEAD = "SELECT position, recorded_at, seal FROM events ORDER BY position DESC LIMIT 1"

OF_VERSIONS = f"""SELECT {ROW} FROM events
  WHERE stream = ? AND version IN ({", ".join("?" * FIRST_PAGE)})"""
"""Always as many of them, so that the statement is prepared once; there is no version 0."""


class SqlStore(SqlFacts):
    """A log in a database. The hot queries say ? for a value; `mark` is what the driver says."""

    keeps = True
    newest_by = NEWEST_BY
    """The last position that was recorded by a time (µs)."""

    def __init__(self, url: str, codec: Codec) -> None:
        super().__init__(codec)
        self.url = url

    @abstractmethod
    def load(self, entries: Iterable[tuple[str, Event]]) -> int: ...

    @abstractmethod
    def remarks(self) -> list[str]: ...

    @abstractmethod
    def close(self) -> None: ...

    def recorded(self, rows: Iterable[StoredRow]) -> list[Recorded]:
        """Stored rows as recorded events, decoded on first use."""
        return list(map(Recorded, rows, repeat(self._codec.decode)))

    def read_stream(
        self, stream: str, from_version: int = 1, to_position: int | None = None
    ) -> Iterator[Recorded]:
        sql = f"SELECT {ROW} FROM events WHERE stream = ? AND version >= ? ORDER BY version LIMIT ?"
        size, version = FIRST_PAGE, from_version
        while True:
            rows = self.fetch(sql, (stream, version, size))
            for record in self.recorded(rows):
                if to_position is not None and record.position > to_position:
                    return
                yield record
            if len(rows) < size:
                return
            size, version = self.page, rows[-1][2] + 1

    def read_versions(self, stream: str, versions: Sequence[int]) -> list[Recorded]:
        rows: list[StoredRow] = []
        for first in range(0, len(versions), FIRST_PAGE):
            wanted = versions[first : first + FIRST_PAGE]
            rows += self.fetch(OF_VERSIONS, (stream, *wanted, *[0] * (FIRST_PAGE - len(wanted))))
        return self.recorded(rows)

    def read_all(
        self, from_position: int = 1, to_position: int | None = None, batch_size: int = 1000
    ) -> Iterator[Recorded]:
        for rows in self._pages(from_position, to_position, batch_size):
            # One by one: a page of them at once takes half as long again.
            yield from map(Recorded, rows, repeat(self._codec.decode))

    def rows(self) -> Iterator[StoredRow]:
        # Text is asked for as bytes: what was never text must be found, not stop the search.
        asked = ROW.replace("stream,", "CAST(stream AS BLOB),").replace(
            "type,", "CAST(type AS BLOB),"
        )
        for rows in self._pages(-(2**62), None, PAGE, asked):
            for row in rows:
                yield (row[0], text(row[1]), row[2], text(row[3]), *row[4:])

    def _pages(
        self, position: int, to_position: int | None, size: int = PAGE, asked: str = ROW
    ) -> Iterator[list[StoredRow]]:
        size, last = min(size, self.page), 2**62 if to_position is None else to_position
        while rows := self.next_rows(asked, position, last, size):
            yield rows
            position = rows[-1][0] + 1

    def next_rows(self, asked: str, first: int, last: int, size: int) -> list[StoredRow]:
        """Rows of the log from a position on, the next ones, and no more than so many."""
        sql = f"SELECT {asked} {BETWEEN} ORDER BY position LIMIT ?"
        return self.fetch(sql, (first, last, size))

    def search(
        self, search: Search, after: int | None, newest_first: bool, limit: int
    ) -> list[Recorded]:
        wanted = select(events).limit(limit)
        position = events.c.position
        wanted = wanted.order_by(position.desc() if newest_first else position)
        if after is not None:
            wanted = wanted.where(position < after if newest_first else position > after)
        wanted = within(wanted, search, self.fetch, self.newest_by)
        with self.reading() as connection:
            rows = connection.execute(narrowed(wanted, search, self.actor())).fetchall()
        return self.recorded(tuple(row) for row in rows)

    @abstractmethod
    def actor(self) -> Any:
        """The SQL expression of an event's actor."""

    def head(self) -> Head:
        rows = self.fetch(HEAD, ())
        return Head(rows[0][0], from_microseconds(rows[0][1]), rows[0][2]) if rows else Head()

    def at(self, position: int) -> Recorded | None:
        rows = self.fetch(AT, (position,))
        return self.recorded(rows)[0] if rows else None

    def version_at(self, stream: str, position: int | None = None) -> int:
        last = last_version(self.fetch, stream)
        return last if position is None else version_by(self.fetch, stream, last, position)

    def position_at(self, moment: Moment, stream: str | None = None) -> int:
        return position_of(self.fetch, moment, stream, self.newest_by)

    def _number(self, wanted: Select[Any]) -> int:
        with self.reading() as connection:
            return connection.execute(wanted).scalar() or 0

    def streams(self) -> int:
        return self._number(select(func.count()).where(events.c.version == 1))

    def save_snapshots(self, snapshots: Sequence[StoredSnapshot]) -> None:
        kept = [one.__dict__ for one in snapshots]
        same = (tables.snapshots.c.stream == bindparam("stream_")) & (
            tables.snapshots.c.version == bindparam("version_")
        )
        places = [{"stream_": one.stream, "version_": one.version} for one in snapshots]
        with self.writing() as connection:
            connection.execute(tables.snapshots.delete().where(same), places)
            connection.execute(tables.snapshots.insert(), kept)

    def snapshots(self, stream: str, to_position: int) -> Iterator[StoredSnapshot]:
        sql = (
            "SELECT stream, version, position, fingerprint, state FROM snapshots"
            " WHERE stream = ? AND position <= ? ORDER BY position DESC LIMIT 1"
        )
        while rows := self.fetch(sql, (stream, to_position)):
            kept = StoredSnapshot(*rows[0])
            yield kept
            to_position = kept.position - 1

    def drop_snapshots(self) -> None:
        with self.writing() as connection:
            connection.execute(tables.snapshots.delete())

    def reached(self) -> int:
        return max(
            self._number(select(func.max(checkpoints.c.position))),
            self._number(select(func.max(tables.snapshots.c.position))),
        )
