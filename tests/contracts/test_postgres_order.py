"""In which order does PostgreSQL show what many transactions wrote? Each case, step by step."""

from __future__ import annotations

from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from datetime import UTC, datetime
from typing import Any
from uuid import UUID, uuid4

import psycopg
import pytest

from core.digests import NOTHING, verify
from core.events import Event
from core.stores import open_store
from core.stores.postgres import PostgresStore
from core.stores.postgres import open_store as open_postgres
from core.stores.postgres_append import insert
from core.stores.postgres_line import Line
from tests import postgres
from tests.conftest import CODEC
from tests.orders.facts import lamp, opened, placed

Driver = psycopg.Connection[Any]
WAITING = (
    "SELECT count(*) FROM pg_locks WHERE locktype = 'advisory' AND NOT granted"
    " AND objid = 'places'::regclass::oid"
)


@pytest.fixture
def url() -> str:
    """The URL of an empty log."""
    return postgres.fresh_url()


@pytest.fixture
def store(url: str) -> Iterator[PostgresStore]:
    """An empty log."""
    opened_store = open_postgres(url, CODEC)
    yield opened_store
    opened_store.close()


@pytest.fixture
def slow(store: PostgresStore, url: str) -> Iterator[Driver]:
    """A writer in the middle of a transaction."""
    with postgres.connect(url) as driver:
        driver.execute("BEGIN")
        yield driver


def fresh(event: Event) -> Event:
    """The same fact, told anew."""
    return replace(event, event_id=uuid4())


def write(driver: Driver, stream: str, event: Event, expected: int, turn: str = "try") -> None:
    """Append in the open transaction of a slow writer."""
    fact = CODEC.encode(fresh(event))
    assert insert(Line(driver).fetch, stream, [fact], expected, turn) is not None


def streams(store: PostgresStore, after: int = 0) -> list[tuple[int, str]]:
    """What a reader sees behind a position."""
    return [(one.position, one.stream) for one in store.read_all(after + 1)]


def arrivals(driver: Driver) -> list[str]:
    """The streams in the order in which their facts drew a number."""
    found = driver.execute("SELECT stream FROM facts ORDER BY arrival").fetchall()
    return [stream for (stream,) in found]


def test_what_commits_later_stands_later_though_it_drew_its_number_first(
    store: PostgresStore, slow: Driver
) -> None:
    write(slow, "order-6", opened, 0, turn="later")
    store.append("order-7", [fresh(opened)], 0)
    assert streams(store) == [(1, "order-7")]
    slow.execute("COMMIT")
    assert streams(store, after=1) == [(2, "order-6")]
    assert arrivals(slow) == ["order-6", "order-7"]
    assert verify(store.rows()).events == 2


def test_a_log_numbered_at_insert_hides_what_commits_later_from_who_has_read_on(url: str) -> None:
    with postgres.connect(url) as slow, postgres.connect(url) as quick:
        slow.execute("CREATE TABLE log (position bigserial PRIMARY KEY, stream text)")
        slow.execute("BEGIN")
        slow.execute("INSERT INTO log (stream) VALUES ('order-6')")
        quick.execute("INSERT INTO log (stream) VALUES ('order-7')")
        behind = "SELECT position, stream FROM log WHERE position > %s ORDER BY position"
        assert quick.execute(behind, (0,)).fetchall() == [(2, "order-7")]
        slow.execute("COMMIT")
        assert quick.execute(behind, (2,)).fetchall() == []


def test_whoever_places_before_committing_hides_nothing_and_overtakes_nobody(
    store: PostgresStore, slow: Driver
) -> None:
    write(slow, "order-6", opened, 0, turn="try")
    store.append("order-7", [fresh(opened)], 0, wait_for_position=False)
    assert streams(store) == []
    slow.execute("COMMIT")
    assert streams(store) == [(1, "order-6"), (2, "order-7")]


def test_what_a_failed_transaction_had_placed_is_placed_anew_without_a_hole(
    store: PostgresStore, slow: Driver
) -> None:
    store.append("order-5", [fresh(opened)], 0, wait_for_position=False)
    write(slow, "order-6", opened, 0, turn="try")
    slow.execute("ROLLBACK")
    store.append("order-7", [fresh(opened)], 0)
    assert streams(store) == [(1, "order-5"), (2, "order-7")]
    assert verify(store.rows()).events == 2


@pytest.mark.parametrize("turn", ["try", "later"])
def test_a_stream_stands_in_its_order_though_its_second_transaction_began_first(
    store: PostgresStore, slow: Driver, turn: str
) -> None:
    slow.execute("SELECT pg_current_xact_id()")
    store.append("order-a", [fresh(opened)], 0, wait_for_position=False)
    write(slow, "order-a", lamp, 1, turn)
    slow.execute("COMMIT")
    store.append("order-a", [fresh(placed)], 2)
    assert [(one.position, one.version) for one in store.read_all()] == [(1, 1), (2, 2), (3, 3)]
    assert verify(store.rows()).events == 3


