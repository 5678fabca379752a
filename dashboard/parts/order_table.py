"""How does a list of orders look? A row leads to its order."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import pandas as pd
import streamlit as st

from dashboard.parts.clock_column import clock_column

COLUMNS = {
    "order_id": st.column_config.TextColumn("Order", width="medium"),
    "status": st.column_config.TextColumn("Status", width="small"),
    "version": st.column_config.NumberColumn("Events", width="small"),
    "quantity": st.column_config.NumberColumn("Units", width="small"),
    "total": st.column_config.NumberColumn("Total", format="%,.2f", width="small"),
    "paid": st.column_config.NumberColumn("Paid", format="%,.2f", width="small"),
    "customer_id": st.column_config.TextColumn("Customer", width="medium"),
    "city": st.column_config.TextColumn("City", width="small"),
}
CLOCKS = {"created_at": "Created", "updated_at": "Last event"}


def order_table(rows: Sequence[Any], key: str, zone: str = "UTC") -> Any:
    """Draw the rows, clock times in a zone; returns what is selected."""
    frame = pd.DataFrame(
        [{name: getattr(row, name) for name in (*COLUMNS, *CLOCKS)} for row in rows]
    )
    if frame.empty:
        st.info("No order matches at this moment.", icon=":material/search_off:")
        return None
    frame["city"] = frame["city"].fillna("")
    frame["total"] = frame["total"].astype(float)
    frame["paid"] = frame["paid"].astype(float)
    return st.dataframe(
        frame,
        key=key,
        hide_index=True,
        column_config=COLUMNS | {name: clock_column(told, zone) for name, told in CLOCKS.items()},
        on_select="rerun",
        selection_mode="single-row",
        alt="Orders at this moment",
    )


def chosen_row(rows: Sequence[Any], picked: Any) -> str | None:
    """The id of the selected order."""
    chosen = picked["selection"]["rows"]
    return rows[chosen[0]].order_id if chosen and chosen[0] < len(rows) else None
