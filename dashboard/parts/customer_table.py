"""How does a list of customers look? A row leads to the customer's orders."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

import pandas as pd
import streamlit as st

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
    "first_at": st.column_config.DatetimeColumn("First order (UTC)", format="D MMM YYYY HH:mm"),
    "last_at": st.column_config.DatetimeColumn("Last order (UTC)", format="D MMM YYYY HH:mm"),
}


def customer_table(rows: Sequence[Any], key: str, on_pick: Callable[[str], None]) -> None:
    """Draw the rows; `on_pick` hears the id of the customer somebody selects."""
    frame = pd.DataFrame([{name: getattr(row, name) for name in COLUMNS} for row in rows])
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
        column_config=COLUMNS,
        on_select=picked,
        selection_mode="single-row",
        alt="Customers at this moment",
    )
