"""Which order book is measured? Orders of ten events each, interleaved over two years."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from heapq import heappop, heappush
from random import Random

from core.events import Event
from core.orders import (
    OrderCancelled,
    OrderCreated,
    OrderDelivered,
    OrderItemAdded,
    OrderItemRemoved,
    OrderPlaced,
    OrderShipped,
    PaymentRecorded,
    ShippingAddressChanged,
    orders,
)

Entry = tuple[str, Event]

EVENTS = 10
"""How many an order has, unless it is called off."""
BEGINNING = datetime(2016, 9, 1, tzinfo=UTC)
LENGTH = timedelta(days=730)
CITIES = ("Leith", "Oslo", "São Paulo", "Porto")
HOURS = (0, 0.1, 0.2, 0.3, 0.4, 0.5, 1, 30, 60, 250)
"""When an order's events happen, about, in hours from its beginning."""


def book(number: int, seed: int = 7) -> Iterator[Entry]:
    """The events of so many orders, in order of their time; a few orders are open at once."""
    chance, every = Random(seed), LENGTH / number
    waiting: list[tuple[datetime, int, Entry]] = []
    for one in range(number):
        begins = BEGINNING + one * every
        while waiting and waiting[0][0] <= begins:
            yield heappop(waiting)[2]
        for place, event in enumerate(_order(f"{chance.getrandbits(128):032x}", begins, chance)):
            heappush(waiting, (event.occurred_at, one * EVENTS + place, _entry(event)))
    while waiting:
        yield heappop(waiting)[2]


def _entry(event: Event) -> Entry:
    return orders.stream(event.order_id), event  # type: ignore[attr-defined]  # one of an order


def _order(name: str, begins: datetime, chance: Random) -> Iterator[Event]:
    pace = chance.uniform(0.2, 2)
    times = [begins + timedelta(hours=pace * hours) for hours in HOURS]
    for time, fact in zip(times, _facts(name, times[-1], chance), strict=False):
        yield replace(fact, occurred_at=time)


def _facts(name: str, arrives: datetime, chance: Random) -> list[Event]:
    address = {"street": f"{chance.randrange(300)} Harbour Road", "city": chance.choice(CITIES)}
    prices = [Decimal(chance.randrange(500, 90_000)).scaleb(-2) for _ in range(3)]
    total = prices[0] + prices[2]
    begun: list[Event] = [
        OrderCreated(name, f"customer-{chance.randrange(70_000)}"),
        *[OrderItemAdded(name, f"p{n}", "Desk lamp", 1, price) for n, price in enumerate(prices)],
        OrderItemRemoved(name, "p1"),
        ShippingAddressChanged(name, address),
    ]
    if chance.random() < 0.02:
        return [*begun, OrderCancelled(name, "changed my mind", "customer")]
    return [
        *begun,
        OrderPlaced(name, address, total),
        PaymentRecorded(name, "card", total, 1),
        OrderShipped(name, f"T{name[:8]}", "Nordic Post"),
        OrderDelivered(name, arrives, None),
    ]
