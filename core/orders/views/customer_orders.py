"""What has each customer ordered? One row per customer, with counts and value."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal

from core.deciders import evolved
from core.orders.order import Order, Status
from core.projections import Projection, Rows, Table, Transition


@dataclass(frozen=True)
class CustomerRow:
    """A customer's orders. `value` is the total of all orders that were not cancelled."""

    customer_id: str
    orders: int
    open: int
    delivered: int
    cancelled: int
    value: Decimal
    first_at: datetime
    last_at: datetime


CUSTOMERS = Table("customers", CustomerRow, key=("customer_id",), indexed=("orders", "last_at"))


def evolve(rows: Rows, transition: Transition) -> None:
    """A customer's row changes when one of the orders begins, changes value or changes hands."""
    before, after = transition.before, transition.after
    same = before.status is after.status and before.items is after.items
    if same and before.customer_id == after.customer_id:
        return
    when = transition.recorded.occurred_at
    customers = rows[CUSTOMERS]
    # A foreign history may begin before it says whose order it is, and change its mind later.
    if before.customer_id and before.customer_id == after.customer_id:
        customer = _counted(customers[after.customer_id,], before, -1)
        customers[after.customer_id,] = _counted(customer, after, 1)
        return
    if before.customer_id:
        customers[before.customer_id,] = _counted(customers[before.customer_id,], before, -1)
    if after.customer_id:
        customer = customers.get((after.customer_id,)) or _new(after.customer_id, when)
        first, last = min(customer.first_at, when), max(customer.last_at, when)
        customer = evolved(customer, first_at=first, last_at=last)
        customers[after.customer_id,] = _counted(customer, after, 1)


def _new(customer_id: str, when: datetime) -> CustomerRow:
    return CustomerRow(customer_id, 0, 0, 0, 0, Decimal(0), when, when)


def _counted(customer: CustomerRow, order: Order, times: int) -> CustomerRow:
    delivered = order.status is Status.DELIVERED
    cancelled = order.status is Status.CANCELLED
    return evolved(
        customer,
        orders=customer.orders + times,
        open=customer.open + times * (not delivered and not cancelled),
        delivered=customer.delivered + times * delivered,
        cancelled=customer.cancelled + times * cancelled,
        value=customer.value + (Decimal(0) if cancelled else times * order.total),
    )


customer_orders = Projection("customer_orders", (CUSTOMERS,), evolve, revision=2)
