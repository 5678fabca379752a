"""How is a clock time shown in a table? In the zone that the heading names."""

from __future__ import annotations

from typing import Any

import streamlit as st


def clock_column(label: str, zone: str, seconds: bool = False) -> Any:
    """A column of clock times of a zone (an IANA name)."""
    shape = "D MMM YYYY HH:mm:ss" if seconds else "D MMM YYYY HH:mm"
    return st.column_config.DatetimeColumn(f"{label} ({zone})", format=shape, timezone=zone)
