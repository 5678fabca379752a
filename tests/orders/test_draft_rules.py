"""What may be asked while an order is put together? Each rule of `decide`, as a sentence."""

from __future__ import annotations

from decimal import Decimal

import pytest

from core.orders import (
    AddItem,
    ChangeShippingAddress,
    CreateOrder,
    OrderCommand,
    OrderEvent,
    OrderPlaced,
    PlaceOrder,
    RemoveItem,
)
from tests.orders.facts import (
    HOME,
    WORK,
    arrived,
    called_off,
    chair,
    draft,
    lamp,
    lamp_removed,
    moved_to_work,
    on_its_way,
    opened,
    order,
    placed,
)

add_lamp = AddItem("o1", "lamp", "Lamp", 2, Decimal("9.50"))
add_chair = AddItem("o1", "chair", "Chair", 1, Decimal("49.90"))
remove_lamp = RemoveItem("o1", "lamp")


def test_a_customer_begins_an_order() -> None:
    order.given().when(CreateOrder("o1", "ada")).then(opened)


def test_an_order_begins_once() -> None:
    order.given(opened).when(CreateOrder("o1", "bob")).then_refused("Order 'o1' exists already.")


@pytest.mark.parametrize(
    "command",
    [add_lamp, remove_lamp, ChangeShippingAddress("o1", HOME), PlaceOrder("o1", HOME)],
    ids=lambda command: type(command).__name__,
)
def test_nothing_can_be_asked_of_an_order_that_never_began(command: OrderCommand) -> None:
    order.given().when(command).then_refused("There is no order 'o1' yet.")


def test_a_product_comes_into_a_draft() -> None:
    order.given(opened).when(add_lamp).then(lamp)


@pytest.mark.parametrize("quantity", [0, -1])
def test_a_quantity_is_positive(quantity: int) -> None:
    command = AddItem("o1", "lamp", "Lamp", quantity, Decimal("9.50"))
    order.given(opened).when(command).then_refused("The quantity must be positive.")


def test_a_unit_price_is_not_negative() -> None:
    command = AddItem("o1", "lamp", "Lamp", 1, Decimal("-0.01"))
    order.given(opened).when(command).then_refused("The unit price cannot be negative.")


def test_a_product_is_in_an_order_once() -> None:
    order.given(opened, lamp).when(add_lamp).then_refused("Lamp is in the order already.")


def test_a_product_that_left_may_come_back() -> None:
    order.given(opened, lamp, lamp_removed).when(add_lamp).then(lamp)


def test_a_product_leaves_a_draft() -> None:
    order.given(opened, lamp).when(remove_lamp).then(lamp_removed)


def test_only_what_is_in_the_order_can_be_removed() -> None:
    order.given(opened, chair).when(remove_lamp).then_refused("lamp is not in the order.")


@pytest.mark.parametrize(
    ("history", "stage"),
    [
        ((*draft, placed), "placed"),
        (on_its_way, "shipped"),
        (arrived, "delivered"),
        (called_off, "cancelled"),
    ],
)
@pytest.mark.parametrize("command", [add_chair, remove_lamp, PlaceOrder("o1", HOME)])
def test_only_a_draft_can_be_changed(
    history: tuple[OrderEvent, ...], stage: str, command: OrderCommand
) -> None:
    order.given(*history).when(command).then_refused(f"Cannot modify {stage} order.")


def test_the_address_of_a_draft_changes() -> None:
    order.given(opened).when(ChangeShippingAddress("o1", WORK)).then(moved_to_work)


def test_the_address_changes_until_the_order_ships() -> None:
    order.given(*draft, placed).when(ChangeShippingAddress("o1", WORK)).then(moved_to_work)


@pytest.mark.parametrize(
    ("history", "stage"),
    [(on_its_way, "shipped"), (arrived, "delivered"), (called_off, "cancelled")],
)
def test_an_order_that_left_cannot_be_redirected(
    history: tuple[OrderEvent, ...], stage: str
) -> None:
    command = ChangeShippingAddress("o1", WORK)
    order.given(*history).when(command).then_refused(f"Cannot redirect {stage} order.")


def test_an_address_is_not_empty() -> None:
    command = ChangeShippingAddress("o1", {})
    order.given(opened).when(command).then_refused("The new address is empty.")


def test_changing_to_the_same_address_changes_nothing() -> None:
    command = ChangeShippingAddress("o1", dict(WORK))
    order.given(opened, moved_to_work).when(command).then_nothing()


def test_placing_an_order_fixes_its_address_and_total() -> None:
    order.given(opened, lamp).when(PlaceOrder("o1", HOME)).then(placed)


def test_placing_adds_up_what_is_left_in_the_order() -> None:
    total = OrderPlaced("o1", HOME, Decimal("49.90"))
    order.given(opened, lamp, chair, lamp_removed).when(PlaceOrder("o1", HOME)).then(total)


def test_placing_without_an_address_uses_the_one_already_given() -> None:
    at_work = OrderPlaced("o1", WORK, Decimal("19.00"))
    order.given(opened, lamp, moved_to_work).when(PlaceOrder("o1")).then(at_work)


def test_an_order_without_any_address_cannot_be_placed() -> None:
    reason = "Cannot place an order without an address."
    order.given(opened, lamp).when(PlaceOrder("o1")).then_refused(reason)


def test_an_empty_order_cannot_be_placed() -> None:
    order.given(opened).when(PlaceOrder("o1", HOME)).then_refused("Cannot place an empty order.")


def test_an_emptied_order_cannot_be_placed() -> None:
    emptied = order.given(opened, lamp, lamp_removed)
    emptied.when(PlaceOrder("o1", HOME)).then_refused("Cannot place an empty order.")
