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
from core.events import Event, Recorded, StoredRow, to_microseconds, utc_now
from core.projections import Table
from core.stores import check_stream
from core.stores.placing import EMPTY_LOG, EMPTY_STREAM, Ends, StreamEnd, admit
from core.stores.sandbox import Answer, Limits
from core.stores.sql import ROW, SqlStore
from core.stores.sqlite_file import Queue, reading_engine, translated, writing_engine
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

INSERT = f"INSERT INTO events ({ROW}) VALUES ({', '.join('?' * 12)})"
LOG_END = "SELECT position, recorded_at, seal FROM events ORDER BY position DESC LIMIT 1"
STREAM_END = "SELECT version, digest FROM events WHERE stream = ? ORDER BY version DESC LIMIT 1"
KNOWN = f"SELECT {ROW} FROM events WHERE event_id IN (%s)"
CHUNK = 500


class SqliteStore(SqlStore):
    """A log in one SQLite file."""

    def __init__(self, url: str, path: Path, codec: Codec) -> None:
        super().__init__(url, codec)
        self._path = path
        self._readers = reading_engine(path)
        self._writer: Connection | None = None
        self._lock = threading.RLock()
        self._queue = Queue(url, path)

    @contextmanager
    def reading(self) -> Iterator[Connection]:
        with translated(self.url), self._readers.connect() as connection:
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
        with self.writing() as connection:
            run = _driver(connection)
            ends = _ends(run)
            actual = ends.version(stream)
            rows = None
            if actual == expected_version:
                rows = _inserted(run, ends, stream, encoded)
            if rows is None:
                known = _known(run, [one.event_id for one in encoded])
                rows = admit(stream, events, encoded, known, expected_version, actual)
        return self.recorded(rows or [])

    def load(self, entries: Iterable[tuple[str, Event]]) -> int:
        loaded, waiting = 0, iter(entries)
        with self.writing() as connection:
            run = _driver(connection)
            ends = _ends(run)
            while chunk := list(islice(waiting, CHUNK)):
                rows = self._placed(run, ends, chunk)
                run.executemany(INSERT, rows)
                loaded += len(rows)
        return loaded

    def _placed(self, run: Any, ends: Ends, chunk: list[tuple[str, Event]]) -> list[StoredRow]:
        encoded = [(check_stream(stream), self._codec.encode(one)) for stream, one in chunk]
        known: set[bytes] = set(_known(run, [one.event_id for _, one in encoded]))
        rows = []
        for stream, one in encoded:
            if one.event_id not in known:
                known.add(one.event_id)
                rows.append(ends.place(stream, one, one.occurred_at))
        return rows

    def ask(self, sql: str, tables: Sequence[Table[Any]], position: int, limits: Limits) -> Answer:
        live = position >= self.head().position
        file = f"file:{quote(str(self._path))}?mode=ro"
        return ask_at(lambda _: file, tables, position, live, sql, limits)

    def actor(self) -> Any:
        return func.json_extract(cast(events.c.metadata, Text), "$.actor")

    def close(self) -> None:
        with self._lock:
            self._readers.dispose()
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


def _ends(run: Any) -> Ends:
    def stream_end(stream: str) -> StreamEnd:
        return run.execute(STREAM_END, (stream,)).fetchone() or EMPTY_STREAM

    return Ends(run.execute(LOG_END).fetchone() or EMPTY_LOG, stream_end)


def _inserted(
    run: Any, ends: Ends, stream: str, encoded: Sequence[Encoded]
) -> list[StoredRow] | None:
    """The rows of a new batch; None, and nothing written, where an event id is not new."""
    if len({one.event_id for one in encoded}) < len(encoded):
        return None
    now = to_microseconds(utc_now())
    rows = [ends.place(stream, one, now) for one in encoded]
    try:
        run.executemany(INSERT, rows)
    except sqlite3.IntegrityError:
        # The rows before the known one are in the transaction: take them out again.
        run.execute("ROLLBACK")
        run.execute("BEGIN IMMEDIATE")
        return None
    return rows


def _known(run: Any, event_ids: list[bytes]) -> dict[bytes, StoredRow]:
    found: dict[bytes, StoredRow] = {}
    for start in range(0, len(event_ids), CHUNK):
        part = event_ids[start : start + CHUNK]
        rows = run.execute(KNOWN % ", ".join("?" * len(part)), part)
        found.update({row[5]: row for row in rows})
    return found


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
