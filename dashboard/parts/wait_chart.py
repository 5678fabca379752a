"""How did waiting change from month to month? Half of the orders as bars, 9 in 10 as a line."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import timedelta

import plotly.graph_objects as go

from dashboard.parts.charts import PALETTE, layout
from dashboard.parts.kinds import STATUS_HUES
from dashboard.parts.waits import Wait

UNITS = {
    "days": timedelta(days=1),
    "hours": timedelta(hours=1),
    "minutes": timedelta(minutes=1),
}


def wait_chart(status: str, by_month: Mapping[str, Wait], dark: bool) -> go.Figure:
    """By the month in which the status was entered; as long as the longest is, so is the unit."""
    colours = PALETTE["dark" if dark else "light"]
    longest = max((wait.p90 for wait in by_month.values()), default=timedelta(0))
    name = next((one for one in UNITS if longest >= 2 * UNITS[one]), "minutes")
    unit = UNITS[name]
    months = [f"{month}-01" for month in by_month]
    figure = go.Figure()
    figure.add_bar(
        x=months,
        y=[wait.median / unit for wait in by_month.values()],
        name="Half of them within",
        marker={"color": colours[STATUS_HUES[status]], "line": {"width": 0}},
        unselected={"marker": {"opacity": 1}},
        hovertemplate="half within %{y:,.1f} " + name + "<extra></extra>",
    )
    figure.add_scatter(
        x=months,
        y=[wait.p90 / unit for wait in by_month.values()],
        name="9 in 10 within",
        mode="lines+markers",
        line={"color": colours["orange"], "width": 2},
        hovertemplate="9 in 10 within %{y:,.1f} " + name + "<extra></extra>",
    )
    figure.update_layout(**layout(dark))
    figure.update_xaxes(type="date", tickformat="%b %Y", hoverformat="%b %Y")
    figure.update_yaxes(title={"text": name}, rangemode="tozero")
    return figure
