"""How does a list of customers look? A row leads to the customer's orders."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

import pandas as pd
import streamlit as st

from dashboard.parts.clock_column import clock_column

COLUMNS = {
    "customer_id": st.column_config.TextColumn("Customer", width="medium"),
    "orders": st.column_config.NumberColumn("Orders", width="small"),
    "open": st.column_config.NumberColumn(
        "Open", width="small", help="Neither delivered nor cancelled."
    ),
    "delivered": st.column_config.NumberColumn("Delivered", width="small"),
    "cancelled": st.column_config.NumberColumn("Cancelled", width="small"),
    "value": st.column_config.NumberColumn(
        "Value", format="%,.2f", width="small", help="Of all orders that are not cancelled."
    ),
}
CLOCKS = {"first_at": "First order", "last_at": "Last order"}


def customer_table(
    rows: Sequence[Any], key: str, on_pick: Callable[[str], None], zone: str = "UTC"
) -> None:
    """Draw the rows, clock times in a zone; `on_pick` hears the id of the one somebody selects."""
    frame = pd.DataFrame(
        [{name: getattr(row, name) for name in (*COLUMNS, *CLOCKS)} for row in rows]
    )
    if frame.empty:
        st.info("No customer matches at this moment.", icon=":material/search_off:")
        return
    frame["value"] = frame["value"].astype(float)

    def picked() -> None:
        chosen = st.session_state[key]["selection"]["rows"]
        if chosen and chosen[0] < len(rows):
            on_pick(rows[chosen[0]].customer_id)

    st.dataframe(
        frame,
        key=key,
        hide_index=True,
        column_config=COLUMNS | {name: clock_column(told, zone) for name, told in CLOCKS.items()},
        on_select=picked,
        selection_mode="single-row",
        alt="Customers at this moment",
    )
