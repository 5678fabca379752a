"""Do the read models mean what they say? Each row, against the orders as they stand."""

from __future__ import annotations

from collections import Counter, defaultdict
from decimal import Decimal
from typing import Any

from hypothesis import given, settings

from core.events import Event
from core.machine import TimeMachine
from core.orders import Order, OrderCreated, OrderItemAdded, OrderShipped, Status, orders
from core.orders.views.analytics import EVENT_VOLUME, STATUS_FIGURES
from core.orders.views.customer_orders import CUSTOMERS
from core.orders.views.order_details import ORDERS
from core.stores import open_store
from tests.conftest import CODEC
from tests.laws.strategies import logs

Log = list[tuple[str, Any]]


def projected(log: Log) -> TimeMachine:
    """A time machine whose read models are at the end of this log."""
    machine = TimeMachine(open_store("memory:", CODEC))
    machine.load(log)
    machine.project()
    return machine


def standing(log: Log) -> dict[str, Order]:
    """Each order as it stands at the end of the log."""
    facts: dict[str, list[Any]] = defaultdict(list)
    for stream, event in log:
        facts[stream].append(event)
    return {stream: orders.fold(told) for stream, told in facts.items()}


@settings(max_examples=50)
@given(logs)
def test_the_volume_counts_every_event_in_its_hour_and_its_day(log: Log) -> None:
    def bucket(width: str, event: Event) -> Any:
        begins = event.occurred_at.replace(minute=0, second=0, microsecond=0)
        return begins if width == "hour" else begins.replace(hour=0)

    widths = ("hour", "day")
    counted = Counter((one, bucket(one, event), event.type) for _, event in log for one in widths)
    rows = projected(log).rows(EVENT_VOLUME)
    assert {(row.width, row.bucket, row.type): row.events for row in rows} == counted


@settings(max_examples=50)
@given(logs)
def test_the_figures_of_a_status_are_those_of_its_orders(log: Log) -> None:
    counted = Counter(order.status for order in standing(log).values())
    revenue: dict[Status, Decimal] = defaultdict(Decimal)
    for order in standing(log).values():
        revenue[order.status] += order.total
    rows = {row.status: row for row in projected(log).rows(STATUS_FIGURES)}
    for status in Status:
        found = rows.get(status.value)
        figures = (found.orders, found.revenue) if found else (0, Decimal(0))
        assert figures == (counted[status], revenue[status])


@settings(max_examples=50)
@given(logs)
def test_the_row_of_a_customer_adds_up_the_orders_of_that_customer(log: Log) -> None:
    theirs: dict[str, list[Order]] = defaultdict(list)
    for order in standing(log).values():
        theirs[order.customer_id].append(order)
    rows = {row.customer_id: row for row in projected(log).rows(CUSTOMERS) if row.orders}
    assert rows.keys() == theirs.keys()
    for customer, mine in theirs.items():
        row, statuses = rows[customer], Counter(order.status for order in mine)
        assert row.orders == len(mine)
        assert row.delivered == statuses[Status.DELIVERED]
        assert row.cancelled == statuses[Status.CANCELLED]
        assert row.open == len(mine) - row.delivered - row.cancelled
        kept = [order.total for order in mine if order.status is not Status.CANCELLED]
        assert row.value == sum(kept, Decimal(0))


@settings(max_examples=50)
@given(logs)
def test_the_row_of_an_order_is_the_order_as_it_stands(log: Log) -> None:
    rows = {row.order_id: row for row in projected(log).rows(ORDERS)}
    standings = {order.id: order for order in standing(log).values()}
    assert rows.keys() == standings.keys()
    for order_id, order in standings.items():
        row = rows[order_id]
        assert (row.customer_id, row.status) == (order.customer_id, order.status.value)
        assert (row.items, row.total, row.paid) == (len(order.items), order.total, order.paid)
        assert row.quantity == sum(item.quantity for item in order.items)
        assert (row.carrier, row.tracking_number) == (order.carrier, order.tracking_number)
        assert (row.city, row.version) == (order.shipping_address.get("city"), order.version)


def test_an_order_that_changes_hands_leaves_its_first_customer() -> None:
    handed_over: Log = [
        ("order-o1", OrderCreated("o1", "ada")),
        ("order-o1", OrderItemAdded("o1", "lamp", "Lamp", 2, Decimal("9.50"))),
        ("order-o1", OrderCreated("o1", "grace")),
    ]
    rows = projected(handed_over).rows(CUSTOMERS)
    figures = {row.customer_id: (row.orders, row.open, row.value) for row in rows}
    assert figures == {"ada": (0, 0, Decimal(0)), "grace": (1, 1, Decimal("19.00"))}


def test_an_order_that_moves_on_without_changing_its_customer_leaves_no_row_of_it() -> None:
    begun: Log = [
        ("order-o1", OrderCreated("o1", "ada")),
        ("order-o1", OrderItemAdded("o1", "lamp", "Lamp", 2, Decimal("9.50"))),
    ]
    went: Log = [("order-o1", OrderShipped("o1", "T1", "Nordic Post"))]
    store = projected(begun + went).store
    assert [start for _, start, _ in store.changes(CUSTOMERS, 3)] == [1, 2]
