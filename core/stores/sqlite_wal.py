"""What keeps SQLite's write-ahead log whole, and how large may it grow? Versions, guard, alarm."""

from __future__ import annotations

import logging
import sqlite3
import time
from pathlib import Path

ALARM = 64 * 2**20
"""Bytes of write-ahead log that nobody could fold back into the file: some reader holds on."""

LIMIT = 16 * 2**20
"""Bytes of write-ahead log from which on its file is emptied, once it can be folded back."""

TRY_AGAIN = 1.0
"""Seconds between two attempts, while a reader prevents it."""

SELDOM = 16
"""Small commits between two looks at a write-ahead log that is within its limit."""

AFFECTED = (3, 7, 0), (3, 51, 3)
MENDED = {(3, 44): 6, (3, 50): 7}

Version = tuple[int, int, int]


def may_lose_pages(version: Version) -> bool:
    """Whether SQLite of this version may lose pages when one connection resets the write-ahead
    log at the instant another folds it back: 3.7.0 to 3.51.2, but 3.44.6+ and 3.50.7+."""
    first, mended = AFFECTED
    patch = MENDED.get(version[:2])
    return first <= version < mended and (patch is None or version[2] < patch)


def said_of(version: Version, queued: bool) -> str:
    """Which SQLite keeps the log, whether it may lose pages, and what guards against it."""
    named = "SQLite " + ".".join(map(str, version))
    if not may_lose_pages(version):
        return f"{named}."
    harm = f"{named} may lose pages when two connections write and checkpoint at one instant"
    if queued:
        return f"{harm}; here all of that waits in one queue, so it cannot."
    return f"{harm}, and this system has no queue to prevent it: write from one process only."


def here() -> Version:
    """The version of the SQLite that Python brought."""
    major, minor, patch = sqlite3.sqlite_version_info
    return major, minor, patch


class Watch:
    """Keeps a write-ahead log small; warns when a reader lets it grow, once each time."""

    def __init__(self, file: Path) -> None:
        self._path = Path(f"{file}-wal")
        self._next = 0.0
        self._warned = False
        self._unseen = SELDOM

    def glance(self, run: sqlite3.Connection) -> None:
        """After a small commit, still in the queue of writers: now and then is enough."""
        self._unseen += 1
        if self._unseen >= SELDOM:
            self.look(run)

    def look(self, run: sqlite3.Connection) -> None:
        """After a commit, still in the queue of writers."""
        if self._size() <= LIMIT:
            self._unseen, self._warned = 0, False
            return
        now = time.monotonic()
        if now < self._next:
            return
        self._next = now + TRY_AGAIN
        fold_back(run)
        warning = self.warning()
        if warning and not self._warned:
            logging.getLogger("eventscope").warning(warning)
        self._warned = bool(warning)

    def warning(self) -> str:
        """What is wrong with the size, in a sentence; nothing where nothing is."""
        size = self._size()
        if size <= ALARM:
            return ""
        return (
            f"{self._path.name} has grown to {size / 2**20:,.0f} MiB, because a reader has kept one"
            " transaction open: end it, and the next appends fold it back."
        )

    def _size(self) -> int:
        try:
            return self._path.stat().st_size
        except FileNotFoundError:  # the last connection that left has folded it back
            return 0


def fold_back(run: sqlite3.Connection) -> None:
    """Put the write-ahead log into the file and empty it, or what of it no reader still needs."""
    (patience,) = run.execute("PRAGMA busy_timeout").fetchone()
    run.execute("PRAGMA busy_timeout = 0")  # nobody in the queue waits for a reader
    run.execute("PRAGMA wal_checkpoint(TRUNCATE)").fetchone()
    run.execute(f"PRAGMA busy_timeout = {patience}")
