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

from sqlalchemy import Connection, Engine, Text, cast, create_engine, event, func, make_url
from sqlalchemy.exc import ArgumentError, DBAPIError
from sqlalchemy.pool import NullPool

from core.codec import Codec, Encoded
from core.errors import DuplicateEvent, StoreUnavailable, UnknownStore, VersionConflict
from core.events import Event, Recorded, StoredRow, to_microseconds, utc_now
from core.stores import check_distinct, check_stream
from core.stores.placing import EMPTY_LOG, EMPTY_STREAM, Ends, StreamEnd
from core.stores.sql import ROW, SqlStore
from core.stores.tables import events, schema

try:
    import fcntl
except ImportError:  # no such locks on Windows; SQLite's busy timeout remains
    fcntl = None  # type: ignore[assignment]

APPLICATION_ID = 0x45565343  # "EVSC": tells our files from other SQLite databases
SCHEMA_VERSION = 1

PRAGMAS = (
    "busy_timeout=5000",
    "synchronous=FULL",  # what `append` returned survives a power cut; NORMAL would lose it
    "foreign_keys=ON",
    "recursive_triggers=ON",
    "trusted_schema=OFF",
    "cell_size_check=ON",
)

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
        self._readers = _engine(f"sqlite:///file:{path}?mode=ro&uri=true", "query_only=ON")
        self._writer: Connection | None = None
        self._lock = threading.RLock()

    @contextmanager
    def reading(self) -> Iterator[Connection]:
        with self._translated(), self._readers.connect() as connection:
            yield connection

    @contextmanager
    def writing(self) -> Iterator[Connection]:
        with self._translated(), self._lock, _queued(self._path):
            connection = self._writing_connection()
            connection.exec_driver_sql("BEGIN IMMEDIATE")
            try:
                yield connection
                connection.exec_driver_sql("COMMIT")
            except BaseException:
                connection.connection.rollback()
                raise

    def _writing_connection(self) -> Connection:
        if self._writer is None:
            # Pinned: statements stay prepared, and nothing else is ever sent on it.
            engine = _engine(f"sqlite:///{self._path}", "journal_mode=WAL", poolclass=NullPool)
            self._writer = engine.connect()
        return self._writer

    @contextmanager
    def _translated(self) -> Iterator[None]:
        try:
            yield
        except DBAPIError as error:
            raise StoreUnavailable(self.url, _sentence(error.orig)) from error
        except (sqlite3.Error, OSError) as error:
            raise StoreUnavailable(self.url, _sentence(error)) from error

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
        check_distinct(stream, events)
        with self.writing() as connection:
            run = _driver(connection)
            ends = _ends(run)
            if (actual := ends.version(stream)) != expected_version:
                return self._appended_before(run, stream, encoded, expected_version, actual)
            self._refuse_known(run, encoded, events)
            now = to_microseconds(utc_now())
            rows = [ends.place(stream, event_, now) for event_ in encoded]
            run.executemany(INSERT, rows)
        return self.recorded(rows)

    def _appended_before(
        self, run: Any, stream: str, encoded: list[Encoded], expected: int, actual: int
    ) -> list[Recorded]:
        """What was recorded, if these very events were appended here before; else a conflict."""
        rows = _known(run, [event_.event_id for event_ in encoded])
        again = [rows.get(event_.event_id) for event_ in encoded]
        first = [row for row in again if row is not None and row[1] == stream]
        if encoded and len(first) == len(encoded):
            return self.recorded(first)
        raise VersionConflict(stream, expected, actual)

    def _refuse_known(self, run: Any, encoded: list[Encoded], events: Sequence[Event]) -> None:
        known = _known(run, [event_.event_id for event_ in encoded])
        for event_ in events:
            if row := known.get(event_.event_id.bytes):
                raise DuplicateEvent(event_.event_id, row[1])

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
        encoded = [(check_stream(stream), self._codec.encode(event_)) for stream, event_ in chunk]
        known: set[bytes] = set(_known(run, [event_.event_id for _, event_ in encoded]))
        rows = []
        for stream, event_ in encoded:
            if event_.event_id not in known:
                known.add(event_.event_id)
                rows.append(ends.place(stream, event_, event_.occurred_at))
        return rows

    def actor(self) -> Any:
        return func.json_extract(cast(events.c.metadata, Text), "$.actor")

    def close(self) -> None:
        with self._lock:
            self._readers.dispose()
            if self._writer is not None:
                # The last connection to leave folds the write-ahead log back into the file.
                self._writer.close()
                self._writer.engine.dispose()
                self._writer = None


def _driver(connection: Connection) -> Any:
    """The driver's own connection: the hot statements are prepared there, without a layer."""
    return connection.connection.driver_connection


def _ends(run: Any) -> Ends:
    def stream_end(stream: str) -> StreamEnd:
        return run.execute(STREAM_END, (stream,)).fetchone() or EMPTY_STREAM

    return Ends(run.execute(LOG_END).fetchone() or EMPTY_LOG, stream_end)


def _known(run: Any, event_ids: list[bytes]) -> dict[bytes, StoredRow]:
    found: dict[bytes, StoredRow] = {}
    for start in range(0, len(event_ids), CHUNK):
        part = event_ids[start : start + CHUNK]
        rows = run.execute(KNOWN % ", ".join("?" * len(part)), part)
        found.update({row[5]: row for row in rows})
    return found


def _engine(url: str, pragma: str, **options: Any) -> Engine:
    engine = create_engine(url, **options)

    @event.listens_for(engine, "connect")
    def _prepare(connection: Any, _record: Any) -> None:
        # The driver would otherwise open and commit transactions of its own accord.
        connection.isolation_level = None
        for statement in (*PRAGMAS, pragma):
            connection.execute(f"PRAGMA {statement}")

    return engine


@contextmanager
def _queued(path: Path) -> Iterator[None]:
    """Writers of other processes wait in line: SQLite alone lets one starve for seconds."""
    if fcntl is None:
        yield
        return
    with Path(f"{path}.lock").open("a") as queue:
        fcntl.flock(queue, fcntl.LOCK_EX)
        yield


def _sentence(error: BaseException | None) -> str:
    text = str(error)
    known = {
        "not a database": "the file is not a database",
        "malformed": "the file is damaged",
        "locked": "another program holds it; try again",
        "readonly": "it is read-only",
        "full": "the disk is full",
        "no such table": "its tables are missing (`eventscope rebuild` makes the read models anew)",
        "unable to open": "the file cannot be opened",
    }
    return next((sentence for sign, sentence in known.items() if sign in text), text)


def open_store(url: str, codec: Codec, create: bool = True) -> SqliteStore:
    """Open a file such as `sqlite:///data/orders.db`; make it if `create` and it is not there."""
    try:
        database = make_url(url).database
    except ArgumentError:
        raise UnknownStore(url, "it is no URL") from None
    if not database or database == ":memory:":
        raise UnknownStore(url, "it names no file; the store without a file is memory:")
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
