"""How does SQLite keep the log? One file, one writer at a time, readers that never wait."""

from __future__ import annotations

import os
import sqlite3
import threading
from collections.abc import Iterable, Iterator, Sequence
from contextlib import contextmanager
from itertools import islice
from pathlib import Path
from typing import Any
from urllib.parse import quote

from sqlalchemy import Connection, Text, cast, func

from core.codec import Codec, Encoded
from core.errors import StoreUnavailable, UnknownStore
from core.events import Event, Recorded, StoredRow
from core.projections import Table
from core.stores import check_stream
from core.stores.placing import Ends, admit
from core.stores.sandbox import Answer, Limits
from core.stores.sql import SqlStore
from core.stores.sqlite_append import (
    FEW,
    MANY,
    insert,
    inserted,
    known_rows,
    load,
    place,
    read_ends,
)
from core.stores.sqlite_file import Queue, Readers, translated, unavailable, writing_engine
from core.stores.tables import events, schema
from core.stores.temporal import ask_at

APPLICATION_ID = 0x45565343  # "EVSC": tells our files from other SQLite databases
SCHEMA_VERSION = 1

GUARDS = (
    """CREATE TRIGGER events_are_never_updated BEFORE UPDATE ON events
       BEGIN SELECT RAISE(ABORT, 'events are never changed'); END""",
    """CREATE TRIGGER events_are_never_deleted BEFORE DELETE ON events
       BEGIN SELECT RAISE(ABORT, 'events are never deleted'); END""",
    # REPLACE deletes without firing delete triggers, so it is refused where it begins.
    """CREATE TRIGGER events_are_never_replaced BEFORE INSERT ON events
       WHEN EXISTS (SELECT 1 FROM events WHERE position = NEW.position)
         OR EXISTS (SELECT 1 FROM events WHERE stream = NEW.stream AND version = NEW.version)
         OR EXISTS (SELECT 1 FROM events WHERE event_id = NEW.event_id)
       BEGIN SELECT RAISE(ABORT, 'events are never replaced'); END""",
)

KEPT = 10_000
"""How many streams' ends are kept between appends."""


class SqliteStore(SqlStore):
    """A log in one SQLite file."""

    def __init__(self, url: str, path: Path, codec: Codec) -> None:
        super().__init__(url, codec)
        self._path = path
        self._readers = Readers(path)
        self._writer: Connection | None = None
        self._lock = threading.RLock()
        self._queue = Queue(url, path)
        self._ends: Ends | None = None  # where this store's own last append left the log

    @contextmanager
    def reading(self) -> Iterator[Connection]:
        with translated(self.url), self._readers.engine.connect() as connection:
            yield connection

    @contextmanager
    def writing(self) -> Iterator[Connection]:
        with translated(self.url), self._lock, self._queue:
            connection = self._writing_connection()
            run = _driver(connection)
            run.execute("BEGIN IMMEDIATE")
            try:
                yield connection
                run.execute("COMMIT")
            except BaseException:
                run.rollback()
                raise

    def fetch(self, sql: str, parameters: tuple[Any, ...]) -> list[Any]:
        try:
            return self._readers.fetch(sql, parameters)
        except sqlite3.Error as error:
            raise unavailable(self.url, error) from error

    def _writing_connection(self) -> Connection:
        if self._writer is None:
            # Pinned: statements stay prepared, and nothing else is ever sent on it.
            self._writer = writing_engine(self._path).connect()
        return self._writer

    def create(self) -> None:
        """Lay the tables out, once; a file that is something else is refused."""
        with self.writing() as connection:
            if connection.exec_driver_sql("SELECT count(*) FROM sqlite_master").scalar():
                return
            schema.create_all(connection)
            for guard in GUARDS:
                connection.exec_driver_sql(guard)
            connection.exec_driver_sql(f"PRAGMA application_id = {APPLICATION_ID}")
            connection.exec_driver_sql(f"PRAGMA user_version = {SCHEMA_VERSION}")

    def check(self) -> None:
        """Refuse a file that is not a store of ours, or one of a newer version."""
        with self.reading() as connection:
            kind = connection.exec_driver_sql("PRAGMA application_id").scalar()
            version = connection.exec_driver_sql("PRAGMA user_version").scalar_one()
        if kind != APPLICATION_ID:
            raise StoreUnavailable(self.url, "it is a database, but not a store of events")
        if version > SCHEMA_VERSION:
            newer = f"it was written by a newer version (schema {version}, here {SCHEMA_VERSION})"
            raise StoreUnavailable(self.url, newer)

    def append(self, stream: str, events: Sequence[Event], expected_version: int) -> list[Recorded]:
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
        nobody else has written, and one statement is the whole transaction.
        """
        if self._ends is None or not 0 < len(encoded) <= FEW:
            return None
        try:
            with self._lock, self._queue:
                ends, self._ends = self._ends, None
                if ends is None or ends.version(stream) != expected:
                    return None
                rows = place(ends, stream, encoded)
                insert(_driver(self._writing_connection()), rows)
                self._keep(ends)
                return rows
        except sqlite3.IntegrityError:
            return None
        except sqlite3.Error as error:
            raise unavailable(self.url, error) from error

    def _in_turn(
        self,
        stream: str,
        events: Sequence[Event],
        encoded: Sequence[Encoded],
        expected: int,
    ) -> list[StoredRow]:
        """Append behind the end that is read once the log is held."""
        with self._lock:
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
        with translated(self.url):
            return ask_at(self._alone, tables, position, live, sql, limits)

    def _alone(self, _: Sequence[str]) -> sqlite3.Connection:
        # Of its own: what is laid out and forbidden on it must not meet anybody else's reading.
        name = f"file:{quote(str(self._path))}?mode=ro"
        return sqlite3.connect(name, uri=True, isolation_level=None)

    def actor(self) -> Any:
        return func.json_extract(cast(events.c.metadata, Text), "$.actor")

    def close(self) -> None:
        with self._lock:
            self._readers.close()
            if self._writer is not None:
                # The last connection to leave folds the write-ahead log back into the file. In
                # line with the writers: SQLite 3.7.0 to 3.51.2 may lose pages when one connection
                # checkpoints while another writes.
                with self._queue:
                    self._writer.close()
                    self._writer.engine.dispose()
                self._writer = None
                self._queue.close()


def _driver(connection: Connection) -> Any:
    """The driver's own connection: the hot statements are prepared there, without a layer."""
    return connection.connection.driver_connection


def open_store(url: str, codec: Codec, create: bool = True) -> SqliteStore:
    """Open a file such as `sqlite:///data/orders.db`; make it if `create` and it is not there."""
    database = url.partition(":///")[2].partition("?")[0]
    if not database or database == ":memory:":
        raise UnknownStore(
            url, "it names no file; say sqlite:///orders.db, or memory: for a store without one"
        )
    path = Path(database).absolute()
    if not path.parent.is_dir():
        raise StoreUnavailable(url, f"the folder {path.parent} does not exist")
    if not path.exists() and not create:
        raise StoreUnavailable(url, "the file does not exist")
    fresh = not path.exists() or path.stat().st_size == 0
    if fresh and not os.access(path.parent, os.W_OK):
        raise StoreUnavailable(url, f"the folder {path.parent} is read-only")
    store = SqliteStore(url, path, codec)
    if fresh and create:
        store.create()
    store.check()
    return store
