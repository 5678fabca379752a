"""What does it cost that nothing is lost among many writers? Beside an insert that may lose it."""

from __future__ import annotations

import os
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import closing, contextmanager
from functools import partial
from pathlib import Path
from typing import Any

from core.events import Event
from core.machine import codec
from core.stores import open_store
from core.stores.soon import DELAY
from tests import postgres
from tests.benchmarks import calling
from tests.benchmarks.calling import PLAIN, SINGLY
from tests.benchmarks.histories import short_order
from tests.benchmarks.measuring import Figures, Race
from tests.reliability.crash_images import built
from tests.reliability.following import WRITERS, processes

UNSAFE = "8 processes insert into a table numbered by a sequence, same columns and keys"
ALONE = "the same, no snapshot open"
INSERT = """INSERT INTO plain (stream, version, type, schema_version, event_id, occurred_at,
  metadata, data) VALUES (%s, %s, %s, %s, %s, %s, %s, %s)"""
LOCKED = "&mode=locked"
SLOW_FLUSH = Path(__file__).parent / "slow_flush.c"
FLUSHES = {0: "", 200: ", flush + 0.2 ms", 2000: ", flush + 2 ms"}
"""How much longer a flush takes (µs): as a disk of one's own, or one behind a network."""
SNAPSHOT = ("BEGIN ISOLATION LEVEL REPEATABLE READ", "SELECT count(*) FROM events")

Write = Callable[[str, Sequence[tuple[str, list[Event]]], Any], float]
"""Opens a URL, appends the first of (stream, events), waits at a gate, and appends the others, a
commit each; seconds they took. What a connection prepares at its first append is paid once."""


def races(folder: Path, quick: bool) -> Iterator[Race]:
    """Seconds per event of eight that append their own orders at once: for the server alone, and
    for processes that use the store."""
    number = 40 if quick else 400
    for later, flush in FLUSHES.items():
        with _server(later):
            yield from calling.races(folder, quick, flush)
            yield from _modes(number, flush)
            yield _batches(number, flush)
            if not flush:
                yield _beside_a_snapshot(number)


@contextmanager
def _server(later: int) -> Iterator[None]:
    """A server of its own, each of whose flushes takes that much longer (µs)."""
    postgres.SETTINGS["fsync"] = "on"
    postgres.begin_run()
    try:
        library = built(SLOW_FLUSH, Path(os.environ[postgres.RUN]))
        os.environ.update(LD_PRELOAD=str(library), FLUSH_LATER=str(later))
        postgres.server_url()
        del os.environ["LD_PRELOAD"]
        yield
    finally:
        postgres.end_run()


def _modes(number: int, flush: str) -> Iterator[Race]:
    unsafe = partial(_visit, _insert, number, 1)
    soon = partial(_visit, _append_soon, number, 1)
    locked = partial(_visit, _append, number, 1, LOCKED)
    for told, ours in (("placed soon after", soon), ("locked", locked)):
        yield Race(f"8 processes append, {told}{flush}", ours, {UNSAFE: unsafe}, slow=True)


def _batches(number: int, flush: str) -> Race:
    ours = partial(_visit, _append, number, 10, LOCKED)
    singly = partial(_visit, _append, number, 1, LOCKED)
    told = f"8 processes append 10 events a commit, locked{flush}"
    return Race(told, ours, {SINGLY: singly}, slow=True)


def _beside_a_snapshot(number: int) -> Race:
    ours = partial(_visit, _append, number, 1, snapshot=True)
    alone = partial(_visit, _append, number, 1)
    return Race("8 processes append, a reader's snapshot open", ours, {ALONE: alone}, slow=True)


def _visit(write: Write, number: int, size: int, mode: str = "", snapshot: bool = False) -> Figures:
    url = postgres.fresh_url()
    open_store(url, codec()).close()
    started = processes()
    gate, told = started.Barrier(WRITERS + 1), started.Queue()
    with postgres.connect(url) as driver:
        for statement in PLAIN:
            driver.execute(statement)
        writing = [
            started.Process(target=_work, args=(write, url + mode, one, number, size, gate, told))
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
