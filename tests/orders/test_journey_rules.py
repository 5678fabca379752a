"""What may be asked once an order is placed? Each rule of `decide`, as a sentence."""

from __future__ import annotations

from decimal import Decimal

import pytest

from core.orders import (
    AddItem,
    CancelOrder,
    CreateOrder,
    DeliverOrder,
    OrderCancelled,
    OrderCommand,
    OrderCreated,
    OrderDelivered,
    OrderEvent,
    OrderShipped,
    PlaceOrder,
    RecordPayment,
    ShipOrder,
)
from tests.orders.facts import (
    HOME,
    NOON,
    arrived,
    called_off,
    cancelled,
    delivered,
    draft,
    lamp,
    on_its_way,
    opened,
    order,
    paid,
    placed,
    shipped,
)

add_lamp = AddItem("o1", "lamp", "Lamp", 2, Decimal("9.50"))
ship = ShipOrder("o1", "BR123", "Correios")
deliver = DeliverOrder("o1", NOON, "A. Lovelace")
cancel = CancelOrder("o1", "changed her mind", "ada")
pay = RecordPayment("o1", "card", Decimal("19.00"), 3)


@pytest.mark.parametrize("command", [ship, deliver, cancel, pay], ids=lambda c: type(c).__name__)
def test_an_order_that_never_began_goes_nowhere(command: OrderCommand) -> None:
    order.given().when(command).then_refused("There is no order 'o1' yet.")


def test_a_placed_order_ships() -> None:
    order.given(*draft, placed).when(ship).then(shipped)


@pytest.mark.parametrize(
    ("history", "stage"),
    [
        (draft, "draft"),
        (on_its_way, "shipped"),
        (arrived, "delivered"),
        (called_off, "cancelled"),
    ],
)
def test_only_a_placed_order_ships(history: tuple[OrderEvent, ...], stage: str) -> None:
    order.given(*history).when(ship).then_refused(f"Cannot ship {stage} order.")


def test_a_shipped_order_is_delivered() -> None:
    order.given(*on_its_way).when(deliver).then(delivered)


def test_a_delivery_needs_no_signature() -> None:
    command = DeliverOrder("o1", NOON)
    order.given(*on_its_way).when(command).then(OrderDelivered("o1", NOON, None))


@pytest.mark.parametrize(
    ("history", "stage"),
    [
        (draft, "draft"),
        ((*draft, placed), "placed"),
        (arrived, "delivered"),
        (called_off, "cancelled"),
    ],
)
def test_only_a_shipped_order_is_delivered(history: tuple[OrderEvent, ...], stage: str) -> None:
    order.given(*history).when(deliver).then_refused(f"Cannot deliver {stage} order.")


@pytest.mark.parametrize("history", [draft, (*draft, placed)], ids=["draft", "placed"])
def test_an_order_is_cancelled_before_it_ships(history: tuple[OrderEvent, ...]) -> None:
    order.given(*history).when(cancel).then(cancelled)


@pytest.mark.parametrize(("history", "stage"), [(on_its_way, "shipped"), (arrived, "delivered")])
def test_an_order_that_left_cannot_be_cancelled(
    history: tuple[OrderEvent, ...], stage: str
) -> None:
    order.given(*history).when(cancel).then_refused(f"Cannot cancel {stage} order.")


def test_cancelling_twice_changes_nothing() -> None:
    again = CancelOrder("o1", "again, to be sure", "grace")
    order.given(*called_off).when(again).then_nothing()


@pytest.mark.parametrize("history", [draft, (*draft, placed), on_its_way, arrived])
def test_an_order_is_paid_at_any_stage(history: tuple[OrderEvent, ...]) -> None:
    order.given(*history).when(pay).then(paid)


def test_a_cancelled_order_is_not_paid() -> None:
    order.given(*called_off).when(pay).then_refused("Cannot pay for cancelled order.")


@pytest.mark.parametrize("amount", [Decimal(0), Decimal("-5.00")])
def test_a_payment_is_positive(amount: Decimal) -> None:
    command = RecordPayment("o1", "card", amount)
    order.given(*draft).when(command).then_refused("The amount must be positive.")


def test_a_payment_has_at_least_one_installment() -> None:
    command = RecordPayment("o1", "card", Decimal("19.00"), 0)
    order.given(*draft).when(command).then_refused("There is at least one installment.")


def test_a_whole_life_is_told_by_commands_alone() -> None:
    asked: list[OrderCommand] = [
        CreateOrder("o1", "ada"),
        add_lamp,
        PlaceOrder("o1", HOME),
        pay,
        ship,
        deliver,
    ]
    lived: list[OrderEvent] = []
    for command in asked:
        lived.extend(order.given(*lived).when(command).events)
    assert lived == [opened, lamp, placed, paid, shipped, delivered]


def test_two_facts_are_equal_when_they_say_the_same_whoever_recorded_them() -> None:
    assert OrderShipped("o1", "BR123", "Correios") == shipped
    assert OrderCreated("o1", "ada", metadata={"actor": "grace"}) == opened
    assert OrderCancelled("o1", "no stock", "ada") != cancelled
