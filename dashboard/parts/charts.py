"""How is the event volume drawn? Stacked bars by type, what is still to come as ghosts."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import Any

import plotly.graph_objects as go

from dashboard.parts.kinds import KINDS, kind

PALETTE = {
    "light": {
        "gray": "#9aa0a8",
        "sky": "#a9bdf2",
        "plum": "#c9a9d8",
        "blue": "#3f66d6",
        "green": "#2e8b62",
        "orange": "#d98a1f",
        "red": "#c8433c",
        "violet": "#7d5bc4",
        "yellow": "#c9a227",
    },
    "dark": {
        "gray": "#7f8791",
        "sky": "#48599c",
        "plum": "#7a5a90",
        "blue": "#7d9bff",
        "green": "#4fb98a",
        "orange": "#f0a63a",
        "red": "#ef7b73",
        "violet": "#a78bea",
        "yellow": "#e0c050",
    },
}
OWN_HUE = {"OrderItemAdded": "sky", "ShippingAddressChanged": "plum"}
"""Where two types share a hue elsewhere, with an icon to tell them apart, a stack needs two."""

Counted = Sequence[tuple[datetime, str, int]]
"""(start of the bucket, event type, events), in order of time."""


def volume_chart(
    known: Counted, later: Counted, playhead: datetime | None, dark: bool
) -> go.Figure:
    """Events over time by type as far as they were known; `later` ones stand behind as ghosts."""
    colours = PALETTE["dark" if dark else "light"]
    figure = go.Figure()
    for name in [*KINDS, *sorted({name for _, name, _ in known} - set(KINDS))]:
        mine = [(start, events) for start, of, events in known if of == name]
        if mine:
            figure.add_bar(
                x=[start for start, _ in mine],
                y=[events for _, events in mine],
                name=kind(name).label,
                marker={"color": _colour(name, colours), "line": {"width": 0}},
                unselected={"marker": {"opacity": 1}},
                hovertemplate="%{y:,} " + kind(name).label.lower() + "<extra></extra>",
            )
    if later:
        figure.add_bar(
            x=[start for start, _, _ in later],
            y=[events for _, _, events in later],
            name="Later",
            marker={"color": colours["gray"], "opacity": 0.22, "line": {"width": 0}},
            hovertemplate="%{y:,} later events<extra></extra>",
        )
    figure.update_layout(**layout(dark))
    if playhead is not None:
        figure.add_vline(x=playhead, line={"color": colours["orange"], "width": 2})
    return figure


def _colour(type_name: str, colours: dict[str, str]) -> str:
    return colours[OWN_HUE.get(type_name, kind(type_name).hue)]


def layout(dark: bool) -> dict[str, Any]:
    """How every chart looks: clear ground, quiet grid, the page's own type."""
    ink, grid = ("#e9e7e2", "#2d3139") if dark else ("#1c2127", "#e2dfd8")
    clear = "rgba(0,0,0,0)"
    return {
        "barmode": "stack",
        "bargap": 0.12,
        "height": 330,
        "margin": {"l": 0, "r": 0, "t": 8, "b": 0},
        "paper_bgcolor": clear,
        "plot_bgcolor": clear,
        "font": {"color": ink, "size": 12, "family": "Inter, system-ui, sans-serif"},
        "legend": {"orientation": "h", "y": -0.12, "x": 0, "traceorder": "normal"},
        "hovermode": "x unified",
        "hoverlabel": {"bgcolor": "#1a1d23" if dark else "#ffffff", "font": {"color": ink}},
        "xaxis": {"showgrid": False, "tickfont": {"color": ink}, "automargin": True},
        "yaxis": {
            "gridcolor": grid,
            "zeroline": False,
            "tickfont": {"color": ink},
            "automargin": True,
        },
        "dragmode": False,
    }


def bucket_start(moment: datetime, width: str) -> datetime:
    """The start of the hour, day, week or month a moment lies in (UTC)."""
    hour = moment.replace(minute=0, second=0, microsecond=0)
    match width:
        case "hour":
            return hour
        case "week":
            return hour.replace(hour=0) - timedelta(days=moment.weekday())
        case "month":
            return hour.replace(hour=0, day=1)
        case _:
            return hour.replace(hour=0)


def bucket_end(start: datetime, width: str) -> datetime:
    """The first instant after a bucket."""
    if width == "month":
        return bucket_start(start + timedelta(days=32), "month")
    return start + {"hour": timedelta(hours=1), "week": timedelta(days=7)}.get(
        width, timedelta(days=1)
    )


def bucketed(counted: Counted, width: str) -> Counted:
    """The same events in wider buckets."""
    wide: dict[tuple[datetime, str], int] = {}
    for start, name, events in counted:
        key = bucket_start(start, width), name
        wide[key] = wide.get(key, 0) + events
    return [(start, name, events) for (start, name), events in sorted(wide.items())]
