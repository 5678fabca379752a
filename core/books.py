"""What changed in the whole book between two positions? Asked of those something happened to."""

from __future__ import annotations

from core.machine import TimeMachine
from core.moments import AtPosition
from core.orders.book import BookChange, compare_books
from core.orders.views.order_details import ORDERS


def book_change(machine: TimeMachine, first: int, last: int) -> BookChange:
    """What became of the orders from one position to a later one; those that did not change are
    not read."""
    before, after = AtPosition(first), AtPosition(last)
    return compare_books(
        machine.rows(ORDERS, before, not_at=after), machine.rows(ORDERS, after, not_at=before)
    )
