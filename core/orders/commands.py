"""What can be asked of an order? Imperative requests; each may be refused."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal

from core.orders.events import Address


@dataclass(frozen=True)
class CreateOrder:
    """Begin an order for a customer."""

    order_id: str
    customer_id: str


@dataclass(frozen=True)
class AddItem:
    """Put a product into a draft; a product is in an order once."""

    order_id: str
    product_id: str
    product_name: str
    quantity: int
    unit_price: Decimal


@dataclass(frozen=True)
class RemoveItem:
    """Take a product out of a draft."""

    order_id: str
    product_id: str


@dataclass(frozen=True)
class ChangeShippingAddress:
    """Send the order elsewhere; possible until it ships."""

    order_id: str
    new_address: Address


@dataclass(frozen=True)
class PlaceOrder:
    """Commit to the order. Without an address, the one already given is used."""

    order_id: str
    shipping_address: Address | None = None


@dataclass(frozen=True)
class ShipOrder:
    """Hand a placed order to a carrier."""

    order_id: str
    tracking_number: str
    carrier: str


@dataclass(frozen=True)
class DeliverOrder:
    """Say that a shipped order has arrived."""

    order_id: str
    delivered_at: datetime
    signature: str | None = None


@dataclass(frozen=True)
class CancelOrder:
    """Call the order off before it ships."""

    order_id: str
    reason: str
    cancelled_by: str


@dataclass(frozen=True)
class RecordPayment:
    """Note money paid or promised."""

    order_id: str
    method: str
    amount: Decimal
    installments: int = 1


OrderCommand = (
    CreateOrder
    | AddItem
    | RemoveItem
    | ChangeShippingAddress
    | PlaceOrder
    | ShipOrder
    | DeliverOrder
    | CancelOrder
    | RecordPayment
)
