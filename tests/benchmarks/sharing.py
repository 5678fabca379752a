"""What does it cost that nothing is lost among many writers? Beside an insert that may lose it."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import closing
from functools import partial
from pathlib import Path
from typing import Any
from urllib.parse import quote

from core.events import Event
from core.machine import codec
from core.stores import open_store
from core.stores.soon import DELAY
from tests import postgres
from tests.benchmarks import calling
from tests.benchmarks.calling import PLAIN, SLOW_FLUSH
from tests.benchmarks.histories import short_order
from tests.benchmarks.measuring import Figures, Race
from tests.reliability.following import WRITERS, processes

UNSAFE = "8 processes insert into a table numbered by a sequence, same columns and keys"
SINGLY, ALONE = "the same, an event a commit", "the same, no snapshot open"
INSERT = """INSERT INTO plain (stream, version, type, schema_version, event_id, occurred_at,
  metadata, data) VALUES (%s, %s, %s, %s, %s, %s, %s, %s)"""
SNAPSHOT = ("BEGIN ISOLATION LEVEL REPEATABLE READ", "SELECT count(*) FROM events")

Write = Callable[[str, Sequence[tuple[str, list[Event]]], Any], float]
"""Opens a URL, appends the first of (stream, events), waits at a gate, and appends the others, a
commit each; seconds they took. What a connection prepares at its first append is paid once."""


def races(folder: Path, quick: bool) -> Iterator[Race]:
    """Seconds per event of eight that append their own orders at once: for the server alone, and
    for processes that use the store."""
    number = 40 if quick else 400
    postgres.SETTINGS["fsync"] = "on"
    postgres.begin_run()
    try:
        yield from calling.races(folder, quick)
        for flush, options in (("", ""), (", flush + 2 ms", quote(SLOW_FLUSH))):
            yield from _modes(number, flush, options)
            yield _batches(number, flush, options)
        yield _beside_a_snapshot(number)
    finally:
        postgres.end_run()


def _modes(number: int, flush: str, options: str) -> Iterator[Race]:
    unsafe = partial(_visit, _insert, number, 1, options)
    soon = partial(_visit, _append_soon, number, 1, options)
    locked = partial(_visit, _append, number, 1, f"{options}&mode=locked")
    for told, ours in (("placed soon after", soon), ("locked", locked)):
        yield Race(f"8 processes append, {told}{flush}", ours, {UNSAFE: unsafe}, slow=True)


def _batches(number: int, flush: str, options: str) -> Race:
    ours = partial(_visit, _append, number, 10, f"{options}&mode=locked")
    singly = partial(_visit, _append, number, 1, f"{options}&mode=locked")
    told = f"8 processes append 10 events a commit, locked{flush}"
    return Race(told, ours, {SINGLY: singly}, slow=True)


def _beside_a_snapshot(number: int) -> Race:
    ours = partial(_visit, _append, number, 1, "", snapshot=True)
    alone = partial(_visit, _append, number, 1, "")
    return Race("8 processes append, a reader's snapshot open", ours, {ALONE: alone}, slow=True)


def _visit(write: Write, number: int, size: int, options: str, snapshot: bool = False) -> Figures:
    url = postgres.fresh_url()
    open_store(url, codec()).close()
    started = processes()
    gate, told = started.Barrier(WRITERS + 1), started.Queue()
    with postgres.connect(url) as driver:
        for statement in PLAIN:
            driver.execute(statement)
        writing = [
            started.Process(
                target=_work, args=(write, url + options, one, number, size, gate, told)
            )
            for one in range(WRITERS)
        ]
        for each in writing:
            each.start()
        for statement in SNAPSHOT if snapshot else ():
            driver.execute(statement)
        gate.wait(timeout=60)
        taken = [told.get(timeout=120) for _ in writing]
        for each in writing:
            each.join()
    events = WRITERS * (1 + number) * size
    with closing(open_store(url, codec())) as store:
        kept = events if write is _insert else store.head().position
        assert kept == events, f"{kept} of {events} were kept"
    return {"": max(taken) / (number * size * WRITERS)}


def _work(write: Write, url: str, one: int, number: int, size: int, gate: Any, told: Any) -> None:
    asked = []
    for n in range(1 + number):
        events = [event for part in range(size) for event in short_order(f"{one}-{n}-{part}")[:1]]
        asked.append((f"order-{one}-{n}", list[Event](events)))
    told.put(write(url, asked, gate))


def _append(
    url: str, asked: Sequence[tuple[str, list[Event]]], gate: Any, soon: bool = False
) -> float:
    with closing(open_store(url, codec())) as store:
        append = partial(store.append, expected_version=0, wait_for_position=not soon)
        return _timed(append, asked, gate)


_append_soon = partial(_append, soon=True)


def _insert(url: str, asked: Sequence[tuple[str, list[Event]]], gate: Any) -> float:
    encode = codec().encode
    with postgres.connect(url) as driver:
        cursor: Any = driver.cursor(binary=True)

        def insert(stream: str, events: list[Event]) -> None:
            for version, event in enumerate(events, 1):
                cursor.execute(INSERT, (stream, version, *encode(event)), prepare=True)

        return _timed(insert, asked, gate)


def _timed(
    append: Callable[[str, list[Event]], object],
    asked: Sequence[tuple[str, list[Event]]],
    gate: Any,
) -> float:
    first, *others = asked
    append(*first)
    time.sleep(2 * DELAY)  # whoever places soon has its connection, too
    gate.wait(timeout=60)
    began = time.perf_counter()
    for stream, events in others:
        append(stream, events)
    return time.perf_counter() - began
