"""Is the log whole when its writers were killed? At any point of whatever they were doing."""

from __future__ import annotations

import os
import signal
import sqlite3
import time
from collections import Counter
from collections.abc import Callable
from pathlib import Path
from uuid import uuid4

import pytest

from core.digests import verify
from core.errors import EventscopeError
from core.events import Event
from core.exporting import export
from core.machine import TimeMachine
from core.orders.views import tables
from core.relations import relation
from core.stores import open_store
from tests.conftest import CODEC
from tests.reliability.conftest import Tell
from tests.reliability.dying import (
    append_and_tell,
    ended,
    facts,
    fork,
    kill,
    killed_within,
    missing,
)
from tests.reliability.figures import seeded, short_and_long

WRITERS = 3
BATCH = 1000
LINE = len(f"{uuid4()}\n")


@pytest.mark.parametrize("rounds", short_and_long(300, 10_000))
def test_killed_writers_leave_everything_they_were_told_is_safe(
    tmp_path: Path, rounds: int, tell: Tell
) -> None:
    chance = seeded()
    url = f"sqlite:///{tmp_path}/log.db"
    told = [tmp_path / f"told-{writer}" for writer in range(WRITERS)]
    for _ in range(rounds):
        before = said(told)
        writers = [
            fork(lambda writer=writer: append_and_tell(url, f"order-{writer}", told[writer]))
            for writer in range(WRITERS)
        ]
        while chance.random() < 0.99 and said(told) == before:  # some die before they have begun
            time.sleep(0.001)
        time.sleep(chance.uniform(0, 0.03))
        kill(writers)
    store = open_store(url, CODEC)
    kills, kept, lost = rounds * WRITERS, store.head().position, missing(store, told)
    acknowledged = said(told) // LINE
    tell(f"{kills:,} kills, {acknowledged:,} acknowledged, {kept:,} kept, {len(lost)} missing")
    assert acknowledged >= rounds / 2
    assert not lost
    store.close()
    assert_whole(url)


def said(told: list[Path]) -> int:
    """How many bytes of acknowledgements there are."""
    return sum(file.stat().st_size for file in told if file.exists())


def assert_whole(url: str) -> int:
    """Every byte as it was written, no hole, the read models at the head; how many events."""
    machine = TimeMachine.open(url)
    events = machine.verify().events
    assert machine.project() == events
    machine.close()
    with sqlite3.connect(url.removeprefix("sqlite:///")) as raw:
        assert raw.execute("PRAGMA integrity_check").fetchone() == ("ok",)
    raw.close()
    return events


@pytest.mark.parametrize("rounds", short_and_long(100, 500))
def test_a_killed_batch_is_there_wholly_or_not_at_all(
    tmp_path: Path, rounds: int, tell: Tell
) -> None:
    chance = seeded()
    url = f"sqlite:///{tmp_path}/log.db"
    open_store(url, CODEC).close()
    seconds = timed(lambda: append_batch(url, "order-first"))
    for number in range(rounds):
        killed_within(chance, 1.5 * seconds, lambda number=number: append_batch(url, f"o-{number}"))
    store = open_store(url, CODEC)
    kept, left = divmod(verify(store.rows()).events, BATCH)
    tell(f"{rounds} batches of {BATCH:,} killed, {kept - 1} of them kept, none in part")
    assert left == 0
    assert {store.version_at(f"o-{number}") for number in range(rounds)} <= {0, BATCH}
    store.close()


def append_batch(url: str, stream: str) -> None:
    """A thousand events in one append."""
    store = open_store(url, CODEC)
    store.append(stream, facts(BATCH), 0)
    store.close()


def timed(work: Callable[[], object]) -> float:
    """How long the work takes a process when nobody kills it, in seconds."""
    begun = time.monotonic()
    assert ended([fork(work)]) == [0]
    return time.monotonic() - begun


def create(url: str) -> None:
    """Lay an empty store out."""
    open_store(url, CODEC).close()


def test_several_processes_lay_one_store_out_and_none_is_refused(tmp_path: Path) -> None:
    for number in range(40):
        url = f"sqlite:///{tmp_path}/log-{number}.db"
        assert ended([fork(lambda url=url: create(url)) for _ in range(4)]) == [0] * 4


