"""How does SQLite keep the log? One file, one writer at a time, readers that never wait."""

from __future__ import annotations

import sqlite3
from collections.abc import Iterable, Iterator, Sequence
from contextlib import AbstractContextManager, closing, contextmanager
from itertools import islice
from pathlib import Path
from typing import Any
from urllib.parse import quote

from sqlalchemy import Connection, Text, cast, func
from sqlalchemy.exc import DBAPIError

from core.codec import Codec, Encoded
from core.errors import StoreUnavailable
from core.events import Event, Recorded, StoredFact, StoredRow
from core.exactness import check_stream
from core.projections import Table
from core.stores.migrating import Migrated
from core.stores.placing import Ends, admit
from core.stores.sandbox import Answer, Limits
from core.stores.sql import BETWEEN, SqlStore
from core.stores.sql_facts import FACT, STRETCH, STRETCH_BY
from core.stores.sqlite_append import (
    MANY,
    insert,
    inserted,
    known_rows,
    load,
    place,
    read_ends,
)
from core.stores.sqlite_file import Readers, located, translated, unavailable
from core.stores.sqlite_schema import NEWEST_BY, check, migrate, version_of
from core.stores.sqlite_wal import here, said_of
from core.stores.sqlite_writer import Writer
from core.stores.tables import SQLITE, events
from core.stores.temporal import ask_at
from core.stores.turns import Unqueued

KEPT = 10_000
"""How many streams' ends are kept between appends."""


