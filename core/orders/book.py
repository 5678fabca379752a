"""What changed in the whole order book between two moments?"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from decimal import Decimal

from core.orders.order import Status
from core.orders.views.order_details import OrderRow

CANCELLED = Status.CANCELLED.value


@dataclass(frozen=True)
class Figure:
    """A figure and the orders behind it; `value` is what they are or were worth, or the change."""

    orders: tuple[str, ...]
    value: Decimal


@dataclass(frozen=True)
class Flow:
    """The orders that went from one status (None: from nowhere) to another; their value now."""

    before: str | None
    after: str
    orders: tuple[str, ...]
    value: Decimal


@dataclass(frozen=True)
class BookChange:
    """What became of the orders. A cancelled order is worth nothing; it has left the book."""

    appeared: Figure
    left: Figure
    gained: Figure
    lost: Figure
    flows: tuple[Flow, ...]


Pair = tuple[OrderRow | None, OrderRow]


def compare_books(before: Iterable[OrderRow], after: Iterable[OrderRow]) -> BookChange:
    """From the rows as of one position and as of a later one."""
    was = {row.order_id: row for row in before}
    pairs = [(was.get(row.order_id), row) for row in after]
    changed = [(old, new) for old, new in pairs if old is None or old.version != new.version]
    new = [row for old, row in changed if old is None]
    left = [old or row for old, row in changed if _has_left(row) and not _has_left(old)]
    gains = {row.order_id: worth(row) - worth(old) for old, row in changed}
    return BookChange(
        appeared=_figure({row.order_id: worth(row) for row in new}),
        left=_figure({row.order_id: worth(row) for row in left}),
        gained=_figure({one: gain for one, gain in gains.items() if gain > 0}),
        lost=_figure({one: -gain for one, gain in gains.items() if gain < 0}),
        flows=_flows(changed),
    )


def worth(row: OrderRow | None) -> Decimal:
    """What an order adds to the value of the book."""
    return Decimal(0) if row is None or row.status == CANCELLED else row.total


def _has_left(row: OrderRow | None) -> bool:
    return row is not None and row.status == CANCELLED


def _flows(changed: list[Pair]) -> tuple[Flow, ...]:
    moved: dict[tuple[str | None, str], list[OrderRow]] = {}
    for old, new in changed:
        if old is None or old.status != new.status:
            moved.setdefault((old.status if old else None, new.status), []).append(new)
    flows = []
    for way, rows in moved.items():
        total = sum((row.total for row in rows), Decimal(0))
        flows.append(Flow(*way, tuple(row.order_id for row in rows), total))
    return tuple(sorted(flows, key=lambda flow: (-len(flow.orders), str(flow.before), flow.after)))


def _figure(values: dict[str, Decimal]) -> Figure:
    return Figure(tuple(values), sum(values.values(), Decimal(0)))
