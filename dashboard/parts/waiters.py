"""How do the orders behind a figure about waiting look? And what is that figure called?"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime, tzinfo
from decimal import Decimal
from typing import Protocol

from dashboard.parts.choices import Cell, choices
from dashboard.parts.compared import count
from dashboard.parts.kinds import STATUS_HUES
from dashboard.parts.time_travel.model import moment
from dashboard.parts.waits import month_name

KINDS = {
    "ended": "moved on",
    "open": "still there",
    "inferred": "time not stated",
    "backwards": "out of order",
}


class Order(Protocol):
    """An order as it stood."""

    @property
    def order_id(self) -> str: ...

    @property
    def status(self) -> str: ...

    @property
    def total(self) -> Decimal: ...

    @property
    def updated_at(self) -> datetime: ...


class Waiter(Protocol):
    """An order, and its wait in words."""

    @property
    def order(self) -> Order: ...

    @property
    def waited(self) -> str: ...


def title(name: str, orders: int) -> str:
    """What a figure is called: `stay.placed.open` → `Placed, still there: 1,062 orders`."""
    kind, *parts = name.split(".")
    if kind == "stay":
        kept = KINDS.get(parts[1]) or f"since {month_name(parts[1])}"
        told = f"{parts[0].capitalize()}, {kept}"
    elif kind == "rule":
        told = ".".join(parts).capitalize()
    else:
        told = " → ".join(part.capitalize() for part in parts)
    return f"{told}: {count(orders)}"


def waiter_table(name: str, waiters: Sequence[Waiter], zone: tzinfo) -> str | None:
    """The orders, their times in a zone; returns the one somebody chose."""
    status = name.split(".")[1] if name.startswith(("stay.", "step.")) else ""
    rows = [
        [
            Cell(one.order.order_id, one.order.order_id, "Open this order"),
            Cell(one.order.status.capitalize(), hue=STATUS_HUES[one.order.status]),
            Cell(f"{one.order.total:,.2f}"),
            Cell(moment(one.order.updated_at, zone)),
            *([Cell(one.waited)] if status else []),
        ]
        for one in waiters
    ]
    waited = (f"#Time {status}",) if status else ()
    columns = ("Order", "Status at this moment", "#Total", "Last event", *waited)
    return choices("Orders behind the figure", columns, rows, key="waiters")