class SqliteStore(SqlStore, Unqueued):
    """A log in one SQLite file."""

    dialect = SQLITE
    newest_by = NEWEST_BY
    page = 512  # what is read is folded while the processor still has it at hand

    def __init__(self, url: str, path: Path, codec: Codec) -> None:
        super().__init__(url, codec)
        self._path = path
        self._readers = Readers(path)
        self._writer = Writer(url, path)
        self._ends: Ends | None = None  # where this store's own last append left the log

    @contextmanager
    def reading(self) -> Iterator[Connection]:
        self._writer.require_home()
        with translated(self.url), self._readers.engine.connect() as connection:
            yield connection

    def writing(self) -> AbstractContextManager[Connection]:
        return self._writer.transaction()

    def fetch(self, sql: str, parameters: tuple[Any, ...]) -> list[Any]:
        self._writer.require_home()
        try:
            return self._readers.fetch(sql, parameters)
        except sqlite3.Error as error:
            raise unavailable(self.url, error) from error

    def _scan(self, columns: str, source: str, parameters: tuple[Any, ...]) -> list[Any]:
        self._writer.require_home()
        try:
            return self._readers.scan(columns, source, parameters)
        except sqlite3.Error as error:
            raise unavailable(self.url, error) from error

    def next_rows(self, asked: str, first: int, last: int, size: int) -> list[StoredRow]:
        # Positions are dense, so the next ones are the numbers that follow. Where there is a hole
        # as long as that, whatever is behind it is looked for.
        rows = self._scan(asked, BETWEEN, (first, min(first + size - 1, last)))
        return rows or super().next_rows(asked, first, last, size)

    def stretch(
        self, stream: str, first: int, end: int, to_position: int | None
    ) -> list[StoredFact]:
        # The one index that leads to a stream leads through it in the order of its versions.
        if to_position is None:
            return self._scan(FACT, STRETCH, (stream, first, end))
        return self._scan(FACT, STRETCH_BY, (stream, first, end, to_position))

    def open(self, may_create: bool) -> None:
        """Lay the tables out, once; refuse what is no store of ours, or not of today's version."""
        if may_create and self._is_empty():
            self.migrate()
        with self.reading() as connection:
            check(self.url, connection)

    def _is_empty(self) -> bool:
        if not self._path.exists():
            return True
        if Path(f"{self._path}-journal").exists():  # whoever laid it out was killed: only a writer
            return True  # can undo that
        with self.reading() as connection:
            return version_of(self.url, connection) == 0

    def migrate(self) -> Migrated:
        """Bring the file to today's version in one transaction."""
        with self.writing() as connection:
            return migrate(self.url, connection)

    def append(
        self,
        stream: str,
        events: Sequence[Event],
        expected_version: int,
        wait_for_position: bool = True,  # noqa: ARG002  # it is there at once
    ) -> list[Recorded]:
        check_stream(stream)
        encoded = [self._codec.encode(event) for event in events]
        rows = self._at_once(stream, encoded, expected_version)
        if rows is None:
            rows = self._in_turn(stream, events, encoded, expected_version)
        return self.recorded(rows)

    def _at_once(
        self, stream: str, encoded: Sequence[Encoded], expected: int
    ) -> list[StoredRow] | None:
        """Append behind the end this store left; None, and nothing written, if it is not the end.

        Positions are dense, and no two events share one: where the next place is still free,
        nobody else has written: the unique keys are the check, not a look before it.
        """
        if self._ends is None or not encoded:
            return None
        try:
            with self._writer as run:
                ends, self._ends = self._ends, None
                if ends is None or not ends.follows(stream, expected):
                    return None
                rows = place(ends, stream, encoded)
                insert(run, rows)
                self._keep(ends)
                return rows
        except sqlite3.IntegrityError:
            return None
        except (sqlite3.Error, DBAPIError) as error:
            raise unavailable(self.url, error) from error

    def _in_turn(
        self, stream: str, events: Sequence[Event], encoded: Sequence[Encoded], expected: int
    ) -> list[StoredRow]:
        """Append behind the end that is read once the log is held."""
        self._writer.require_home()
        with self._writer.lock:
            with self.writing() as connection:
                run = _driver(connection)
                ends = read_ends(run)
                actual, rows = ends.version(stream), None
                if actual == expected:
                    rows = inserted(run, ends, stream, encoded)
                if rows is None:
                    known = known_rows(run, [one.event_id for one in encoded])
                    rows = admit(stream, events, encoded, known, expected, actual)
                    ends = read_ends(run)
            self._keep(ends)
        return rows or []

    def _keep(self, ends: Ends) -> None:
        self._ends = ends if len(ends) < KEPT else None

    def load(self, entries: Iterable[tuple[str, Event]]) -> int:
        loaded, waiting = 0, iter(entries)
        with self.writing() as connection:
            self._ends = None
            run = _driver(connection)
            ends = read_ends(run)
            while chunk := list(islice(waiting, MANY)):
                encoded = [(check_stream(one), self._codec.encode(event)) for one, event in chunk]
                loaded += load(run, ends, encoded)
        return loaded

    def ask(self, sql: str, tables: Sequence[Table[Any]], position: int, limits: Limits) -> Answer:
        live = position >= self.head().position
        file = f"file:{quote(str(self._path))}?mode=ro"
        return ask_at(lambda _: file, tables, self.reached_by, position, live, sql, limits)

    def actor(self) -> Any:
        return func.json_extract(cast(events.c.metadata, Text), "$.actor")

    def remarks(self) -> list[str]:
        said = [said_of(here(), self._writer.queue.works), self._writer.watch.warning()]
        return [sentence for sentence in said if sentence]

    def close(self) -> None:
        if self._writer.is_home():  # else the connections are the other process's
            self._readers.close()
            self._writer.close()


def _driver(connection: Connection) -> Any:
    """The driver's own connection: the hot statements are prepared there, without a layer."""
    return connection.connection.driver_connection


def open_store(url: str, codec: Codec, create: bool = True) -> SqliteStore:
    """Open a file such as `sqlite:///data/orders.db`; make it if `create` and it is not there."""
    store = SqliteStore(url, located(url, create), codec)
    store.open(create)
    return store


def migrate_store(url: str, codec: Codec, roles: bool = False) -> Migrated:
    """Make the file, or bring it to today's version."""
    if roles:
        raise StoreUnavailable(url, "a file has no roles, only the permissions of its folder")
    with closing(SqliteStore(url, located(url, True), codec)) as store:
        return store.migrate()
