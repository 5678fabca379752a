"""Are the rows of a read model kept and found? At any position, for every store there is."""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime, timedelta, timezone
from decimal import Decimal
from typing import Any

import pytest

from core.projections import END, Projection, Query, Where
from core.stores import EventStore
from core.stores.shelves import Flush, Spans
from tests.contracts.parcels import (
    HOUSES,
    PARCELS,
    ROWS,
    Parcel,
    deliveries,
    filled,
    parcel,
    reached,
    write,
)
from tests.orders.facts import NOON

__all__ = ["filled"]


def names(store: EventStore, *where: Where, **query: Any) -> str:
    """The names of the rows found now, in the order found."""
    found = store.query(PARCELS, END, Query(where, **query))
    assert store.count(PARCELS, END, Query(where)) >= len(found)
    return "".join(row.name for row in found)


def test_a_projection_that_never_ran_has_no_checkpoint(store: EventStore) -> None:
    assert reached(store) is None
    store.shelf(deliveries).reset()
    assert reached(store) == 0


def test_a_row_comes_back_as_itself(store: EventStore) -> None:
    shelf = store.shelf(deliveries)
    shelf.reset()
    at = datetime(2017, 11, 24, 17, 0, 5, 123456, tzinfo=timezone(timedelta(hours=-3)))
    row = Parcel("ação 🪔'\"", -(2**63), Decimal("0.10"), NOON, city="", seen_at=at)
    write(store, {"parcels": Spans([(row, 1, END)], [])}, 0, 1)
    [found] = store.query(PARCELS, 1, Query())
    assert found == row
    assert str(found.price) == "0.10"
    assert shelf.live(PARCELS, (row.name,)) == row


def test_rows_hold_from_their_position_until_their_next_change(store: EventStore) -> None:
    shelf = store.shelf(deliveries)
    shelf.reset()
    light, heavy, back = parcel("a", 1), parcel("a", 2), parcel("a", 3)
    write(store, {"parcels": Spans([(light, 2, 5), (heavy, 5, END)], [])}, 0, 6)
    write(store, {"parcels": Spans([(back, 9, END)], [(("a",), 7)])}, 6, 9)
    held = [store.query(PARCELS, position, Query()) for position in range(1, 11)]
    expected = [[], [light], [light], [light], [heavy], [heavy], [], [], [back], [back]]
    assert held == expected
    assert [store.count(PARCELS, n, Query()) for n in range(1, 11)] == list(map(len, expected))
    assert store.query(PARCELS, END, Query()) == [back]


def test_a_row_that_ended_is_not_live(filled: EventStore) -> None:
    shelf = filled.shelf(deliveries)
    write(filled, {"parcels": Spans([], [(("a",), 2)])}, 1, 2)
    assert shelf.live(PARCELS, ("a",)) is None
    assert (shelf.live(PARCELS, ("b",)), shelf.live(PARCELS, ("z",))) == (ROWS[1], None)


def test_a_key_may_have_several_columns(store: EventStore) -> None:
    shelf = store.shelf(deliveries)
    shelf.reset()
    rows = [parcel("a", 1), parcel("a", 2), parcel("b", 1)]
    write(store, {"houses": Spans([(row, 1, END) for row in rows], [])}, 0, 1)
    write(store, {"houses": Spans([], [(("a", 2), 2)])}, 1, 2)
    assert shelf.live(HOUSES, ("a", 1)) == rows[0]
    assert store.query(HOUSES, 2, Query()) == [rows[0], rows[2]]


def test_a_projector_that_came_too_late_writes_nothing(filled: EventStore) -> None:
    late = Spans([(parcel("late"), 1, END)], [(("a",), 1)])
    assert write(filled, {"parcels": late}, 0, 1) is False
    assert (names(filled), reached(filled)) == ("abcd", 1)


def test_who_came_too_late_takes_nothing_from_who_writes_beside_it(store: EventStore) -> None:
    parcels, houses = Projection("in time", (PARCELS,)), Projection("late", (HOUSES,))
    for one in (parcels, houses):
        store.shelf(one).reset()
    row = Spans([(parcel("a"), 1, END)], [])
    flushes = [
        Flush(parcels, False, {"parcels": row}, 0, 5),
        Flush(houses, False, {"houses": row}, 1, 5),
    ]
    assert store.write(flushes) == [True, False]
    assert store.checkpoints([parcels, houses]) == {"in time": 5, "late": 0}
    assert (names(store), store.count(HOUSES, END, Query())) == ("a", 0)


def test_a_checkpoint_is_a_witness_of_how_far_the_log_had_reached(filled: EventStore) -> None:
    write(filled, {}, 1, 70)
    assert filled.reached() == 70


def test_a_projection_that_means_something_else_now_has_no_checkpoint(filled: EventStore) -> None:
    revised = replace(deliveries, revision=2)
    assert reached(filled, revised) is None
    filled.shelf(revised).reset()
    assert (reached(filled, revised), names(filled)) == (0, "")


