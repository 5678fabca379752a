"""What do the facts amount to? `evolve` takes them as they happened, and never refuses."""

from __future__ import annotations

from dataclasses import replace
from decimal import Decimal

import pytest

from core.orders import (
    Item,
    Order,
    OrderEvent,
    OrderItemAdded,
    Payment,
    PaymentRecorded,
    Status,
    orders,
)
from core.orders.order import Cancellation
from tests.orders.facts import (
    HOME,
    NOON,
    ONE_OF_EACH,
    WORK,
    arrived,
    cancelled,
    chair,
    delivered,
    draft,
    lamp,
    lamp_removed,
    moved_to_work,
    on_its_way,
    opened,
    paid,
    placed,
    shipped,
)


def test_before_its_first_event_an_order_is_an_empty_draft() -> None:
    assert orders.fold([]) == Order()
    assert (Order().version, Order().status) == (0, Status.DRAFT)


def test_the_stream_of_an_order_carries_its_id() -> None:
    assert orders.stream("o1") == "order-o1"


def test_a_delivered_order_knows_everything_that_happened_to_it() -> None:
    assert orders.fold([opened, lamp, paid, placed, shipped, delivered]) == Order(
        id="o1",
        customer_id="ada",
        status=Status.DELIVERED,
        items=(Item("lamp", "Lamp", 2, Decimal("9.50")),),
        shipping_address=HOME,
        tracking_number="BR123",
        carrier="Correios",
        payments=(Payment("card", Decimal("19.00"), 3),),
        delivered_at=NOON,
        version=6,
    )


def test_a_cancelled_order_knows_why_and_by_whom() -> None:
    order = orders.fold([*draft, cancelled])
    assert order.status is Status.CANCELLED
    assert order.cancellation == Cancellation("changed her mind", "ada")


def test_every_event_counts_as_a_version() -> None:
    versions = [order.version for order in orders.states(ONE_OF_EACH)]
    assert versions == list(range(1, len(ONE_OF_EACH) + 1))


def test_the_total_follows_what_is_in_the_order() -> None:
    totals = [order.total for order in orders.states([opened, lamp, chair, lamp_removed])]
    assert totals == [Decimal(0), Decimal("19.00"), Decimal("68.90"), Decimal("49.90")]


def test_the_total_of_an_empty_order_is_a_decimal() -> None:
    assert isinstance(Order().total, Decimal)
    assert isinstance(Order().paid, Decimal)


def test_money_is_added_exactly() -> None:
    cents = [OrderItemAdded("o1", f"p{n}", "Pin", 1, Decimal("0.10")) for n in range(3)]
    assert orders.fold([opened, *cents]).total == Decimal("0.30")


def test_payments_add_up() -> None:
    rest = PaymentRecorded("o1", "voucher", Decimal("0.90"), 1)
    assert orders.fold([*draft, paid, rest]).paid == Decimal("19.90")


def test_a_placed_order_can_still_be_sent_elsewhere() -> None:
    assert orders.fold([*draft, placed, moved_to_work]).shipping_address == WORK


def test_lines_that_agree_on_product_and_price_are_one_item() -> None:
    assert orders.fold([opened, lamp, chair, lamp]).items == (
        Item("lamp", "Lamp", 4, Decimal("9.50")),
        Item("chair", "Chair", 1, Decimal("49.90")),
    )


def test_lines_of_one_product_at_two_prices_stay_apart() -> None:
    dearer = OrderItemAdded("o1", "lamp", "Lamp", 1, Decimal("12.00"))
    order = orders.fold([opened, lamp, dearer])
    assert [item.unit_price for item in order.items] == [Decimal("9.50"), Decimal("12.00")]
    assert order.total == Decimal("31.00")


def test_removing_a_product_removes_all_its_lines() -> None:
    dearer = OrderItemAdded("o1", "lamp", "Lamp", 1, Decimal("12.00"))
    assert orders.fold([opened, lamp, dearer, lamp_removed]).items == ()


def test_a_parcel_shipped_before_it_was_approved_has_still_shipped() -> None:
    order = orders.fold([*draft, shipped, placed])
    assert order.status is Status.SHIPPED
    assert order.shipping_address == HOME


def test_an_approval_noted_after_the_delivery_does_not_send_the_parcel_back() -> None:
    assert orders.fold([*arrived, placed, shipped]).status is Status.DELIVERED


def test_an_order_cancelled_after_shipping_is_cancelled() -> None:
    order = orders.fold([*on_its_way, cancelled])
    assert (order.status, order.carrier) == (Status.CANCELLED, "Correios")


def test_a_cancelled_order_that_arrives_all_the_same_stays_cancelled() -> None:
    order = orders.fold([*on_its_way, cancelled, delivered])
    assert (order.status, order.delivered_at) == (Status.CANCELLED, NOON)


@pytest.mark.parametrize("event", ONE_OF_EACH, ids=lambda event: event.type)
def test_no_fact_is_refused_even_as_the_first(event: OrderEvent) -> None:
    assert orders.fold([event]).version == 1


def test_a_state_is_never_changed_by_what_comes_after() -> None:
    before = orders.fold(draft)
    kept = replace(before)
    orders.fold([chair, placed, shipped], before)
    assert before == kept


def test_a_product_at_two_prices_keeps_the_order_of_its_lines_and_leaves_with_all_of_them() -> None:
    dear = replace(lamp, unit_price=Decimal("12.00"))
    lines = [lamp, chair, dear, lamp, dear]
    told = [("lamp", Decimal("9.50")), ("chair", chair.unit_price), ("lamp", Decimal("12.00"))]
    for place in range(len(lines) + 1):  # in one fold, and in one that another goes on with
        order = orders.fold(lines[place:], orders.fold([opened, *lines[:place]]))
        assert [(item.product_id, item.unit_price) for item in order.items] == told
        assert [item.quantity for item in order.items] == [4, chair.quantity, 4]
        left = orders.fold([lamp_removed, dear], order)
        assert [(one.product_id, one.quantity) for one in left.items] == [("chair", 1), ("lamp", 2)]


def test_a_state_along_the_way_is_out_of_reach_of_the_events_after_it() -> None:
    history: list[OrderEvent] = [opened, lamp, paid, chair, paid, lamp, lamp_removed]
    states = list(orders.states(history))
    assert [len(state.items) for state in states] == [0, 1, 1, 2, 2, 2, 1]
    assert [len(state.payments) for state in states] == [0, 0, 1, 1, 2, 2, 2]
    assert states == [orders.fold(history[:last]) for last in range(1, len(history) + 1)]
    assert states[3].payments is states[2].payments
