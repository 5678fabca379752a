"""What happened to the orders of the Olist marketplace? Its six CSV files, read as events.

- Wall-clock times are those of São Paulo. Payments and cancellations have no time of their own:
  they take the approval's (else the purchase's) and the order's latest; `inferred` says so.
- The customer is the person (`customer_unique_id`), the product's name its category, or
  `uncategorised`. Olist has no quantity: each unit is a line, and the fold merges equal lines.
- What the source does not hold is "not stated", never made up. That an order
  became `invoiced`, `processing` or `unavailable` has no time there and is no event here.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from datetime import datetime
from decimal import Decimal
from functools import partial
from pathlib import Path
from typing import Any
from uuid import UUID, uuid5

from core.events import Event
from core.importers.olist_rows import Line, Paid, Sale, sold
from core.orders import (
    NOT_STATED,
    OrderCancelled,
    OrderCreated,
    OrderDelivered,
    OrderItemAdded,
    OrderPlaced,
    OrderShipped,
    PaymentRecorded,
    orders,
)

NAMESPACE = UUID("5f6a2c0e-9b1d-5c43-8a77-0d1e6b3f4c29")
NOTHING_MORE: Mapping[str, str] = {}
INFERRED = {"inferred": "occurred_at"}
LIFECYCLE: tuple[type[Event], ...] = (
    OrderCreated,
    OrderItemAdded,
    PaymentRecorded,
    OrderPlaced,
    OrderShipped,
    OrderDelivered,
    OrderCancelled,
)
RANK = {kind: rank for rank, kind in enumerate(LIFECYCLE)}


def read(folder: Path) -> list[tuple[str, Event]]:
    """All events in the order of their time; at the same time, in the order of a life."""
    sales, lines, payments = sold(folder)
    entries = [
        (orders.stream(sale.order_id), event)
        for sale in sales
        for event in _history(sale, lines[sale.order_id], payments[sale.order_id])
    ]
    return sorted(entries, key=_when)


def _when(entry: tuple[str, Event]) -> tuple[datetime, int]:
    return entry[1].occurred_at, RANK[type(entry[1])]


def _history(sale: Sale, lines: list[Line], payments: list[Paid]) -> Iterator[Event]:
    order, buyer = sale.order_id, f"customer:{sale.person}"
    told = partial(_envelope, order)
    more = {"source_customer_id": sale.customer, "promised": sale.promised}
    fact = told(OrderCreated, sale.purchased, buyer, None, more)
    yield (created := OrderCreated(order, sale.person, **fact))
    for line in lines:
        more = {"freight": str(line.freight)}
        fact = told(OrderItemAdded, sale.purchased, buyer, created, more, line.number)
        yield OrderItemAdded(order, line.product_id, line.category, 1, line.price, **fact)
    for paid in payments:
        when = sale.approved or sale.purchased
        fact = told(PaymentRecorded, when, buyer, created, INFERRED, paid.number)
        yield PaymentRecorded(order, paid.method, paid.amount, paid.installments, **fact)
    yield from _progress(sale, lines, created)
    if sale.cancelled:
        fact = told(OrderCancelled, sale.latest, NOT_STATED, created, INFERRED)
        yield OrderCancelled(order, NOT_STATED, NOT_STATED, **fact)


def _progress(sale: Sale, lines: list[Line], cause: Event) -> Iterator[Event]:
    order, told = sale.order_id, partial(_envelope, sale.order_id)
    if sale.approved:
        total = sum((line.price for line in lines), Decimal(0))
        more = {"freight": str(sum((line.freight for line in lines), Decimal(0)))}
        fact = told(OrderPlaced, sale.approved, "marketplace", cause, more)
        yield (cause := OrderPlaced(order, sale.address, total, **fact))
    if sale.shipped:
        actor = f"seller:{lines[0].seller}" if lines else NOT_STATED
        fact = told(OrderShipped, sale.shipped, actor, cause)
        yield (cause := OrderShipped(order, NOT_STATED, NOT_STATED, **fact))
    if sale.delivered:
        fact = told(OrderDelivered, sale.delivered, "carrier", cause)
        yield OrderDelivered(order, sale.delivered, **fact)


def _envelope(
    order: str,
    kind: type[Event],
    at: datetime,
    actor: str,
    cause: Event | None,
    more: Mapping[str, str] = NOTHING_MORE,
    number: int = 1,
) -> dict[str, Any]:
    metadata = {"source": "olist", "actor": actor, "correlation_id": order, **more}
    if cause:
        metadata["causation_id"] = str(cause.event_id)
    # The same row gives the same id for ever: that is what makes a second import add nothing.
    event_id = uuid5(NAMESPACE, f"{order}/{kind.type}/{number}")
    return {"event_id": event_id, "occurred_at": at, "metadata": metadata}
