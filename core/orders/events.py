"""What can happen to an order? A closed list of facts, and their older shapes.

The `type` and `schema` of each class are the storage format: rename the class if you like, never
the type. To change a shape, raise `schema` and add the upcaster that reads the old one.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from decimal import Decimal
from typing import Any

from core.events import Event

Address = Mapping[str, str]

NOT_STATED = "not stated"
"""What a foreign history leaves out and a fact has to say."""


class OrderCreated(Event, type="OrderCreated"):
    """A customer began an order."""

    order_id: str
    customer_id: str


class OrderItemAdded(Event, type="OrderItemAdded"):
    """A product came into the order."""

    order_id: str
    product_id: str
    product_name: str
    quantity: int
    unit_price: Decimal


class OrderItemRemoved(Event, type="OrderItemRemoved"):
    """A product left the order."""

    order_id: str
    product_id: str


class ShippingAddressChanged(Event, type="ShippingAddressChanged"):
    """The order is to go to another address."""

    order_id: str
    new_address: Address


class OrderPlaced(Event, type="OrderPlaced"):
    """The customer committed to the order; its address and total were fixed."""

    order_id: str
    shipping_address: Address
    total_amount: Decimal


class OrderShipped(Event, type="OrderShipped"):
    """The order was handed to a carrier."""

    order_id: str
    tracking_number: str
    carrier: str


class OrderDelivered(Event, type="OrderDelivered"):
    """The order reached the customer."""

    order_id: str
    delivered_at: datetime
    signature: str | None = None


class OrderCancelled(Event, type="OrderCancelled"):
    """The order was called off."""

    order_id: str
    reason: str
    cancelled_by: str


class PaymentRecorded(Event, type="PaymentRecorded", schema=2):
    """Money was paid or promised for the order."""

    order_id: str
    method: str
    amount: Decimal
    installments: int


OrderEvent = (
    OrderCreated
    | OrderItemAdded
    | OrderItemRemoved
    | ShippingAddressChanged
    | OrderPlaced
    | OrderShipped
    | OrderDelivered
    | OrderCancelled
    | PaymentRecorded
)


def payment_without_installments(body: dict[str, Any]) -> dict[str, Any]:
    """Schema 1 knew only payments in one sum."""
    return {**body, "installments": 1}


UPCASTERS = {("PaymentRecorded", 1): payment_without_installments}
"""(type, schema it reads) → a function from that body to the next schema's."""
