"""How do events of all orders look as a list? A row leads to its moment."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import pandas as pd
import streamlit as st

from dashboard.parts.clock_column import clock_column
from dashboard.parts.kinds import kind

COLUMNS = {
    "position": st.column_config.NumberColumn("Position", width="small", format="localized"),
    "event": st.column_config.TextColumn("Event", width="small"),
    "sentence": st.column_config.TextColumn("What happened", width="large"),
    "order": st.column_config.TextColumn("Order", width="medium"),
    "version": st.column_config.NumberColumn("Version", width="small"),
    "late": st.column_config.TextColumn("Late", help="It came to light only after it happened."),
    "actor": st.column_config.TextColumn("Who", width="medium"),
}


def log_table(rows: Sequence[Any], key: str, zone: str = "UTC") -> int | None:
    """Draw the events, clock times in a zone; returns the place of the selected one."""
    frame = pd.DataFrame(
        [
            {
                "position": row.position,
                "when": row.occurred_at,
                "event": kind(row.type).label,
                "sentence": row.sentence,
                "order": row.order_id,
                "version": row.version,
                "late": row.late,
                "actor": row.actor,
            }
            for row in rows
        ]
    )
    if not frame["late"].any():
        frame = frame.drop(columns="late")
    picked = st.dataframe(
        frame,
        key=key,
        hide_index=True,
        height=min(35 * (len(rows) + 1) + 3, 740),
        column_config=COLUMNS | {"when": clock_column("Happened", zone, seconds=True)},
        on_select="rerun",
        selection_mode="single-row",
        alt="Events of all orders",
    )
    chosen = picked["selection"]["rows"]
    return chosen[0] if chosen and chosen[0] < len(rows) else None
