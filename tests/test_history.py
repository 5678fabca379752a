"""Is a difference what lies between two states, no more and no less?"""

from __future__ import annotations

from decimal import Decimal

from hypothesis import given

from core.history import Change, difference, document, timeline
from core.orders import (
    Order,
    OrderCreated,
    OrderEvent,
    OrderItemAdded,
    OrderItemRemoved,
    OrderPlaced,
    orders,
)
from tests.laws.strategies import histories

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
