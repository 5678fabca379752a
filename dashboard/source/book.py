"""What was in the order book at a moment? Figures, event volume and orders as of a position."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Any

import streamlit as st

from core import AtPosition
from core.orders.views.analytics import EVENT_VOLUME, STATUS_FIGURES, StatusRow
from core.orders.views.customer_orders import CUSTOMERS
from core.orders.views.customer_orders import CustomerRow as CustomerRow
from core.orders.views.order_details import ORDERS
from core.orders.views.order_details import OrderRow as OrderRow
from core.projections import Operator, Table, Where
from dashboard.source import REMEMBERED, machine

EXACT_FIRST: tuple[Operator, ...] = ("=", "contains")

SORTS = {
    "Latest": ("updated_at", True),
    "Longest": ("version", True),
    "Highest total": ("total", True),
    "Oldest": ("created_at", False),
}
"""What a list of orders can be sorted by: label → (column, descending)."""

CUSTOMER_SORTS = {
    "Most orders": ("orders", True),
    "Highest value": ("value", True),
    "Latest order": ("last_at", True),
    "First order": ("first_at", False),
}
"""The same of customers."""


@dataclass(frozen=True)
class Bucket:
    """How many events of a type happened in a stretch of time that begins at `start` (UTC)."""

    start: datetime
    type: str
    events: int


def figures(position: int) -> list[StatusRow]:
    """Orders and revenue by status, as of a position."""
    return machine().rows(STATUS_FIGURES, AtPosition(position))


@st.cache_resource(max_entries=REMEMBERED, show_spinner=False)
def volume(position: int, width: str) -> list[Bucket]:
    """Events by day or hour (`width`) and type, as of a position; only past what happened."""
    rows = machine().rows(
        EVENT_VOLUME, AtPosition(position), [Where("width", "=", width)], "bucket"
    )
    return [Bucket(row.bucket, row.type, row.events) for row in rows]


def later(position: int, head_position: int, width: str) -> list[tuple[datetime, int]]:
    """(start, events) of what the log learned after a position."""
    if position >= head_position:
        return []
    left: dict[datetime, int] = {}
    for sign, upto in ((1, head_position), (-1, position)):
        for bucket in volume(upto, width):
            left[bucket.start] = left.get(bucket.start, 0) + sign * bucket.events
    return sorted((start, events) for start, events in left.items() if events)


@st.cache_resource(max_entries=REMEMBERED, show_spinner=False)
def pulse(head_position: int) -> list[tuple[datetime, int]]:
    """(start, events) over the whole log: by day, or by hour where there are few days."""
    for width in ("day", "hour"):
        counted: dict[datetime, int] = {}
        for bucket in volume(head_position, width):
            counted[bucket.start] = counted.get(bucket.start, 0) + bucket.events
        if len(counted) > 30:
            break
    return sorted(counted.items())


def orders() -> int:
    """How many orders the log holds."""
    return machine().store.streams()


def find_orders(
    text: str | None, status: str | None, sort: str, position: int, limit: int, offset: int = 0
) -> list[OrderRow]:
    """Orders as of a position whose id or whose customer's id is the text, or else holds it."""
    column, descending = SORTS[sort]
    where = _where(text, status, position)
    return machine().rows(ORDERS, AtPosition(position), where, column, descending, limit, offset)


def count_found(text: str | None, status: str | None, position: int) -> int:
    """How many orders `find_orders` has in all."""
    if not text or not text.strip():  # the figures know, and need not look at every order
        return sum(row.orders for row in figures(position) if status in (None, row.status))
    return machine().count(ORDERS, AtPosition(position), _where(text, status, position))


def _where(text: str | None, status: str | None, position: int) -> list[Where]:
    narrowed = [Where("status", "=", status)] if status else []
    return _exact_first(narrowed, text, ("order_id", "customer_id"), ORDERS, position)


def _exact_first(
    narrowed: list[Where],
    text: str | None,
    columns: tuple[str, ...],
    table: Table[Any],
    position: int,
) -> list[Where]:
    """Rows where one of the columns is the text; where none is, those where one holds it."""
    if not text or not text.strip():
        return narrowed
    tried: list[list[Where]] = [
        [*narrowed, Where(column, operator, text.strip())]
        for operator in EXACT_FIRST
        for column in columns
    ]
    found = (where for where in tried if machine().count(table, AtPosition(position), where))
    return next(found, tried[-1])


def find_customers(
    text: str | None, sort: str, position: int, limit: int, offset: int = 0
) -> list[CustomerRow]:
    """Customers as of a position whose id is the text, or else holds it."""
    column, descending = CUSTOMER_SORTS[sort]
    where = _customers_where(text, position)
    there = AtPosition(position)
    return machine().rows(CUSTOMERS, there, where, column, descending, limit, offset)


def count_customers(text: str | None, position: int) -> int:
    """How many customers `find_customers` has in all."""
    return machine().count(CUSTOMERS, AtPosition(position), _customers_where(text, position))


def _customers_where(text: str | None, position: int) -> list[Where]:
    return _exact_first([], text, ("customer_id",), CUSTOMERS, position)
