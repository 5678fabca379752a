"""How much is going on? Events by type and time, and orders and revenue by status."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta
from decimal import Decimal

from core.orders.order import Order
from core.projections import Projection, Rows, Table, Tally, Transition


@dataclass(frozen=True)
class VolumeRow:
    """How many events of a type happened in an hour or a day that begins at `bucket` (UTC)."""

    width: str
    bucket: datetime
    type: str
    events: int


@dataclass(frozen=True)
class StatusRow:
    """How many orders are in a status, and the total of their items."""

    status: str
    orders: int
    revenue: Decimal


EVENT_VOLUME = Tally(
    "event_volume",
    VolumeRow,
    key=("width", "bucket", "type"),
    widths=(("hour", timedelta(hours=1)), ("day", timedelta(days=1))),
    view="event_volume",
)
STATUS_FIGURES = Table("status_figures", StatusRow, key=("status",), few_keys=True)


def evolve(rows: Rows, transition: Transition) -> None:
    """Move the order between the figures, where its status or its items change."""
    before, after = transition.before, transition.after
    same = before.status is after.status
    if not before.version:
        _add(rows, after, 1, after.total)
    elif not same:
        _add(rows, before, -1, -before.total)
        _add(rows, after, 1, after.total)
    elif before.items is not after.items:
        _add(rows, after, 0, after.total - before.total)


def _add(rows: Rows, order: Order, orders: int, revenue: Decimal) -> None:
    figures = rows[STATUS_FIGURES]
    status = order.status.value
    figure = figures.get((status,)) or StatusRow(status, 0, Decimal(0))
    figures[status,] = StatusRow(status, figure.orders + orders, figure.revenue + revenue)


event_volume = Projection("event_volume", (EVENT_VOLUME,))
analytics = Projection("analytics", (STATUS_FIGURES,), evolve, revision=2)
