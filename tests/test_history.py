"""Is a difference what lies between two states, no more and no less?"""

from __future__ import annotations

from dataclasses import replace
from decimal import Decimal
from itertools import pairwise
from typing import Any
from uuid import uuid4

from hypothesis import example, given
from hypothesis import strategies as st

from core.history import (
    Change,
    Step,
    difference,
    document,
    provenance,
    timeline,
)
from core.machine import TimeMachine
from core.orders import (
    Order,
    OrderCreated,
    OrderEvent,
    OrderItemAdded,
    OrderItemRemoved,
    OrderPlaced,
    PaymentRecorded,
    orders,
)
from tests.laws.strategies import counts, histories, text

LAMP = OrderItemAdded("o1", "lamp", "Lamp", 2, Decimal("9.50"))


def between(*events: OrderEvent) -> list[Change]:
    """What the last of these events changed."""
    *_, before, after = [orders.initial, *orders.states(events)]
    return difference(before, after)


def test_an_item_is_told_field_by_field_under_its_product() -> None:
    assert between(OrderCreated("o1", "ada"), LAMP) == [
        Change(("items", "lamp", "product_id"), None, "lamp"),
        Change(("items", "lamp", "product_name"), None, "Lamp"),
        Change(("items", "lamp", "quantity"), None, 2),
        Change(("items", "lamp", "unit_price"), None, Decimal("9.50")),
        Change(("items", "lamp", "total"), None, Decimal("19.00")),
        Change(("total",), Decimal(0), Decimal("19.00")),
    ]


def test_an_item_that_left_is_told_with_what_it_was() -> None:
    changes = between(LAMP, OrderItemRemoved("o1", "lamp"))
    assert Change(("items", "lamp", "quantity"), 2, None) in changes
    assert Change(("total",), Decimal("19.00"), Decimal(0)) in changes


def test_only_what_really_changed_is_told() -> None:
    again = OrderPlaced("o1", {"city": "Oslo"}, Decimal("19.00"))
    assert between(LAMP, again, again) == []
    moved = OrderPlaced("o1", {"city": "Bergen"}, Decimal("19.00"))
    assert between(LAMP, again, moved) == [Change(("shipping_address", "city"), "Oslo", "Bergen")]


def test_two_lines_of_one_product_at_two_prices_stay_apart() -> None:
    dearer = OrderItemAdded("o1", "lamp", "Lamp", 1, Decimal("12.00"))
    told = document(orders.fold([LAMP, dearer]))
    assert told["items", "lamp", "unit_price"] == Decimal("9.50")
    assert told["items", "lamp#2", "unit_price"] == Decimal("12.00")


@given(histories)
def test_the_differences_lead_from_each_state_to_the_next(events: list[OrderEvent]) -> None:
    told, state = document(Order()), Order()
    for event in events:
        after = orders.evolve(state, event)
        for change in difference(state, after):
            assert told.get(change.path) == change.before != change.after
            told = {path: value for path, value in told.items() if path != change.path}
            told |= {} if change.after is None else {change.path: change.after}
        assert told == document(after)
        state = after


def test_a_timeline_may_begin_anywhere() -> None:
    assert list(timeline(orders, [])) == []


def steps_of(events: list[OrderEvent]) -> list[Step]:
    machine = TimeMachine.open("memory:")
    machine.load([("order-o1", replace(event, event_id=uuid4())) for event in events])
    return list(timeline(orders, machine.store.read_stream("order-o1")))


def told(steps: list[Step], *path: str) -> list[tuple[int, Any, Any]]:
    facts = [(step.recorded.version, step.recorded.event) for step in steps]
    found = provenance(orders, facts, path)
    return [(version, change.before, change.after) for version, change in found]


CHAIR = OrderItemAdded("o1", "chair", "Chair", 1, Decimal("49.90"))
REMOVED = OrderItemRemoved("o1", "lamp")


def test_provenance_is_every_event_that_set_a_field_and_no_other() -> None:
    steps = steps_of([OrderCreated("o1", "ada"), LAMP, CHAIR, LAMP, REMOVED])
    assert told(steps, "items", "lamp", "quantity") == [(2, None, 2), (4, 2, 4), (5, 4, None)]
    assert told(steps, "total") == [
        (2, Decimal(0), Decimal("19.00")),
        (3, Decimal("19.00"), Decimal("68.90")),
        (4, Decimal("68.90"), Decimal("87.90")),
        (5, Decimal("87.90"), Decimal("49.90")),
    ]
    assert told(steps, "carrier") == told(steps, "no", "such", "field") == []


def test_provenance_of_a_branch_is_that_of_the_fields_below_it() -> None:
    steps = steps_of([OrderPlaced("o1", {"city": "Oslo"}, Decimal(0)), LAMP])
    assert told(steps, "shipping_address") == [(1, None, "Oslo")]
    assert [version for version, _, _ in told(steps, "items", "lamp")] == [2] * 5


@given(histories)
def test_provenance_agrees_with_looking_at_every_version(events: list[OrderEvent]) -> None:
    steps = steps_of(events)
    documents = [document(Order()), *(document(step.state) for step in steps)]
    every = {path for one in documents for path in one}
    naive = {
        path: [
            (version, before.get(path), after.get(path))
            for version, (before, after) in enumerate(pairwise(documents), start=1)
            if before.get(path) != after.get(path)
        ]
        for path in every
    }
    assert {path: told(steps, *path) for path in every} == naive
    for branch in {path[:depth] for path in every for depth in range(1, len(path))}:
        below = [one for path in every if path[: len(branch)] == branch for one in naive[path]]
        assert sorted(told(steps, *branch), key=repr) == sorted(below, key=repr)


lines = st.sampled_from(["lamp", "chair", "table", "desk"])
FOUR, LONG = Decimal(4), Decimal("5" + 26 * "0" + "3")
"""Two long ones are more digits than a sum has: it is rounded."""
prices = st.sampled_from([FOUR, Decimal("0.5"), LONG])


def added(product: str, price: Decimal, quantity: int = 1) -> OrderEvent:
    return OrderItemAdded("o1", product, "", quantity, price)


coming_and_going = st.lists(
    st.builds(OrderItemAdded, st.just("o1"), lines, text, st.sampled_from([1, -1]), prices)
    | st.builds(OrderItemRemoved, st.just("o1"), lines)
    | st.builds(PaymentRecorded, st.just("o1"), text, prices, counts),
    max_size=20,
)


@given(coming_and_going)
@example([added("chair", LONG), added("lamp", LONG), OrderItemRemoved("o1", "chair")])
@example(
    [*[added(one, LONG, (-1) ** n) for n, one in enumerate("abcd")], OrderItemRemoved("o1", "b")]
)
@example([added(one, price) for one, price in zip("abca", (LONG, FOUR, FOUR, LONG), strict=True)])
def test_a_sum_that_is_kept_has_the_digits_of_one_that_is_added_up(
    events: list[OrderEvent],
) -> None:
    for version, state in orders.walk(enumerate(events, start=1), ("items", "payments")):
        anew = orders.fold(events[:version])
        assert [str(state.total), str(state.paid)] == [str(anew.total), str(anew.paid)]
