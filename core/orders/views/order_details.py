"""Where does each order stand? One row per order, with its times and figures."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal
from typing import Any

from core.deciders import evolved
from core.orders.order import Order
from core.projections import Projection, Rows, Table, Transition


@dataclass(frozen=True)
class OrderRow:
    """An order in a list. Times are when each stage was first reached, in UTC."""

    order_id: str
    customer_id: str
    status: str
    items: int
    quantity: int
    total: Decimal
    paid: Decimal
    city: str | None
    carrier: str | None
    tracking_number: str | None
    created_at: datetime | None
    updated_at: datetime
    placed_at: datetime | None
    shipped_at: datetime | None
    delivered_at: datetime | None
    cancelled_at: datetime | None
    version: int


ORDERS = Table(
    "orders",
    OrderRow,
    key=("order_id",),
    indexed=("customer_id", "version", "total", "updated_at", ("status", "updated_at")),
    outline=("status",),
)

REACHED_BY = {
    "OrderCreated": "created_at",
    "OrderPlaced": "placed_at",
    "OrderShipped": "shipped_at",
    "OrderDelivered": "delivered_at",
    "OrderCancelled": "cancelled_at",
}


def evolve(rows: Rows, transition: Transition) -> None:
    """Each event leaves a new row: the order as it stands after it."""
    order: Order = transition.after
    when = transition.recorded.occurred_at
    orders = rows[ORDERS]
    before = orders.get((order.id,)) or new_row(order, when)
    changes: dict[str, Any] = {
        "status": order.status.value,
        "carrier": order.carrier,
        "tracking_number": order.tracking_number,
        "updated_at": when,
        "version": order.version,
    }
    if order.items is not transition.before.items:
        changes["items"] = len(order.items)
        changes["quantity"] = sum(item.quantity for item in order.items)
        changes["total"] = order.total
    if order.payments is not transition.before.payments:
        changes["paid"] = order.paid
    if order.customer_id != transition.before.customer_id:
        changes["customer_id"] = order.customer_id
    if order.shipping_address is not transition.before.shipping_address:
        changes["city"] = order.shipping_address.get("city")
    stage = REACHED_BY.get(transition.recorded.type)
    if stage and getattr(before, stage) is None:
        changes[stage] = when
    orders[order.id,] = evolved(before, **changes)


def new_row(order: Order, when: datetime) -> OrderRow:
    """The row of an order of which nothing more is known than that it began."""
    return OrderRow(
        order_id=order.id,
        customer_id=order.customer_id,
        status=order.status.value,
        items=0,
        quantity=0,
        total=Decimal(0),
        paid=Decimal(0),
        city=None,
        carrier=None,
        tracking_number=None,
        created_at=None,
        updated_at=when,
        placed_at=None,
        shipped_at=None,
        delivered_at=None,
        cancelled_at=None,
        version=0,
    )


order_details = Projection("order_details", (ORDERS,), evolve)
