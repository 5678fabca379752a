"""Does a question find at any position what held there, by whichever way it goes?"""

from __future__ import annotations

import pytest

from core import AtPosition, TimeMachine
from core.errors import BeyondHead
from core.orders.views.order_details import ORDERS
from core.projections import END, Query, Table, Where
from core.stores import EventStore
from core.stores.shelves import Spans
from tests.contracts.parcels import (
    PARCELS,
    ROWS,
    SCALES,
    Parcel,
    deliveries,
    filled,
    parcel,
    write,
)
from tests.orders.facts import lamp, opened

__all__ = ["filled"]


def test_a_table_of_few_keys_is_looked_up_at_any_position(store: EventStore) -> None:
    store.shelf(deliveries).reset()
    first, second = parcel("a", 1, "1"), parcel("a", 1, "2")
    other, third = parcel("b", 2, "9"), parcel("a", 1, "3")
    write(store, {"scales": Spans([(first, 2, 4), (second, 4, END), (other, 5, END)], [])}, 0, 6)
    write(store, {"scales": Spans([(third, 8, END)], [(("a", 1), 8)])}, 6, 9)
    held = [store.query(SCALES, position, Query()) for position in (1, 3, 4, 7, 8, END)]
    assert held == [[], [first], [second], [second, other], [third, other], [third, other]]
    named = Query((Where("name", "=", "a"),), "price", True)
    assert [store.query(SCALES, one, named) for one in (1, 7, END)] == [[], [second], [third]]
    assert [store.count(SCALES, one, Query()) for one in (1, 3, 7, END)] == [0, 1, 2, 2]
    assert store.shelf(deliveries).live(SCALES, ("a", 1)) == third


@pytest.mark.parametrize("table", [PARCELS, SCALES], ids=lambda table: table.name)
def test_what_changed_between_two_positions_is_found_by_itself(
    store: EventStore, table: Table[Parcel]
) -> None:
    store.shelf(deliveries).reset()
    still, old, new, later = parcel("a"), parcel("b"), parcel("b", price="2"), parcel("c")
    rows = [(still, 1, END), (old, 2, 5), (new, 5, END), (later, 6, END)]
    write(store, {table.name: Spans(rows, [])}, 0, 7)
    assert store.query(table, 3, Query(not_at=6)) == [old]
    assert store.query(table, 6, Query(not_at=3)) == [new, later]
    assert store.query(table, 6, Query(not_at=3, order_by="name", limit=1)) == [new]
    assert store.query(table, 3, Query(not_at=3 + 1)) == []
    assert store.count(table, END, Query(not_at=3)) == 2


def test_some_columns_are_read_without_the_others(filled: EventStore) -> None:
    found = filled.values(PARCELS, ("name", "weight"), 1, Query())
    assert sorted(found) == [("a", 3), ("b", 10), ("c", 2), ("d", 1)]
    asked = Query((Where("weight", ">=", 10),))
    assert filled.values(PARCELS, ("sent_at", "price"), END, asked) == [
        (ROWS[1].sent_at, ROWS[1].price)
    ]
    assert filled.values(PARCELS, ("name",), 0, Query()) == []


def test_a_list_of_the_latest_begins_where_it_stood_then(store: EventStore) -> None:
    """However many rows came later, and though one of them came to light late."""
    store.shelf(deliveries).reset()
    told = [(1, 50), (2, 400), (3, 30), *((n, n) for n in range(4, 700))]
    rows = [(parcel(f"p{n:03}", weight), n, END) for n, weight in told]
    for start in range(0, len(rows), 250):
        batch = rows[start : start + 250]
        assert write(store, {"parcels": Spans(batch, [])}, rows[start][1] - 1, batch[-1][1])
    for position in (1, 2, 3, 60, 250, 251, 399, 690):
        known = [row for row, begun, _ in rows if begun <= position]
        latest = sorted(known, key=lambda row: (-row.weight, row.name))[:4]
        query = Query(order_by="sent_at", descending=True, limit=4)
        assert store.query(PARCELS, position, query) == latest
    assert store.query(PARCELS, END, Query((), "sent_at", True, 1)) == [rows[-1][0]]


def test_what_was_the_head_is_the_past_once_somebody_else_has_appended(store: EventStore) -> None:
    machine, other = TimeMachine(store), TimeMachine(store)
    machine.load([("order-o1", opened)])
    machine.project()
    as_opened = machine.rows(ORDERS, AtPosition(1))
    other.load([("order-o1", lamp)])
    other.project()
    assert machine.rows(ORDERS, AtPosition(1)) == as_opened
    assert machine.rows(ORDERS, AtPosition(2)) == machine.rows(ORDERS) != as_opened
    assert machine.rows(ORDERS, AtPosition(1)) == as_opened
    with pytest.raises(BeyondHead):
        machine.rows(ORDERS, AtPosition(3))
