"""What changed between two positions? In all orders, in the few behind a figure, in one."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from decimal import Decimal

import streamlit as st

from core import AtPosition
from core.books import book_change
from core.orders.book import BookChange, Figure
from core.orders.book import worth as worth
from core.orders.sentences import money as money
from core.orders.views.order_details import ORDERS, OrderRow
from core.projections import Where
from dashboard.source import machine

FROM_NOWHERE = "new"
"""What a flow comes from where there was no order before."""


@dataclass(frozen=True)
class TwoStates:
    """An order as it stood at two positions; `before` is None where it had not begun."""

    before: OrderRow | None
    after: OrderRow


@st.cache_resource(max_entries=16, show_spinner="Comparing all orders …")
def change(first: int, last: int) -> BookChange:
    """What became of all orders from a position to a later one."""
    return book_change(machine(), first, last)


def figures(of: BookChange) -> dict[str, Figure]:
    """The name of each figure in a link → the orders behind it, and their value."""
    named = {name: getattr(of, name) for name in ("appeared", "left", "gained", "lost")}
    onward = [flow for flow in of.flows if flow.before]
    moved = tuple(order for flow in onward for order in flow.orders)
    named["moved"] = Figure(moved, sum((flow.value for flow in onward), Decimal(0)))
    flows = {way(flow.before, flow.after): Figure(flow.orders, flow.value) for flow in of.flows}
    return named | flows


def way(before: str | None, after: str) -> str:
    """The name of a flow in a link."""
    return f"{before or FROM_NOWHERE}.{after}"


def two_states(order_ids: Sequence[str], first: int, last: int) -> list[TwoStates]:
    """These orders, in this order, as they stood at both positions."""
    where = [Where("order_id", "in", tuple(order_ids))]
    before, after = (
        {row.order_id: row for row in machine().rows(ORDERS, AtPosition(at), where)}
        for at in (first, last)
    )
    return [TwoStates(before.get(one), after[one]) for one in order_ids]
