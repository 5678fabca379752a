"""Which rule did a fact break? Facts are kept as they happened; `decide` would have refused some.

The verdict is that of `decide`, asked with the command that would have led to the fact, so no rule
is written twice. Here is only what each breach is called, so that alike ones can be counted.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import assert_never

from core.errors import CommandRefused
from core.orders.commands import (
    AddItem,
    CancelOrder,
    ChangeShippingAddress,
    CreateOrder,
    DeliverOrder,
    OrderCommand,
    PlaceOrder,
    RecordPayment,
    RemoveItem,
    ShipOrder,
)
from core.orders.events import (
    OrderCancelled,
    OrderCreated,
    OrderDelivered,
    OrderEvent,
    OrderItemAdded,
    OrderItemRemoved,
    OrderPlaced,
    OrderShipped,
    PaymentRecorded,
    ShippingAddressChanged,
)
from core.orders.order import Order, Status, decide


@dataclass(frozen=True)
class Breach:
    """A rule that a fact broke, and why it would have been refused."""

    rule: str
    reason: str


def breach(order: Order, event: OrderEvent) -> Breach | None:
    """What `decide` would have said to this fact."""
    try:
        decided = decide(asked(event), order)
    except CommandRefused as refused:
        return Breach(_named(order, event), refused.reason)
    if not decided and isinstance(event, OrderCancelled):
        return Breach("cancelled twice", "The order was cancelled already.")
    return None


def asked(event: OrderEvent) -> OrderCommand:
    """The command that leads to a fact."""
    this = event.order_id
    match event:
        case OrderCreated(_, customer_id):
            return CreateOrder(this, customer_id)
        case OrderItemAdded(_, product_id, name, quantity, price):
            return AddItem(this, product_id, name, quantity, price)
        case OrderItemRemoved(_, product_id):
            return RemoveItem(this, product_id)
        case ShippingAddressChanged(_, address):
            return ChangeShippingAddress(this, address)
        case OrderPlaced(_, address):
            return PlaceOrder(this, address)
        case OrderShipped(_, tracking_number, carrier):
            return ShipOrder(this, tracking_number, carrier)
        case OrderDelivered(_, delivered_at, signature):
            return DeliverOrder(this, delivered_at, signature)
        case OrderCancelled(_, reason, cancelled_by):
            return CancelOrder(this, reason, cancelled_by)
        case PaymentRecorded(_, method, amount, installments):
            return RecordPayment(this, method, amount, installments)
        case _:
            assert_never(event)


AFTER = {
    Status.DRAFT: "before placing",
    Status.PLACED: "after placing",
    Status.SHIPPED: "after shipping",
    Status.DELIVERED: "after delivery",
    Status.CANCELLED: "after cancelling",
}


def _named(order: Order, event: OrderEvent) -> str:
    after, draft = AFTER[order.status], order.status is Status.DRAFT
    if order.version == 0:
        return "begun without being created"
    match event:
        case OrderCreated():
            return "created twice"
        case OrderItemAdded() if not draft:
            return f"item added {after}"
        case OrderItemAdded() if event.quantity <= 0:
            return "quantity not positive"
        case OrderItemAdded() if order.has(event.product_id):
            return "same product twice"
        case OrderItemAdded():
            return "negative price"
        case OrderItemRemoved():
            return "absent product removed" if draft else f"item removed {after}"
        case ShippingAddressChanged():
            return f"address changed {after}" if event.new_address else "empty address"
        case OrderPlaced() if not draft:
            return "placed twice" if order.status is Status.PLACED else f"placed {after}"
        case OrderPlaced():
            return "placed without address" if order.items else "placed empty"
        case OrderShipped():
            return "shipped twice" if order.status is Status.SHIPPED else f"shipped {after}"
        case OrderDelivered() if order.status in (Status.DRAFT, Status.PLACED):
            return "delivered before shipping"
        case OrderDelivered():
            return "delivered twice" if order.status is Status.DELIVERED else f"delivered {after}"
        case OrderCancelled():
            return f"cancelled {after}"
        case PaymentRecorded() if order.status is Status.CANCELLED:
            return "paid after cancelling"
        case PaymentRecorded():
            return "payment not positive" if event.installments > 0 else "no installments"
        case _:
            assert_never(event)
