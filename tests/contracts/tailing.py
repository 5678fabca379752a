"""Does who follows a log miss anything? Writers in processes of their own, and one who reads on.

The same writers and the same reader are set on a log of ours and on a plain table numbered by a
sequence: a test that could not see that one lose events would prove nothing.
"""

from __future__ import annotations

import multiprocessing
import time
from collections import Counter
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from itertools import pairwise
from typing import Any, Protocol
from uuid import uuid4

from core.stores.postgres import open_store
from core.stores.postgres_append import insert
from tests import postgres
from tests.conftest import CODEC
from tests.orders.facts import opened

LINGER = 0.01
"""Seconds between insert and commit, for one append in fifty."""

Seen = tuple[int, str, int, bytes]
"""Position, stream, version and event id."""


@dataclass(frozen=True)
class Followed:
    """What came of a run."""

    acknowledged: int
    lost: int
    duplicates: int
    holes: int
    inversions: int


class Log(Protocol):
    """A log under test, as one process has it open."""

    def append(self, stream: str, version: int, event_id: bytes, linger: float) -> None: ...

    def behind(self, position: int) -> list[Seen]: ...


class Ours:
    """The store as it is."""

    def __init__(self, url: str) -> None:
        self._store = open_store(url, CODEC)
        self._driver = postgres.connect(url)

    def append(self, stream: str, version: int, event_id: bytes, linger: float) -> None:
        fact = CODEC.encode(opened)._replace(event_id=event_id)
        with self._driver.transaction():
            insert(self._driver, stream, [fact], version - 1, "later" if version % 3 else "try")
            time.sleep(linger)
        if version % 5 == 0:
            self._store.place()

    def behind(self, position: int) -> list[Seen]:
        found = [one.row for one in self._store.read_all(position + 1)]
        return [(row[0], row[1], row[2], row[5]) for row in found]


class Naive:
    """A plain table, numbered by a sequence."""

    def __init__(self, url: str) -> None:
        self._driver = postgres.connect(url)
        self._driver.execute(
            "CREATE TABLE IF NOT EXISTS log (position bigserial PRIMARY KEY, stream text,"
            " version bigint, event_id bytea, UNIQUE (stream, version))"
        )

    def append(self, stream: str, version: int, event_id: bytes, linger: float) -> None:
        with self._driver.transaction():
            row = (stream, version, event_id)
            self._driver.execute(
                "INSERT INTO log (stream, version, event_id) VALUES (%s, %s, %s)", row
            )
            time.sleep(linger)

    def behind(self, position: int) -> list[Seen]:
        cursor: Any = self._driver.cursor(binary=True)
        asked = "SELECT * FROM log WHERE position > %s ORDER BY position"
        found: list[Seen] = cursor.execute(asked, (position,)).fetchall()
        return found


def run(kind: Callable[[str], Log], url: str, writers: int, seconds: float) -> Followed:
    """Let so many processes write for so long, and follow them to the end."""
    log = kind(url)
    processes = multiprocessing.get_context("spawn")
    gate, told = processes.Barrier(writers + 1), processes.Queue()
    working = [
        processes.Process(target=_write, args=(kind, url, number, seconds, gate, told))
        for number in range(writers)
    ]
    for each in working:
        each.start()
    gate.wait(timeout=120)
    seen = list(_followed(log, time.monotonic() + seconds))
    acknowledged = {one for _ in working for one in told.get(timeout=60)}
    for each in working:
        each.join()
    seen += log.behind(seen[-1][0] if seen else 0)
    return _compared(acknowledged, seen)


def _write(
    kind: Callable[[str], Log], url: str, number: int, seconds: float, gate: Any, told: Any
) -> None:
    log, acknowledged, stream = kind(url), [], f"order-{number}"
    gate.wait(timeout=120)
    end = time.monotonic() + seconds
    while time.monotonic() < end:
        event_id, version = uuid4().bytes, len(acknowledged) + 1
        log.append(stream, version, event_id, 0 if version % 50 else LINGER)
        acknowledged.append(event_id)
    told.put(acknowledged)


def _followed(log: Log, end: float) -> Iterator[Seen]:
    position = 0
    while time.monotonic() < end:
        for one in log.behind(position):
            position = one[0]
            yield one


def _compared(acknowledged: set[bytes], seen: list[Seen]) -> Followed:
    times = Counter(event_id for *_, event_id in seen)
    versions: Counter[str] = Counter()
    inversions = 0
    for _, stream, version, _ in seen:
        inversions += version <= versions[stream]
        versions[stream] = max(version, versions[stream])
    return Followed(
        acknowledged=len(acknowledged),
        lost=len(acknowledged - times.keys()),
        duplicates=sum(count - 1 for count in times.values()),
        holes=sum(later[0] != earlier[0] + 1 for earlier, later in pairwise(seen)),
        inversions=inversions,
    )
