"""Is an event lost, or placed twice, when whoever gives out the places is killed over and over?"""

from __future__ import annotations

import random
import subprocess
import sys
import threading
import time
from collections.abc import Iterator
from contextlib import closing, contextmanager
from dataclasses import replace
from pathlib import Path
from uuid import uuid4

import pytest

from core.digests import verify
from core.stores.postgres import PostgresStore
from core.stores.postgres import open_store as open_postgres
from tests import postgres
from tests.conftest import CODEC
from tests.orders.facts import opened
from tests.reliability.conftest import Tell
from tests.reliability.figures import short_and_long

ROOT = Path(__file__).parents[2]

PLACING = """
import sys, time
from tests import postgres
with postgres.connect(sys.argv[1]) as driver:
    print("placing", flush=True)
    while True:
        with driver.transaction():
            driver.execute(f"SELECT place({sys.argv[2]})")
            time.sleep(0.005)
"""
"""Places what has been committed, and holds it for a moment before it commits that."""


@contextmanager
def placing(url: str, patient: bool) -> Iterator[subprocess.Popen[str]]:
    """A process that only places, until it is killed."""
    asked = [sys.executable, "-c", PLACING, url, str(patient).lower()]
    process = subprocess.Popen(asked, cwd=ROOT, stdout=subprocess.PIPE, text=True)
    assert process.stdout
    with process:
        process.stdout.readline()
        try:
            yield process
        finally:
            process.kill()


def _write(store: PostgresStore, ended: threading.Event, acknowledged: list[str]) -> None:
    while not ended.is_set():
        fact = replace(opened, event_id=uuid4())
        [one] = store.append(f"order-{fact.event_id}", [fact], 0, wait_for_position=False)
        acknowledged.append(one.stream)
        time.sleep(0.001)


def _lag(store: PostgresStore) -> float:
    """Seconds until everything that is there now has been placed by somebody else."""
    [(newest,)] = store.fetch("SELECT coalesce(max(arrival), 0) FROM facts", ())
    start = time.monotonic()
    placed = "SELECT count(*) FROM facts LEFT JOIN places USING (arrival) WHERE position IS NULL"
    while store.fetch(f"{placed} AND arrival <= ?", (newest,))[0][0]:
        time.sleep(0.005)
    return time.monotonic() - start


def _check(store: PostgresStore, acknowledged: list[str]) -> int:
    """Whether everything is in the log once, without a hole; how many events that is."""
    read = list(store.read_all())
    assert [one.position for one in read] == list(range(1, len(read) + 1))
    assert sorted(one.stream for one in read) == sorted(acknowledged)
    assert verify(store.rows()).events == len(read)
    return len(read)


@pytest.mark.parametrize("kills", short_and_long(8, 100))
def test_whoever_places_may_be_killed_at_any_point(
    kills: int, chance: random.Random, tell: Tell, monkeypatch: pytest.MonkeyPatch
) -> None:
    url, ended = postgres.fresh_url(), threading.Event()
    acknowledged: list[str] = []
    with closing(open_postgres(url, CODEC)) as store:
        # Nobody here places but the one that is killed.
        monkeypatch.setattr(store._soon, "ask", lambda: None)
        thread = threading.Thread(target=_write, args=(store, ended, acknowledged))
        thread.start()
        lags = []
        for _ in range(kills):
            with placing(url, patient=True):
                lags.append(_lag(store))
                time.sleep(chance.uniform(0, 0.05))
        ended.set()
        thread.join()
    with closing(open_postgres(url, CODEC)) as after:
        after.place()
        appended = _check(after, acknowledged)
    tell(f"{kills} kills, {appended:,} appended, 0 lost, 0 twice, worst lag {max(lags):.2f} s")


def test_two_that_place_at_once_do_no_harm(tell: Tell) -> None:
    url, ended = postgres.fresh_url(), threading.Event()
    acknowledged: list[str] = []
    with (
        closing(open_postgres(url, CODEC)) as store,
        placing(url, patient=False) as one,
        placing(url, patient=True) as other,
    ):
        thread = threading.Thread(target=_write, args=(store, ended, acknowledged))
        thread.start()
        time.sleep(1)
        ended.set()
        thread.join()
        assert (one.poll(), other.poll()) == (None, None)
        store.place()
        appended = _check(store, acknowledged)
    tell(f"two that place at once: {appended:,} appended, 0 lost, 0 twice, 0 errors")
