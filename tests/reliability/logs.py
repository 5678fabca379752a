"""Which logs are followed? Ours, in each of its ways, and two that are known to lose events."""

from __future__ import annotations

import time
from dataclasses import replace
from typing import Any, Protocol
from uuid import UUID

from core.machine import codec
from core.stores import open_store
from core.stores.postgres import PostgresStore
from core.stores.postgres_append import insert
from core.stores.postgres_line import Line
from core.stores.sqlite import SqliteStore
from tests import postgres
from tests.orders.facts import opened

CODEC = codec()

Seen = tuple[int, str, int, bytes]
"""Position, stream, version and event id."""


class Log(Protocol):
    """A log under test, as one process has it open."""

    def append(self, stream: str, version: int, event_id: UUID, linger: float) -> None:
        """Append one event; a transaction that lingers stays open for so many seconds."""
        ...

    def behind(self, position: int) -> list[Seen]:
        """All that a reader sees behind a position."""
        ...

    def settle(self) -> None:
        """Do what is left to do when all writers have ended."""
        ...

    def close(self) -> None: ...


class Ours:
    """A store as it is."""

    def __init__(self, url: str) -> None:
        self._store: Any = open_store(url, CODEC)

    def append(self, stream: str, version: int, event_id: UUID, linger: float) -> None:
        fact = replace(opened, event_id=event_id)
        if linger:
            self._linger(stream, version, event_id, linger)
        else:
            self._store.append(stream, [fact], version - 1, wait_for_position=version % 3 == 0)

    def _linger(self, stream: str, version: int, event_id: UUID, linger: float) -> None:
        raise NotImplementedError

    def behind(self, position: int) -> list[Seen]:
        found = [one.row for one in self._store.read_all(position + 1)]
        return [(row[0], row[1], row[2], row[5]) for row in found]

    def settle(self) -> None: ...

    def close(self) -> None:
        self._store.close()


class Sequenced(Ours):
    """PostgreSQL, where whoever comes first places what has been committed."""

    turns = ("later", "try")
    _store: PostgresStore

    def __init__(self, url: str) -> None:
        super().__init__(url)
        self._driver = postgres.connect(url)
        self._line = Line(self._driver)

    def _linger(self, stream: str, version: int, event_id: UUID, linger: float) -> None:
        fact = CODEC.encode(replace(opened, event_id=event_id))
        turn = self.turns[version % len(self.turns)]
        with self._driver.transaction():
            insert(self._line.fetch, stream, [fact], version - 1, turn)
            time.sleep(linger)

    def settle(self) -> None:
        self._store.place()

    def close(self) -> None:
        self._driver.close()
        super().close()


class Locked(Sequenced):
    """PostgreSQL, where each append waits its turn."""

    turns = ("wait",)


class InOneFile(Ours):
    """SQLite, where a writer that lingers holds the file."""

    _store: SqliteStore

    def _linger(self, stream: str, version: int, event_id: UUID, linger: float) -> None:
        with self._store.writing():
            time.sleep(linger)
        self._store.append(stream, [replace(opened, event_id=event_id)], version - 1)


class Naive:
    """A plain table, numbered by a sequence: what commits late is hidden from who has read on."""

    lock = ""

    def __init__(self, url: str) -> None:
        self._driver = postgres.connect(url)
        self._driver.execute(
            "CREATE TABLE IF NOT EXISTS log (position bigserial PRIMARY KEY, stream text,"
            " version bigint, event_id bytea, UNIQUE (stream, version))"
        )

    def append(self, stream: str, version: int, event_id: UUID, linger: float) -> None:
        row = (stream, version, event_id.bytes)
        with self._driver.transaction():
            if self.lock:
                self._driver.execute(self.lock, (stream,))
            self._driver.execute(
                "INSERT INTO log (stream, version, event_id) VALUES (%s, %s, %s)", row
            )
            time.sleep(linger)

    def behind(self, position: int) -> list[Seen]:
        cursor: Any = self._driver.cursor(binary=True)
        asked = "SELECT * FROM log WHERE position > %s ORDER BY position"
        found: list[Seen] = cursor.execute(asked, (position,)).fetchall()
        return found

    def settle(self) -> None: ...

    def close(self) -> None:
        self._driver.close()


class ByCategory(Naive):
    """The same behind a lock for each category: safe for who follows one, not for who all."""

    lock = "SELECT pg_advisory_xact_lock(1163285314, abs(hashtext(%s)) %% 4)"
