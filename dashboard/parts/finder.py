"""Which order? A search by order or customer, a status, a sort, and the orders that match."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

import streamlit as st

from dashboard.parts.kinds import STATUS_HUES
from dashboard.parts.order_table import chosen_row, order_table

Matching = Callable[[str, str | None, str], tuple[int, Sequence[Any]]]
"""(text, status, sort) → how many orders match, and the first of them."""


def finder(matching: Matching, sorts: Sequence[str], key: str) -> str | None:
    """Draw it; returns the order id somebody picked."""
    text = st.text_input(
        "Find an order",
        key=f"{key}:text",
        placeholder="Order id or customer id, or a part of one",
        icon=":material/search:",
        label_visibility="collapsed",
    )
    with st.container(horizontal=True, vertical_alignment="center"):
        status = st.segmented_control(
            "Status",
            list(STATUS_HUES),
            format_func=str.capitalize,
            key=f"{key}:status",
            label_visibility="collapsed",
        )
        sort = st.segmented_control(
            "Sorted by",
            sorts,
            default=sorts[0],
            required=True,
            key=f"{key}:sort",
            label_visibility="collapsed",
        )
    found, rows = matching(text, status, sort)
    picked = order_table(rows, key=f"{key}:rows")
    st.caption(_told(found, len(rows)))
    return chosen_row(rows, picked) if picked is not None else None


def _told(found: int, shown: int) -> str:
    orders = f"{found:,} {'order' if found == 1 else 'orders'} at this moment"
    return orders if found == shown else f"The first {shown:,} of {orders}"
