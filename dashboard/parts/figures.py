"""How do the figures of a moment look? Cards, and orders and revenue by status."""

from __future__ import annotations

from collections.abc import Sequence
from decimal import Decimal
from typing import Protocol

import pandas as pd
import streamlit as st

from dashboard.parts.kinds import STATUS_HUES


class Figure(Protocol):
    """Orders and revenue of one status."""

    @property
    def status(self) -> str: ...

    @property
    def orders(self) -> int: ...

    @property
    def revenue(self) -> Decimal: ...


def figure_cards(figures: Sequence[Figure], events: int) -> None:
    """The headline figures of a moment."""
    orders = {figure.status: figure.orders for figure in figures}
    revenue = sum((f.revenue for f in figures if f.status != "cancelled"), Decimal(0))
    total = sum(orders.values())
    with st.container(horizontal=True, key="figures"):
        st.metric("Events", f"{events:,}", border=True)
        st.metric("Orders", f"{total:,}", border=True)
        st.metric(
            "Under way", f"{orders.get('placed', 0) + orders.get('shipped', 0):,}", border=True
        )
        st.metric("Delivered", f"{orders.get('delivered', 0):,}", border=True)
        st.metric("Cancelled", f"{orders.get('cancelled', 0):,}", border=True)
        st.metric(
            "Revenue",
            f"{revenue:,.2f}",
            border=True,
            help="The items of all orders that are not cancelled, in the currency of the source.",
        )


def status_table(figures: Sequence[Figure]) -> None:
    """Orders and revenue by status, the furthest along last."""
    by_status = {figure.status: figure for figure in figures}
    known = [by_status[status] for status in STATUS_HUES if status in by_status]
    frame = pd.DataFrame(
        {
            "Status": [figure.status.capitalize() for figure in known],
            "Orders": [figure.orders for figure in known],
            "Revenue": [float(figure.revenue) for figure in known],
        }
    )
    most = max([1, *frame["Orders"]]) if len(frame) else 1
    st.dataframe(
        frame,
        hide_index=True,
        row_height=44,
        column_config={
            "Status": st.column_config.TextColumn(width=86),
            "Orders": st.column_config.ProgressColumn(
                format="localized", min_value=0, max_value=int(most), width=120
            ),
            "Revenue": st.column_config.NumberColumn(format="%,.2f", width=122),
        },
        alt="Orders and revenue by status",
    )