def test_an_old_transaction_holds_nobody_up_and_is_not_forgotten(
    store: PostgresStore, slow: Driver
) -> None:
    write(slow, "order-slow", opened, 0, turn="later")
    for n in range(30):
        store.append(f"order-{n}", [fresh(opened)], 0)
    assert store.head().position == 30
    slow.execute("COMMIT")
    assert streams(store, after=30) == [(31, "order-slow")]
    store.append("order-last", [fresh(opened)], 0)
    assert verify(store.rows()).events == 32


def test_an_append_nobody_waits_for_has_no_place_yet_and_gets_it_by_itself(
    store: PostgresStore, url: str
) -> None:
    [one] = store.append("order-a", [opened], 0, wait_for_position=False)
    assert (one.position, one.version, one.digest, one.event) == (0, 1, NOTHING, opened)
    with postgres.connect(url) as driver:
        while not driver.execute("SELECT count(*) FROM places").fetchone()[0]:  # type: ignore[index]  # a row
            pass
    [again] = store.append("order-a", [opened], 0)
    assert again.position == 1


def test_what_was_not_waited_for_is_placed_when_the_store_is_closed(url: str) -> None:
    store = open_postgres(url, CODEC)
    store.append("order-a", [opened], 0, wait_for_position=False)
    store.close()
    with postgres.connect(url) as driver:
        assert driver.execute("SELECT position FROM places").fetchall() == [(1,)]


def test_a_writer_that_died_before_placing_leaves_it_to_the_next_reader(
    store: PostgresStore, slow: Driver
) -> None:
    write(slow, "order-a", opened, 0, turn="later")
    slow.execute("COMMIT")
    assert store.head().position == 1


def test_events_are_placed_in_no_transaction_that_cannot_see_what_it_waited_for(
    store: PostgresStore, url: str
) -> None:
    with postgres.connect(url) as driver:
        driver.execute("BEGIN ISOLATION LEVEL REPEATABLE READ")
        with pytest.raises(psycopg.Error, match="READ COMMITTED"):
            driver.execute("SELECT place(true)")


def test_a_log_restored_into_a_younger_cluster_goes_on(
    store: PostgresStore, slow: Driver, url: str
) -> None:
    store.append("order-a", [opened], 0)
    slow.execute("COMMIT")
    slow.execute("ALTER TABLE facts DISABLE TRIGGER USER")
    slow.execute("ALTER TABLE places DISABLE TRIGGER USER")
    slow.execute("UPDATE facts SET xid = '999999990'")
    slow.execute("UPDATE places SET seen = '999999999:999999999:'")
    fact = CODEC.encode(fresh(lamp))
    slow.execute(
        "INSERT INTO facts (xid, stream, version, type, schema_version, event_id, occurred_at,"
        " metadata, data) VALUES ('999999999', 'order-a', 2, %s, %s, %s, %s, %s, %s)",
        fact,
    )
    slow.execute("UPDATE eventscope SET cluster = 1")
    restored = open_store(url, CODEC)
    assert [one.version for one in restored.read_all()] == [1, 2]
    restored.append("order-a", [placed], 2)
    assert verify(restored.rows()).events == 3
    assert slow.execute("SELECT cluster <> 1 FROM eventscope").fetchone() == (True,)
    restored.close()


def test_an_event_id_taken_at_the_same_moment_by_another_stream_is_a_duplicate(
    store: PostgresStore, slow: Driver
) -> None:
    taken = replace(opened, event_id=UUID(int=7))
    insert(Line(slow).fetch, "order-a", [CODEC.encode(taken)], 0, "later")
    with ThreadPoolExecutor(1) as pool:
        rival = pool.submit(store.append, "order-b", [taken], 0)
        slow.execute("COMMIT")
        assert "already in the log" in str(rival.exception())


def test_in_locked_mode_what_comes_later_waits_until_the_earlier_has_committed(
    store: PostgresStore, slow: Driver, url: str
) -> None:
    locked = open_postgres(f"{url}&mode=locked", CODEC)
    write(slow, "order-6", opened, 0, turn="wait")
    with ThreadPoolExecutor(1) as pool:
        later = pool.submit(locked.append, "order-7", [fresh(opened)], 0)
        with postgres.connect(url) as driver:
            while not driver.execute(WAITING).fetchone()[0]:  # type: ignore[index]  # a row
                assert not later.done()
        assert streams(store) == []
        slow.execute("COMMIT")
        assert later.result()[0].position == 2
    assert streams(store) == [(1, "order-6"), (2, "order-7")]
    locked.close()


def test_an_append_in_locked_mode_commits_with_its_position_and_time(url: str) -> None:
    store, before = open_postgres(f"{url}&mode=locked", CODEC), datetime.now(UTC)
    with ThreadPoolExecutor(8) as pool:
        futures = [pool.submit(store.append, f"order-{n}", [fresh(opened)], 0) for n in range(80)]
        positions = [future.result()[0].position for future in futures]
    assert sorted(positions) == list(range(1, 81))
    assert all(before <= one.recorded_at for one in store.read_all())
    store.close()
