"""What do many writers at once do to a log in PostgreSQL, and to who follows it?"""

from __future__ import annotations

from collections import Counter
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from datetime import UTC, datetime
from threading import Barrier
from uuid import uuid4

import pytest

from core.digests import verify
from core.errors import VersionConflict
from core.events import Event
from core.stores.postgres import open_store
from tests import postgres
from tests.conftest import CODEC
from tests.contracts.tailing import Naive, Ours, run
from tests.orders.facts import opened

WRITERS, SECONDS = 8, 3


@pytest.fixture
def url() -> str:
    """The URL of an empty log."""
    return postgres.fresh_url()


def fresh(event: Event) -> Event:
    """The same fact, told anew."""
    return replace(event, event_id=uuid4())


def test_who_follows_eight_writers_misses_nothing_and_sees_nothing_twice(url: str) -> None:
    followed = run(Ours, url, WRITERS, SECONDS)
    print(followed)
    assert followed.acknowledged > 100
    assert (followed.lost, followed.duplicates) == (0, 0)
    assert (followed.holes, followed.inversions) == (0, 0)
    store = open_store(url, CODEC)
    assert verify(store.rows()).events == followed.acknowledged
    store.close()


def test_the_same_test_sees_a_log_numbered_by_a_sequence_lose_events(url: str) -> None:
    followed = run(Naive, url, WRITERS, SECONDS)
    print(followed)
    assert followed.lost > 0


def test_of_32_clients_with_one_version_in_mind_exactly_one_wins(url: str) -> None:
    store, start = open_store(url, CODEC), Barrier(32)

    def race(_: int) -> str:
        start.wait()
        try:
            store.append("order-a", [fresh(opened)], 0)
        except VersionConflict as conflict:
            return f"{conflict.expected} {conflict.actual}"
        return "won"

    with ThreadPoolExecutor(32) as pool:
        assert Counter(pool.map(race, range(32))) == {"won": 1, "0 1": 31}
    assert store.head().position == 1
    store.close()


def test_an_append_in_locked_mode_commits_with_its_position(url: str) -> None:
    store = open_store(f"{url}&mode=locked", CODEC)
    before = datetime.now(UTC)
    with ThreadPoolExecutor(8) as pool:
        futures = [pool.submit(store.append, f"order-{n}", [fresh(opened)], 0) for n in range(80)]
        positions = [future.result()[0].position for future in futures]
    assert sorted(positions) == list(range(1, 81))
    assert all(before <= one.recorded_at for one in store.read_all())
    assert verify(store.rows()).streams == 80
    store.close()
