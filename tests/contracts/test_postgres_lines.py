"""Does a hot statement come back with what the server says, whatever is asked and may fail?"""

from __future__ import annotations

import os
import signal
import threading
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import closing
from dataclasses import replace
from threading import Barrier
from types import FrameType
from uuid import uuid4

import pytest

from core.errors import StoreUnavailable
from core.orders import OrderCreated
from core.stores.postgres import PostgresStore
from core.stores.postgres import open_store as open_postgres
from core.stores.postgres_line import AT_HAND, MOST
from tests import postgres
from tests.conftest import CODEC
from tests.orders.facts import opened


@pytest.fixture
def store() -> Iterator[PostgresStore]:
    """A log with one event."""
    with closing(open_postgres(postgres.fresh_url(), CODEC)) as made:
        made.append("order-a", [opened], 0)
        yield made


def test_values_of_every_kind_come_back_as_they_went(store: PostgresStore) -> None:
    asked = ("Ærø ✓ %s $1", 2**62, -1, b"\x00\xff", [b"", b"\x01"], 0.5, None, True)
    kinds = ("text", "bigint", "bigint", "bytea", "bytea[]", "float8", "text", "boolean")
    marks = ", ".join(f"?::{kind}" for kind in kinds)
    assert store.fetch(f"SELECT {marks}", asked) == [asked]
    assert store.fetch("SELECT ?::text, ?::bytea", asked[:4:3]) == [asked[:4:3]]


def test_of_rows_that_were_written_and_not_told_one_hears_how_many(store: PostgresStore) -> None:
    kept = "INSERT INTO snapshots SELECT ?::text, v, v, '', '' FROM generate_series(?::bigint, 3) v"
    assert store.fetch(kept, ("order-a", 1)) == [(), (), ()]
    assert store.fetch(kept, ("order-a", 4)) == []
    assert store.fetch("SELECT FROM snapshots WHERE version > ?", (2,)) == [()]


def test_more_statements_than_are_kept_prepared_are_all_answered(store: PostgresStore) -> None:
    for number in range(2 * MOST + 3):
        assert store.fetch(f"SELECT {number} + ?::bigint", (1,)) == [(number + 1,)]
    [(kept,)] = store.fetch("SELECT count(*) FROM pg_prepared_statements", ())
    assert 0 < kept <= MOST
    assert store.append("order-b", [replace(opened, event_id=uuid4())], 0)[0].position == 2


def test_more_at_once_than_are_kept_at_hand_are_all_answered(store: PostgresStore) -> None:
    together = Barrier(2 * AT_HAND)

    def ask(number: int) -> int:
        together.wait()
        [(answer, _)] = store.fetch("SELECT ?::bigint, pg_sleep(0.05)", (number,))
        return int(answer)

    with ThreadPoolExecutor(2 * AT_HAND) as pool:
        for _ in range(2):
            assert list(pool.map(ask, range(2 * AT_HAND))) == list(range(2 * AT_HAND))


def test_a_text_that_a_server_cannot_keep_is_refused_and_the_next_statement_goes_through(
    store: PostgresStore,
) -> None:
    with pytest.raises(StoreUnavailable, match="0x00"):
        store.fetch("SELECT ?::text", ("a\x00b",))
    with pytest.raises(StoreUnavailable, match="division by zero"):
        store.fetch("SELECT 1 / ?::bigint", (0,))
    assert store.fetch("SELECT ?::text", ("ab",)) == [("ab",)]


def test_what_fails_as_it_is_committed_is_told_though_its_rows_have_come(
    store: PostgresStore,
) -> None:
    store.fetch("CREATE TABLE once (number bigint UNIQUE DEFERRABLE INITIALLY DEFERRED)", ())
    insert = "INSERT INTO once VALUES (?::bigint) RETURNING number"
    assert store.fetch(insert, (1,)) == [(1,)]
    with pytest.raises(StoreUnavailable, match="once_number_key"):
        store.fetch(insert, (1,))
    assert store.fetch("SELECT number FROM once", ()) == [(1,)]


def test_a_batch_larger_than_the_network_takes_at_once_arrives_whole(store: PostgresStore) -> None:
    big = [OrderCreated("o1", f"{number}" * 900_000) for number in range(9)]
    store.append("order-big", big, 0)
    assert [one.event for one in store.read_stream("order-big")] == big


def test_who_is_interrupted_while_waiting_gets_no_answer_meant_for_another_question(
    store: PostgresStore,
) -> None:
    def interrupt(number: int, frame: FrameType | None) -> None:
        raise KeyboardInterrupt

    def interrupt_the_wait() -> None:
        waits = "SELECT 1 FROM pg_stat_activity WHERE wait_event = 'PgSleep' AND query ~ 'late'"
        with postgres.connect(postgres.server_url()) as other:
            while not other.execute(waits).fetchone():
                pass
        os.kill(os.getpid(), signal.SIGUSR1)

    before = signal.signal(signal.SIGUSR1, interrupt)
    threading.Thread(target=interrupt_the_wait).start()
    with pytest.raises(KeyboardInterrupt):
        store.fetch("SELECT 'late', pg_sleep(20)", ())
    signal.signal(signal.SIGUSR1, before)
    assert store.fetch("SELECT 'next'", ()) == [("next",)]
    assert store.head().position == 1
