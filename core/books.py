"""What changed in the whole book between two positions? Asked of those something happened to."""

from __future__ import annotations

from collections.abc import Iterator

from core.machine import TimeMachine
from core.moments import AtPosition
from core.orders import orders
from core.orders.book import BookChange, compare_books
from core.orders.views.order_details import ORDERS, OrderRow
from core.projections import Where

PAGE = 1_000
"""How many orders are asked for by their names at once."""


def book_change(machine: TimeMachine, first: int, last: int) -> BookChange:
    """What became of the orders from one position to a later one.

    Reads the rows of orders that had an event in between; all rows where that is less work.
    """
    if last - first >= machine.store.streams():
        return compare_books(*(machine.rows(ORDERS, AtPosition(at)) for at in (first, last)))
    between = machine.store.read_all(first + 1, last) if first < last else ()
    touched = sorted({one.stream.removeprefix(orders.stream("")) for one in between})
    return compare_books(*(_rows(machine, AtPosition(at), touched) for at in (first, last)))


def _rows(machine: TimeMachine, at: AtPosition, touched: list[str]) -> Iterator[OrderRow]:
    for start in range(0, len(touched), PAGE):
        page = tuple(touched[start : start + PAGE])
        yield from machine.rows(ORDERS, at, [Where("order_id", "in", page)])
