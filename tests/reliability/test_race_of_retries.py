"""Is an event twice in the log when its writer, who heard nothing, tries again?"""

from __future__ import annotations

import random
import threading
from concurrent.futures import ThreadPoolExecutor
from contextlib import closing, suppress
from dataclasses import replace
from pathlib import Path
from uuid import UUID

import pytest

from core.digests import verify
from core.errors import StoreUnavailable
from core.events import Event, Recorded
from core.stores import EventStore, open_store
from tests import postgres
from tests.conftest import BACKENDS, CODEC
from tests.orders.facts import lamp, opened
from tests.reliability.conftest import Tell
from tests.reliability.figures import short_and_long

CUT = (
    "SELECT pg_terminate_backend(pid) FROM pg_stat_activity"
    " WHERE application_name = %s AND state = 'active'"
)


def batches(count: int, chance: random.Random) -> list[list[Event]]:
    """Batches of one to three facts, each with an id of its own."""
    return [
        [
            replace(chance.choice((opened, lamp)), event_id=UUID(int=chance.getrandbits(128)))
            for _ in range(chance.randint(1, 3))
        ]
        for _ in range(count)
    ]


@pytest.mark.parametrize("count", short_and_long(150, 10_000))
@pytest.mark.parametrize("backend", sorted(BACKENDS))
def test_what_is_appended_again_is_what_was_recorded_the_first_time(
    backend: str, count: int, tmp_path: Path, chance: random.Random, tell: Tell
) -> None:
    with (
        closing(open_store(BACKENDS[backend](tmp_path), CODEC)) as store,
        ThreadPoolExecutor(2) as pool,
    ):
        for number, batch in enumerate(batches(count, chance)):
            stream = f"order-{number}"
            again = [pool.submit(store.append, stream, batch, 0) for _ in range(2)]
            one, other = (each.result() for each in again)
            assert one == other == store.append(stream, batch, 0)
        events = sum(1 for _ in store.read_all())
        ids = {recorded.event.event_id for recorded in store.read_all()}
        assert verify(store.rows()).events == events == len(ids)
    tell(f"{backend}: {count:,} batches appended three times: {events - len(ids)} twice")


SOON = 0.01
"""Seconds within which a connection is cut, as long as answers come."""


def _insistently(store: EventStore, stream: str, batch: list[Event]) -> tuple[list[Recorded], int]:
    """Append until an answer comes; how often none came."""
    for unanswered in range(1000):
        with suppress(StoreUnavailable):
            return store.append(stream, batch, 0), unanswered
    raise AssertionError("no answer came")


@pytest.mark.parametrize("count", short_and_long(300, 10_000))
def test_whoever_lost_the_connection_and_tries_again_has_it_once(
    count: int, chance: random.Random, tell: Tell
) -> None:
    url, ended, answered = postgres.fresh_url(), threading.Event(), threading.Event()

    def cut() -> None:
        patience = SOON
        with postgres.connect(url) as driver:
            while not ended.wait(chance.uniform(0, patience)):
                driver.execute(CUT, ("cut",))
                # On a busy machine a new connection may take longer to answer than it was given.
                patience = SOON if answered.is_set() else 2 * patience
                answered.clear()

    thread = threading.Thread(target=cut)
    with closing(open_store(f"{url}&application_name=cut", CODEC)) as store:
        thread.start()
        lost = 0
        for number, batch in enumerate(batches(count, chance)):
            recorded, unanswered = _insistently(store, f"order-{number}", batch)
            answered.set()
            assert [one.event for one in recorded] == batch
            lost += unanswered
        ended.set()
        thread.join()
    with closing(open_store(url, CODEC)) as store:
        ids = {one.event.event_id for one in store.read_all()}
        assert verify(store.rows()).events == len(ids) == store.head().position
        assert store.streams() == count
    tell(f"postgres: {count:,} batches, {lost} answers lost: 0 twice, 0 missing")
    assert lost