def snapshot(url: str) -> None:
    """Load across the fiftieth version, which is remembered, again and again."""
    machine, stream = TimeMachine.open(url), f"order-{os.getpid()}"
    for _ in range(6):
        machine.load([(stream, fact) for fact in facts(60)])
    assert list(machine.store.snapshots(stream, machine.store.head().position))
    machine.close()


def rebuild(url: str) -> None:
    """Make every read model anew beside the live rows."""
    machine = TimeMachine.open(url)
    machine.rebuild()
    machine.close()


def bring_in(url: str) -> None:
    """Import a history, the same each time, and read it into the figures."""
    machine = TimeMachine.open(url)
    machine.load(HISTORY)
    machine.project()
    machine.close()


HISTORY: list[tuple[str, Event]] = [
    (f"order-{n}", fact) for n in range(60) for fact in facts(10, f"{n}")
]


@pytest.mark.parametrize("work", [create, snapshot, rebuild, bring_in])
@pytest.mark.parametrize("rounds", short_and_long(40, 100))
def test_whatever_was_killed_the_store_opens_and_is_whole(
    tmp_path: Path, work: Callable[[str], None], rounds: int, tell: Tell
) -> None:
    chance = seeded()
    url = f"sqlite:///{tmp_path}/log.db"
    seconds = timed(lambda: work(f"sqlite:///{tmp_path}/timed.db"))
    for _ in range(rounds):
        if work is create:
            for file in tmp_path.glob("log.db*"):
                file.unlink()
        killed_within(chance, seconds, lambda: work(url))
        assert_whole(url)
    tell(f"{work.__name__}: killed {rounds} times within {seconds * 1000:.0f} ms, whole each time")


def test_a_killed_import_begun_again_doubles_nothing(tmp_path: Path) -> None:
    chance = seeded()
    url = f"sqlite:///{tmp_path}/log.db"
    seconds = timed(lambda: bring_in(f"sqlite:///{tmp_path}/timed.db"))
    for _ in range(10):
        killed_within(chance, seconds, lambda: bring_in(url))
        assert assert_whole(url) in (0, len(HISTORY))
    bring_in(url)
    assert assert_whole(url) == len(HISTORY)


@pytest.mark.parametrize("rounds", short_and_long(40, 100))
def test_a_killed_export_leaves_the_file_of_before_or_the_whole_new_one(
    tmp_path: Path, rounds: int, tell: Tell
) -> None:
    chance = seeded()
    url = f"sqlite:///{tmp_path}/log.db"
    bring_in(url)
    file, before, after = tmp_path / "events.csv", b"what was there\n", tmp_path / "whole.csv"
    # The shortest: on a busy machine one may take so long that all others are over when killed.
    seconds = min(timed(lambda: write_out(url, after)) for _ in range(3))
    seen = Counter[bytes]()
    for _ in range(rounds):
        file.write_bytes(before)
        killed_within(chance, 1.5 * seconds, lambda: write_out(url, file))
        seen[file.read_bytes()] += 1
    tell(f"{rounds} exports killed, {seen[before]} left what was there, the others all of it")
    assert set(seen) <= {before, after.read_bytes()}
    assert seen[before]
    assert write_out(url, file) == len(HISTORY)
    assert file.read_bytes() == after.read_bytes()


def write_out(url: str, file: Path) -> int:
    """The log as a table in a file."""
    store = open_store(url, CODEC)
    written = export(relation(store, tables(), "events", len(HISTORY)), file)
    store.close()
    return written


def test_the_harness_would_notice_a_missing_event(tmp_path: Path) -> None:
    told = tmp_path / "told"
    told.write_text("an event that never was\n")
    store = open_store(f"sqlite:///{tmp_path}/log.db", CODEC)
    assert missing(store, [told]) == {"an event that never was"}
    store.close()


def stumble() -> None:
    """Work that fails by itself."""
    raise EventscopeError("no")


def test_a_work_that_raises_ends_with_another_code_and_nobody_waits_for_it() -> None:
    assert ended([fork(lambda: None)]) == [0]
    assert ended([fork(signal.pause), fork(stumble)]) == [-signal.SIGKILL, 1]


def test_what_has_failed_by_itself_counts_as_no_kill() -> None:
    failed = fork(stumble)
    os.waitid(os.P_PID, failed, os.WEXITED | os.WNOWAIT)
    with pytest.raises(AssertionError):
        kill([failed])
