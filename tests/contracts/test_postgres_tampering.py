"""Is it noticed when the owner of the tables edits them? After taking the guards away."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import closing
from dataclasses import replace
from typing import Any
from uuid import UUID

import psycopg
import pytest

from core.digests import verify
from core.errors import BrokenChain
from core.events import COLUMNS
from core.stores import StoredSnapshot, open_store
from tests import postgres
from tests.conftest import CODEC
from tests.orders.facts import NOON, chair, lamp, opened, paid, placed

FACTS = [opened, lamp, chair, paid, placed]
EVENTS = 20
OF_THE_PLACE = ("recorded_at", "digest", "seal")
AT = "arrival = (SELECT arrival FROM places WHERE position = %s)"

Driver = psycopg.Connection[Any]


@pytest.fixture
def url() -> str:
    """A log of four orders whose twenty events were all recorded at one instant."""
    url = postgres.fresh_url()
    with closing(open_store(url, CODEC)) as store:
        store.load(
            (
                f"order-{n % 4}",
                replace(FACTS[n // 4], event_id=UUID(int=16 * n + 16), occurred_at=NOON),
            )
            for n in range(EVENTS)
        )
        store.save_snapshots([StoredSnapshot("order-3", 5, EVENTS, "shape", b"{}")])
    return url


@pytest.fixture
def owner(url: str) -> Iterator[Driver]:
    """The owner of the tables, who first takes the guards away."""
    with postgres.connect(url) as driver:
        for table in ("facts", "places"):
            driver.execute(f"ALTER TABLE {table} DISABLE TRIGGER USER")
        yield driver


def broken_at(url: str) -> int:
    """The position that verification names."""
    with closing(open_store(url, CODEC)) as store, pytest.raises(BrokenChain) as it:
        verify(store.rows(), store.reached())
    return it.value.position


def test_a_log_that_was_left_alone_holds(url: str) -> None:
    with closing(open_store(url, CODEC)) as store:
        assert verify(store.rows(), store.reached()).events == EVENTS


@pytest.mark.parametrize("column", [name for name in COLUMNS if name != "position"])
@pytest.mark.parametrize("position", [1, 11, 20])
def test_a_changed_byte_in_any_column_is_found(
    url: str, owner: Driver, position: int, column: str
) -> None:
    table = "places" if column in OF_THE_PLACE else "facts"
    [(was,)] = owner.execute(f"SELECT {column} FROM {table} WHERE {AT}", (position,)).fetchall()
    edit = f"UPDATE {table} SET {column} = %s WHERE {AT}"
    owner.execute(edit, (changed(was), position))
    assert broken_at(url) == position


def changed(was: Any) -> Any:
    """The same value, one bit or one letter off."""
    if isinstance(was, bytes):
        return was[:-1] + bytes([was[-1] ^ 1])
    return was + 100 if isinstance(was, int) else was[:-1] + "~"


@pytest.mark.parametrize("table", ["facts", "places"])
@pytest.mark.parametrize("position", [1, 11])
def test_a_deleted_row_is_found(url: str, owner: Driver, table: str, position: int) -> None:
    owner.execute(f"DELETE FROM {table} WHERE {AT}", (position,))
    assert broken_at(url) == position


def test_a_deleted_end_is_found(url: str, owner: Driver) -> None:
    owner.execute(
        "DELETE FROM facts WHERE arrival IN (SELECT arrival FROM places WHERE position > 15)"
    )
    owner.execute("DELETE FROM places WHERE position > 15")
    assert broken_at(url) == 16


def test_a_deleted_event_is_found_even_when_the_rest_moves_up(url: str, owner: Driver) -> None:
    owner.execute("DELETE FROM places WHERE position = 11")
    for later in range(12, EVENTS + 1):
        owner.execute("UPDATE places SET position = position - 1 WHERE position = %s", (later,))
    owner.execute("DELETE FROM facts WHERE arrival NOT IN (SELECT arrival FROM places)")
    assert broken_at(url) == 11


@pytest.mark.parametrize(("one", "other"), [(1, 2), (9, 12), (5, 9), (19, 20)])
def test_events_that_changed_places_are_found(
    url: str, owner: Driver, one: int, other: int
) -> None:
    for was, becomes in ((one, -1), (other, one), (-1, other)):
        owner.execute("UPDATE places SET position = %s WHERE position = %s", (becomes, was))
    assert broken_at(url) == one


def test_a_place_given_to_another_event_is_found(url: str, owner: Driver) -> None:
    pair = "SELECT arrival FROM places WHERE position IN (6, 10) ORDER BY position"
    [(one,), (other,)] = owner.execute(pair).fetchall()
    for was, becomes in ((one, -1), (other, one), (-1, other)):
        owner.execute("UPDATE places SET arrival = %s WHERE arrival = %s", (becomes, was))
    assert broken_at(url) == 6


@pytest.mark.parametrize("table", ["facts", "places"])
@pytest.mark.parametrize(
    "change", ["UPDATE {} SET arrival = DEFAULT", "DELETE FROM {}", "TRUNCATE {}"]
)
def test_the_guards_refuse_any_change_by_ordinary_means(url: str, table: str, change: str) -> None:
    with postgres.connect(url) as driver, pytest.raises(psycopg.Error, match="never changed"):
        driver.execute(change.format(table))
