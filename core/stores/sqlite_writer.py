"""Who writes to the file? One connection of this process at a time, in line with the others."""

from __future__ import annotations

import os
import sqlite3
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from sqlalchemy import Connection

from core.errors import StoreUnavailable
from core.stores.sqlite_file import Queue, translated, writing_engine
from core.stores.sqlite_wal import Watch, fold_back


class Writer:
    """The connection that writes, its turn among all who do, and its leave when the disk fails."""

    def __init__(self, url: str, path: Path) -> None:
        self.lock = threading.RLock()
        self.queue = Queue(url, path)
        self.watch = Watch(path)
        self._url, self._path = url, path
        self._connection: Connection | None = None
        self._run: Any = None
        self._process = os.getpid()

    @contextmanager
    def transaction(self) -> Iterator[Connection]:
        """In turn, all or nothing; database errors come out as ours."""
        self.require_home()
        with translated(self._url), self as run:
            try:
                run.execute("BEGIN IMMEDIATE")
                yield self._connected()
                run.execute("COMMIT")
            except BaseException:
                run.rollback()
                raise
            self.watch.look(run)

    def __enter__(self) -> Any:
        """The driver's own connection while nobody else writes: hot statements are prepared there,
        without a layer."""
        self.require_home()
        self.lock.acquire()
        try:
            self.queue.enter()
            if self._connection is None:
                self._connected()
        except BaseException:
            self._give_way()
            raise
        return self._run

    def __exit__(self, kind: type[BaseException] | None, *_: object) -> None:
        try:
            if kind is None:
                self.watch.glance(self._run)
            elif issubclass(kind, sqlite3.OperationalError):
                self._leave()  # what a failed disk left in this connection is not to be trusted
        finally:
            self._give_way()

    def _give_way(self) -> None:
        self.queue.leave()
        self.lock.release()

    def require_home(self) -> None:
        """Locks do not cross a fork: two processes on one connection would corrupt the file."""
        if not self.is_home():
            raise StoreUnavailable(
                self._url, "it was opened by the process this one was forked from; open it again"
            )

    def is_home(self) -> bool:
        """Whether this is the process that opened the file."""
        return os.getpid() == self._process

    def _connected(self) -> Connection:
        if self._connection is None:
            # Pinned: statements stay prepared, and nothing else is ever sent on it.
            self._connection = writing_engine(self._path).connect()
            self._run = self._connection.connection.driver_connection
            try:
                # What a failed sync carried may never reach the disk, though it can be read, so
                # nobody writes behind it. Whoever was killed by then could not tell of it.
                fold_back(self._run)
            except sqlite3.Error:
                self._leave()
                raise
        return self._connection

    def close(self) -> None:
        """Let go of the file."""
        with self.lock:
            if self._connection is not None:
                # The last connection to leave folds the write-ahead log back into the file: it
                # does so in line with the writers.
                self.queue.enter()
                try:
                    self._leave()
                finally:
                    self.queue.leave()
                    self.queue.close()

    def _leave(self) -> None:
        if self._connection is not None:
            connection, self._connection, self._run = self._connection, None, None
            connection.invalidate()
            connection.close()
