"""What outlives the process? Every promise of a store, after it was closed and opened again."""

from __future__ import annotations

import sqlite3
from dataclasses import replace
from decimal import Decimal
from pathlib import Path

import pytest

from core.codec import Codec
from core.digests import verify
from core.errors import (
    DuplicateEvent,
    StoreUnavailable,
    UnknownEvent,
    UnknownStore,
    VersionConflict,
)
from core.events import Event
from core.orders import OrderCreated, PaymentRecorded
from core.stores import StoredSnapshot, open_store
from tests.conftest import CODEC, DURABLE, Open
from tests.orders.facts import chair, lamp, opened, paid, placed


class FirstPayment(Event, type="PaymentRecorded", schema=1):
    """A payment as it was written before there were installments."""

    order_id: str
    method: str
    amount: Decimal


def test_the_log_is_there_again_after_it_was_closed(durable: Open) -> None:
    store = durable()
    store.append("order-a", [opened, lamp], expected_version=0)
    log, head = list(store.rows()), store.head()
    store.close()
    again = durable()
    assert (list(again.rows()), again.head()) == (log, head)
    assert [one.event for one in again.read_stream("order-a")] == [opened, lamp]


def test_a_reopened_log_goes_on_where_it_stopped(durable: Open) -> None:
    durable().append("order-a", [opened], expected_version=0)
    again = durable()
    with pytest.raises(VersionConflict):
        again.append("order-a", [lamp], expected_version=0)
    again.append("order-a", [lamp], expected_version=1)
    assert verify(again.rows()).events == 2


def test_a_retry_is_recognised_after_a_restart(durable: Open) -> None:
    first = durable().append("order-a", [opened, lamp], expected_version=0)
    assert durable().append("order-a", [opened, lamp], expected_version=0) == first


def test_two_that_have_the_log_open_see_each_other_at_once(durable: Open) -> None:
    one, other = durable(), durable()
    one.append("order-a", [opened], expected_version=0)
    assert other.version_at("order-a") == 1
    with pytest.raises(VersionConflict):
        other.append("order-a", [lamp], expected_version=0)
    other.append("order-a", [lamp], expected_version=1)
    with pytest.raises(DuplicateEvent):
        one.append("order-b", [lamp], expected_version=0)
    assert [each.event for each in one.read_all()] == [opened, lamp]


def test_snapshots_last(durable: Open) -> None:
    kept = StoredSnapshot("order-a", 50, 500, "shape", b"{}")
    durable().save_snapshots([kept])
    assert list(durable().snapshots("order-a", 500)) == [kept]


@pytest.mark.parametrize("backend", sorted(DURABLE))
def test_an_older_shape_that_was_stored_is_read_as_todays(backend: str, tmp_path: Path) -> None:
    url = DURABLE[backend](tmp_path)
    old = FirstPayment("o1", "card", Decimal("19.00"), metadata={"actor": "ada"})
    past = open_store(url, Codec([OrderCreated, FirstPayment]))
    past.append("order-a", [opened, old], expected_version=0)
    sealed = past.head().seal
    past.close()
    today = open_store(url, CODEC)
    _, read = today.read_stream("order-a")
    assert read.event == PaymentRecorded("o1", "card", Decimal("19.00"), 1)
    assert (read.event.event_id, read.event.metadata) == (old.event_id, {"actor": "ada"})
    assert (read.schema, read.data) == (1, b'{"order_id":"o1","method":"card","amount":"19.00"}')
    assert verify(today.rows()).seal == sealed
    today.close()


@pytest.mark.parametrize("backend", sorted(DURABLE))
def test_a_type_that_is_not_known_is_named_with_its_position(backend: str, tmp_path: Path) -> None:
    url = DURABLE[backend](tmp_path)
    store = open_store(url, CODEC)
    store.append("order-a", [opened, lamp, paid], expected_version=0)
    store.close()
    older = open_store(url, Codec([OrderCreated]))
    read = list(older.read_all())
    with pytest.raises(UnknownEvent) as unknown:
        [one.event for one in read]
    assert (unknown.value.name, unknown.value.position) == ("OrderItemAdded", 2)
    assert verify(older.rows()).events == 3
    older.close()


def test_a_store_that_is_not_there_is_said_to_be_missing_and_is_not_made(tmp_path: Path) -> None:
    with pytest.raises(StoreUnavailable, match="does not exist"):
        open_store(f"sqlite:///{tmp_path}/log.db", CODEC, create=False)
    with pytest.raises(StoreUnavailable, match="does not exist"):
        open_store(f"sqlite:///{tmp_path}/nowhere/log.db", CODEC)
    assert list(tmp_path.iterdir()) == []


@pytest.mark.parametrize(
    "url", ["mongodb://x/y", "", "orders.db", "sqlite://", "sqlite:///:memory:"]
)
def test_a_url_that_names_no_store_is_refused(url: str) -> None:
    with pytest.raises(UnknownStore):
        open_store(url, CODEC)


def test_a_file_that_is_no_database_is_left_alone(tmp_path: Path) -> None:
    path = tmp_path / "log.db"
    path.write_text("dear diary\n" * 1000)
    with pytest.raises(StoreUnavailable, match="not a database"):
        open_store(f"sqlite:///{path}", CODEC)
    assert path.read_text() == "dear diary\n" * 1000


def test_a_database_of_somebody_else_is_left_alone(tmp_path: Path) -> None:
    path = tmp_path / "log.db"
    with sqlite3.connect(path) as theirs:
        theirs.execute("CREATE TABLE diary (page TEXT)")
    theirs.close()
    before = path.read_bytes()
    with pytest.raises(StoreUnavailable, match="not a store of events"):
        open_store(f"sqlite:///{path}", CODEC)
    assert path.read_bytes() == before


def test_a_store_of_a_newer_version_is_refused(tmp_path: Path) -> None:
    path = tmp_path / "log.db"
    open_store(f"sqlite:///{path}", CODEC).close()
    with sqlite3.connect(path) as newer:
        newer.execute("PRAGMA user_version = 99")
    newer.close()
    with pytest.raises(StoreUnavailable, match="newer"):
        open_store(f"sqlite:///{path}", CODEC)


@pytest.mark.parametrize("odd", ["a b.db", "ação.db", "100%.db", "100%20.db", "a#b.db", "it's.db"])
def test_a_file_may_have_an_odd_name(tmp_path: Path, odd: str) -> None:
    store = open_store(f"sqlite:///{tmp_path}/{odd}", CODEC)
    store.append("order-a", [replace(opened), chair, placed], expected_version=0)
    assert [one.event for one in store.read_all()] == [opened, chair, placed]
    assert (tmp_path / odd).exists()
    store.close()
