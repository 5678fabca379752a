"""How is one SQLite file opened, shared and spoken of? Pragmas, the queue of writers, sentences."""

from __future__ import annotations

import sqlite3
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import IO, Any
from urllib.parse import quote

from sqlalchemy import URL, Engine, create_engine, event
from sqlalchemy.exc import DBAPIError
from sqlalchemy.pool import NullPool, QueuePool

from core.errors import StoreUnavailable

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


SENTENCES = {
    "not a database": "the file is not a database",
    "malformed": "the file is damaged",
    "locked": "another program holds it; try again",
    "readonly": "it is read-only",
    "full": "the disk is full",
    "no such table": "its tables are missing (`eventscope rebuild` makes the read models anew)",
    "unable to open": "the file cannot be opened",
}


def writing_engine(path: Path) -> Engine:
    """Connections that write."""
    url = URL.create("sqlite", database=str(path))  # as it is, whatever characters it holds
    return _prepared(create_engine(url, poolclass=NullPool), "journal_mode=WAL")


def reading_engine(path: Path) -> Engine:
    """A pool of connections that cannot write."""

    def connect() -> sqlite3.Connection:
        name = f"file:{quote(str(path))}?mode=ro"
        return sqlite3.connect(name, uri=True, check_same_thread=False)

    return _prepared(
        create_engine("sqlite://", creator=connect, poolclass=QueuePool), "query_only=ON"
    )


def _prepared(engine: Engine, pragma: str) -> Engine:
    @event.listens_for(engine, "connect")
    def _prepare(connection: Any, _record: Any) -> None:
        # The driver would otherwise open and commit transactions of its own accord.
        connection.isolation_level = None
        # SQLite's own folds the case of ASCII letters only.
        connection.create_function("lower", 1, _lower, deterministic=True)
        for statement in (*PRAGMAS, pragma):
            connection.execute(f"PRAGMA {statement}")

    return engine


def _lower(value: Any) -> Any:
    return value.lower() if isinstance(value, str) else value


class Queue:
    """Writers of other processes wait in line: SQLite alone lets one starve for seconds.

    A lock on a file beside the log, held by one thread of this process at a time.
    """

    def __init__(self, url: str, path: Path) -> None:
        self._url, self._path = url, Path(f"{path}.lock")
        self._file: IO[str] | None = None

    def __enter__(self) -> None:
        if fcntl is not None:
            fcntl.flock(self._opened(), fcntl.LOCK_EX)

    def __exit__(self, *_: object) -> None:
        if self._file is not None:
            fcntl.flock(self._file, fcntl.LOCK_UN)

    def _opened(self) -> IO[str]:
        if self._file is None:
            try:
                self._file = self._path.open("a")
            except OSError:
                raise StoreUnavailable(self._url, "it is read-only") from None
        return self._file

    def close(self) -> None:
        """Let go of the file."""
        if self._file is not None:
            self._file.close()
            self._file = None


@contextmanager
def translated(url: str) -> Iterator[None]:
    """Database errors come out as `StoreUnavailable` with a sentence."""
    try:
        yield
    except (DBAPIError, sqlite3.Error) as error:
        cause = error.orig if isinstance(error, DBAPIError) else error
        raise StoreUnavailable(url, _sentence(str(cause))) from error


def _sentence(text: str) -> str:
    return next((sentence for sign, sentence in SENTENCES.items() if sign in text), text)
