"""What is an order, and what may happen to it? The state, `decide` and `changes`."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import datetime
from decimal import Decimal
from enum import StrEnum
from types import MappingProxyType
from typing import Any, ClassVar, assert_never

from core.deciders import Changes, Decider
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
from core.orders.contents import Item, Lines, Payment, Payments
from core.orders.events import (
    Address,
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


class Status(StrEnum):
    """How far along an order is, in the order in which it gets there."""

    DRAFT = "draft"
    PLACED = "placed"
    SHIPPED = "shipped"
    DELIVERED = "delivered"
    CANCELLED = "cancelled"


RANK = {status: rank for rank, status in enumerate(Status)}

REACHES = {
    OrderPlaced.type: Status.PLACED,
    OrderShipped.type: Status.SHIPPED,
    OrderDelivered.type: Status.DELIVERED,
    OrderCancelled.type: Status.CANCELLED,
}
"""How far an event of this type takes an order that was not as far already."""


@dataclass(frozen=True)
class Cancellation:
    """Why an order was called off, and by whom."""

    reason: str
    cancelled_by: str


@dataclass(frozen=True)
class Order:
    """An order as it stands after `version` events."""

    id: str = ""
    customer_id: str = ""
    status: Status = Status.DRAFT
    items: tuple[Item, ...] = ()
    shipping_address: Address = field(default_factory=dict)
    tracking_number: str | None = None
    carrier: str | None = None
    payments: tuple[Payment, ...] = ()
    delivered_at: datetime | None = None
    cancellation: Cancellation | None = None
    version: int = 0

    DERIVED: ClassVar = {"total": ("items",), "paid": ("payments",)}

    def __post_init__(self) -> None:
        self.__dict__["shipping_address"] = MappingProxyType(dict(self.shipping_address))

    @property
    def total(self) -> Decimal:
        """The value of the items."""
        items: Any = self.items
        if isinstance(items, Lines):
            return items.total
        return sum([item.total for item in items], Decimal(0))

    @property
    def paid(self) -> Decimal:
        """The sum of the payments."""
        payments: Any = self.payments
        if isinstance(payments, Payments):
            return payments.total
        return sum([payment.amount for payment in payments], Decimal(0))

    def has(self, product_id: str) -> bool:
        """Whether the product is in the order."""
        return any(item.product_id == product_id for item in self.items)


def decide(command: OrderCommand, order: Order) -> list[OrderEvent]:
    """Read each case as: this request, at this stage, leads to these facts."""
    if order.version == 0 and not isinstance(command, CreateOrder):
        raise CommandRefused(command, order, f"There is no order {command.order_id!r} yet.")
    match command:
        case CreateOrder(order_id, customer_id):
            _require(order.version == 0, command, order, f"Order {order_id!r} exists already.")
            return [OrderCreated(order_id, customer_id)]
        case AddItem(order_id, product_id, name, quantity, price):
            _require_draft(command, order)
            _require(quantity > 0, command, order, "The quantity must be positive.")
            _require(_at_least_zero(price), command, order, "The unit price cannot be negative.")
            _require(not order.has(product_id), command, order, f"{name} is in the order already.")
            return [OrderItemAdded(order_id, product_id, name, quantity, price)]
        case RemoveItem(order_id, product_id):
            _require_draft(command, order)
            _require(order.has(product_id), command, order, f"{product_id} is not in the order.")
            return [OrderItemRemoved(order_id, product_id)]
        case ChangeShippingAddress(order_id, address):
            movable = order.status in (Status.DRAFT, Status.PLACED)
            _require(movable, command, order, f"Cannot redirect {order.status} order.")
            _require(bool(address), command, order, "The new address is empty.")
            same = address == order.shipping_address
            return [] if same else [ShippingAddressChanged(order_id, address)]
        case PlaceOrder(order_id, address):
            _require_draft(command, order)
            _require(bool(order.items), command, order, "Cannot place an empty order.")
            where = address or order.shipping_address
            _require(bool(where), command, order, "Cannot place an order without an address.")
            return [OrderPlaced(order_id, where, order.total)]
        case ShipOrder(order_id, tracking_number, carrier):
            placed = order.status is Status.PLACED
            _require(placed, command, order, f"Cannot ship {order.status} order.")
            return [OrderShipped(order_id, tracking_number, carrier)]
        case DeliverOrder(order_id, delivered_at, signature):
            shipped = order.status is Status.SHIPPED
            _require(shipped, command, order, f"Cannot deliver {order.status} order.")
            return [OrderDelivered(order_id, delivered_at, signature)]
        case CancelOrder(order_id, reason, cancelled_by):
            if order.status is Status.CANCELLED:
                return []
            stoppable = order.status in (Status.DRAFT, Status.PLACED)
            _require(stoppable, command, order, f"Cannot cancel {order.status} order.")
            return [OrderCancelled(order_id, reason, cancelled_by)]
        case RecordPayment(order_id, method, amount, installments):
            alive = order.status is not Status.CANCELLED
            _require(alive, command, order, "Cannot pay for cancelled order.")
            payable = _at_least_zero(amount) and amount != 0
            _require(payable, command, order, "The amount must be positive.")
            _require(installments > 0, command, order, "There is at least one installment.")
            return [PaymentRecorded(order_id, method, amount, installments)]
        case _:
            assert_never(command)


def _require(holds: bool, command: OrderCommand, order: Order, reason: str) -> None:
    if not holds:
        raise CommandRefused(command, order, reason)


def _at_least_zero(amount: Decimal) -> bool:
    return amount.is_finite() and amount >= 0


def _require_draft(command: OrderCommand, order: Order) -> None:
    draft = order.status is Status.DRAFT
    _require(draft, command, order, f"Cannot modify {order.status} order.")


def changes(order: Order, event: OrderEvent) -> Changes:
    """A fact is never refused here: it has happened, even where it breaks a rule of `decide`."""
    told: dict[str, Any]
    match event:
        case OrderItemAdded():
            told = {"items": _lines(order).added(event)}
        case OrderItemRemoved():
            told = {"items": _lines(order).without(event.product_id)}
        case ShippingAddressChanged():
            told = {"shipping_address": event.new_address}
        case PaymentRecorded():
            payment = Payment(event.method, event.amount, event.installments)
            told = {"payments": _payments(order).added(payment)}
        case OrderCreated():
            told = {"id": event.order_id, "customer_id": event.customer_id}
        case OrderPlaced():
            told = {
                "status": _reached(order, event),
                "shipping_address": event.shipping_address,
            }
        case OrderShipped():
            told = {
                "status": _reached(order, event),
                "tracking_number": event.tracking_number,
                "carrier": event.carrier,
            }
        case OrderDelivered():
            told = {
                "status": _reached(order, event),
                "delivered_at": event.delivered_at,
            }
        case OrderCancelled():
            told = {
                "status": _reached(order, event),
                "cancellation": Cancellation(event.reason, event.cancelled_by),
            }
        case _:
            assert_never(event)
    if order.version == 0:
        told["id"] = event.order_id  # a foreign history may begin with any fact
    told["version"] = order.version + 1
    return told


def _reached(order: Order, event: OrderEvent) -> Status:
    # Real histories hold an approval noted after the shipping: that does not send a parcel back.
    return max(order.status, REACHES[event.type], key=RANK.__getitem__)


def _lines(order: Order) -> Lines:
    items: Any = order.items
    return items if type(items) is Lines else Lines(items)


def _payments(order: Order) -> Payments:
    payments: Any = order.payments
    return payments if type(payments) is Payments else Payments(payments)


SETS = {
    OrderCreated.type: ("customer_id",),
    OrderItemAdded.type: ("items",),
    OrderItemRemoved.type: ("items",),
    OrderPlaced.type: ("status", "shipping_address"),
    ShippingAddressChanged.type: ("shipping_address",),
    PaymentRecorded.type: ("payments",),
    OrderShipped.type: ("status", "tracking_number", "carrier"),
    OrderDelivered.type: ("status", "delivered_at"),
    OrderCancelled.type: ("status", "cancellation"),
}
"""What `changes` may name, by the type of the event; the id and the version with any of them."""

orders: Decider[OrderCommand, Order, OrderEvent] = Decider(
    "order", Order(), decide, changes, SETS, {"items": Item.KEY}
)
