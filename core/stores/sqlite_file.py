"""How is one SQLite file opened, shared and spoken of? Pragmas, the queue of writers, sentences."""

from __future__ import annotations

import os
import sqlite3
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any
from urllib.parse import quote

from sqlalchemy import URL, Engine, create_engine, event
from sqlalchemy.exc import DBAPIError
from sqlalchemy.pool import NullPool, QueuePool

from core.errors import StoreUnavailable, UnknownStore

try:
    import fcntl
except ImportError:  # no such locks on Windows; SQLite's busy timeout remains
    fcntl = None  # type: ignore[assignment]

PRAGMAS = (
    "busy_timeout=5000",
    "synchronous=FULL",  # what `append` returned survives a power cut; NORMAL would lose it
    "foreign_keys=ON",
    "recursive_triggers=ON",
    "trusted_schema=OFF",
    "cell_size_check=ON",
)


WAL = "journal_mode=WAL"
NO_WAL = "no write-ahead log"

SENTENCES = {
    "not a database": "the file is not a database",
    "malformed": "the file is damaged",
    "locked": "another program holds it; try again",
    "readonly": "it is read-only",
    "full": "the disk is full",
    "disk I/O": "the disk refuses to be read or written",
    NO_WAL: "its disk keeps no write-ahead log; a folder of the network cannot",
    "no such table": "its tables are missing (`eventscope rebuild` makes the read models anew)",
    "no such column": "its read models are of another version (`eventscope project` renews them)",
    "unable to open": "the file cannot be opened",
}


def writing_engine(path: Path) -> Engine:
    """Connections that write."""
    url = URL.create("sqlite", database=str(path))  # as it is, whatever characters it holds
    # Folding back happens inside COMMIT, hence in the queue of writers, and nowhere else.
    engine = create_engine(url, poolclass=NullPool)
    event.listen(engine, "connect", lambda connection, _: _prepare(connection, WAL))
    return engine


class Reader(sqlite3.Connection):
    """A connection whose statements can hand over a row by calling `keep` with its values."""

    def __init__(self, *args: Any, **named: Any) -> None:
        super().__init__(*args, **named)
        self._kept: list[Any] = []
        append = self._kept.append

        def keep(*row: Any) -> None:
            append(row)

        self.create_function("keep", -1, keep)

    def kept(self) -> list[Any]:
        """The rows that were handed over since this was asked."""
        rows = self._kept.copy()
        self._kept.clear()
        return rows


class Readers:
    """Connections that cannot write: SQLAlchemy's pool, and the driver's own for hot queries.

    A pool's connection costs more to borrow than a row to find. The few that wait here keep their
    statements prepared; there are as many as have ever read at once.
    """

    def __init__(self, path: Path) -> None:
        self._path = path
        self._idle: list[Reader] = []  # taken and given back in one step: no lock
        url = "sqlite://"
        self.engine = create_engine(url, creator=self._connected, poolclass=QueuePool)

    def fetch(self, sql: str, parameters: tuple[Any, ...]) -> list[Any]:
        """Every row of a query, straight from the driver."""
        connection = self._taken()
        rows = connection.execute(sql, parameters).fetchall()
        self._idle.append(connection)  # one that has failed is not used again
        return rows

    def scan(self, columns: str, source: str, parameters: tuple[Any, ...]) -> list[Any]:
        """The same rows in half the time, in the order in which SQLite comes upon them.

        The driver steps from row to row and takes a lock for each value of it. A function that the
        statement itself calls is handed the whole row.
        """
        connection = self._taken()
        try:
            connection.execute(f"SELECT count(keep({columns})) {source}", parameters).fetchone()
        except sqlite3.OperationalError as error:
            if "user-defined function" not in str(error):
                raise
            self.fetch(f"SELECT {columns} {source}", parameters)  # tells what cannot be read
            raise KeyboardInterrupt from error  # else it was a signal: the function only keeps
        rows = connection.kept()
        self._idle.append(connection)
        return rows

    def _taken(self) -> Reader:
        try:
            return self._idle.pop()
        except IndexError:
            return self._connected()

    def _connected(self) -> Reader:
        name = f"file:{quote(str(self._path))}?mode=ro"
        connection = sqlite3.connect(name, uri=True, check_same_thread=False, factory=Reader)
        # A read-only connection may still make files by ATTACH, and by VACUUM INTO, which attaches.
        connection.setlimit(sqlite3.SQLITE_LIMIT_ATTACHED, 0)
        _prepare(connection, "query_only=ON", "wal_autocheckpoint=0")
        return connection

    def close(self) -> None:
        """Let go of every connection that is not in use."""
        self.engine.dispose()
        while self._idle:
            self._idle.pop().close()


def _prepare(connection: sqlite3.Connection, *pragmas: str) -> None:
    # The driver would otherwise open and commit transactions of its own accord.
    connection.isolation_level = None
    # SQLite's own folds the case of ASCII letters only.
    connection.create_function("lower", 1, _lower, deterministic=True)
    for statement in (*PRAGMAS, *pragmas):
        (said,) = connection.execute(f"PRAGMA {statement}").fetchone() or ("",)
        if statement == WAL and said != "wal":  # there it does not count as an error
            raise sqlite3.OperationalError(NO_WAL)


def _lower(value: Any) -> Any:
    return value.lower() if isinstance(value, str) else value


NO_FILE = -1


class Queue:
    """Writers of other processes wait in line: SQLite alone lets one starve for seconds, and old
    versions of it lose pages when two of them write and checkpoint at one instant.

    A lock on a file beside the log, held by one thread of this process at a time.
    """

    works = fcntl is not None

    def __init__(self, url: str, path: Path) -> None:
        self._url, self._path = url, Path(f"{path}.lock")
        self._file = NO_FILE

    def enter(self) -> None:
        """Wait until nobody else is at it."""
        if fcntl is not None:
            fcntl.flock(self._opened() if self._file == NO_FILE else self._file, fcntl.LOCK_EX)

    def leave(self) -> None:
        """Let the next one in."""
        if self._file != NO_FILE:
            fcntl.flock(self._file, fcntl.LOCK_UN)

    def _opened(self) -> int:
        try:
            self._file = os.open(self._path, os.O_WRONLY | os.O_CREAT | os.O_CLOEXEC, 0o666)
        except OSError:
            raise StoreUnavailable(self._url, "it is read-only") from None
        return self._file

    def close(self) -> None:
        """Let go of the file."""
        if self._file != NO_FILE:
            os.close(self._file)
            self._file = NO_FILE


@contextmanager
def translated(url: str) -> Iterator[None]:
    """Database errors come out as `StoreUnavailable` with a sentence."""
    try:
        yield
    except (DBAPIError, sqlite3.Error) as error:
        raise unavailable(url, error) from error


def unavailable(url: str, error: DBAPIError | sqlite3.Error) -> StoreUnavailable:
    """What an error of the database means for a person."""
    text = str(error.orig if isinstance(error, DBAPIError) else error)
    sentence = next((sentence for sign, sentence in SENTENCES.items() if sign in text), text)
    return StoreUnavailable(url, sentence)


def located(url: str, create: bool) -> Path:
    """The file a URL such as `sqlite:///data/orders.db` names; refused where it cannot be."""
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
    return path
