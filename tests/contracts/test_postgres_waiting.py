"""What becomes of the facts in PostgreSQL that wait for their place, many of them at once?"""

from __future__ import annotations

import pytest

from core.digests import verify
from core.stores.postgres import PostgresStore
from core.stores.postgres_placing import AT_ONCE
from tests.contracts.test_postgres_order import fresh
from tests.contracts.test_postgres_order import store as store
from tests.contracts.test_postgres_order import url as url  # what the store is opened with
from tests.orders.facts import lamp

STREAMS = ("order-a", "order-b", "order-c")


@pytest.fixture
def nobody(store: PostgresStore, monkeypatch: pytest.MonkeyPatch) -> None:
    """Nobody gives places but who is asked to."""
    monkeypatch.setattr(store._soon, "ask", lambda: None)


def test_streams_that_wait_in_turns_are_chained_each_for_itself(
    store: PostgresStore, nobody: None
) -> None:
    versions = AT_ONCE // 2
    for version in range(versions):
        for stream in STREAMS:
            store.append(stream, [fresh(lamp)], version, wait_for_position=False)
        if version == 1:
            store.place()  # what comes next follows what has its place already
    read = [(one.position, one.stream, one.version) for one in store.read_all()]
    assert read == [(n + 1, STREAMS[n % 3], n // 3 + 1) for n in range(3 * versions)]
    assert verify(store.rows()).events == 3 * versions


def test_a_stream_that_waits_is_placed_in_its_order_however_long_it_is(
    store: PostgresStore, nobody: None
) -> None:
    many = 2 * AT_ONCE + 1
    store.append("order-a", [fresh(lamp) for _ in range(many)], 0, wait_for_position=False)
    assert [(one.position, one.version) for one in store.read_all()] == [
        (n, n) for n in range(1, many + 1)
    ]
    assert verify(store.rows()).events == many