def test_who_lays_live_rows_out_too_late_takes_nothing_away(filled: EventStore) -> None:
    filled.shelf(deliveries).reset()
    assert (names(filled), reached(filled)) == ("abcd", 1)


def test_rows_made_beside_are_not_seen_until_they_take_the_place(filled: EventStore) -> None:
    filled.shelf(deliveries, beside=True).reset()
    write(filled, {"parcels": Spans([(parcel("new"), 1, END)], [])}, 0, 3, beside=True)
    assert (names(filled), reached(filled)) == ("abcd", 1)
    filled.swap(deliveries)
    assert (names(filled), reached(filled)) == ("new", 3)


def test_who_comes_second_finds_that_the_rows_have_taken_their_place(filled: EventStore) -> None:
    filled.shelf(deliveries, beside=True).reset()
    write(filled, {"parcels": Spans([(parcel("new"), 1, END)], [])}, 0, 3, beside=True)
    assert [filled.swap(deliveries), filled.swap(deliveries)] == [True, False]
    assert (names(filled), reached(filled)) == ("new", 3)


def test_rows_that_are_behind_the_live_ones_do_not_take_their_place(filled: EventStore) -> None:
    filled.shelf(deliveries, beside=True).reset()
    assert not filled.swap(deliveries)
    assert (names(filled), reached(filled)) == ("abcd", 1)
    assert reached(filled, beside=True) == 0  # and are gone on with
    write(filled, {"parcels": Spans([(parcel("new"), 1, END)], [])}, 0, 1, beside=True)
    assert filled.swap(deliveries)
    assert names(filled) == "new"


def test_rows_that_came_far_enough_take_the_place_of_live_ones_that_went_on(
    filled: EventStore,
) -> None:
    filled.shelf(deliveries, beside=True).reset()
    assert filled.swap(deliveries, 0)
    assert (names(filled), reached(filled)) == ("", 0)


def test_a_second_rebuild_starts_from_nothing(filled: EventStore) -> None:
    for name in ("one", "two"):
        filled.shelf(deliveries, beside=True).reset()
        write(filled, {"parcels": Spans([(parcel(name), 1, END)], [])}, 0, 3, beside=True)
        filled.swap(deliveries)
    assert names(filled) == "two"


@pytest.mark.parametrize(
    ("where", "found"),
    [
        (Where("name", "=", "b"), "b"),
        (Where("name", "!=", "b"), "acd"),
        (Where("name", "in", ("a", "d", "z")), "ad"),
        (Where("name", "in", ()), ""),
        (Where("weight", ">=", 3), "ab"),
        (Where("weight", "<=", 2), "cd"),
        (Where("price", "=", Decimal("9.50")), "ad"),
        (Where("price", "!=", Decimal("9.500")), "bc"),
        (Where("price", ">=", Decimal("10")), "bc"),
        (Where("price", "<=", Decimal("19")), "abd"),
        (Where("price", "in", (Decimal("9.5"), Decimal("100"))), "acd"),
        (Where("sent_at", ">=", NOON + timedelta(hours=3)), "ab"),
        (Where("sent_at", "<=", (NOON + timedelta(hours=2)).astimezone(None)), "cd"),
        (Where("sent_at", "=", NOON + timedelta(hours=2)), "c"),
        (Where("city", "=", None), "c"),
        (Where("city", "!=", None), "abd"),
        (Where("city", "!=", "São Paulo"), "bcd"),
        (Where("city", "contains", "paulo"), "ad"),
        (Where("city", "contains", "são"), "ad"),
        (Where("city", "contains", "%"), "b"),
        (Where("city", "contains", "o_2"), "d"),
        (Where("city", "contains", "'"), ""),
        (Where("seen_at", ">=", NOON), "c"),
        (Where("city", ">=", "A"), "abd"),
    ],
)
def test_a_condition_finds_its_rows(filled: EventStore, where: Where, found: str) -> None:
    assert names(filled, where) == found
    assert filled.count(PARCELS, END, Query((where,))) == len(found)


def test_conditions_given_together_must_all_hold(filled: EventStore) -> None:
    assert names(filled, Where("weight", ">=", 2), Where("city", "contains", "o")) == "ab"


@pytest.mark.parametrize(
    ("column", "ascending", "descending"),
    [
        ("name", "abcd", "dcba"),
        ("weight", "dcab", "bacd"),
        ("price", "adbc", "cbad"),
        ("sent_at", "dcab", "bacd"),
        ("seen_at", "cabd", "cabd"),
        (None, "abcd", "abcd"),
    ],
)
def test_rows_are_ordered_by_value_with_the_empty_last_and_ties_by_key(
    filled: EventStore, column: str | None, ascending: str, descending: str
) -> None:
    assert names(filled, order_by=column) == ascending
    assert names(filled, order_by=column, descending=True) == descending


def test_rows_come_in_pages(filled: EventStore) -> None:
    pages = [names(filled, order_by="weight", limit=2, offset=offset) for offset in range(6)]
    assert pages == ["dc", "ca", "ab", "b", "", ""]
    assert names(filled, limit=0) == ""
    assert names(filled, offset=1) == "bcd"
