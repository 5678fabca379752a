"""How long do orders wait, on which paths, and which rules did they break? As of the playhead."""

from __future__ import annotations

from collections import Counter

import streamlit as st

from dashboard import address, playhead
from dashboard.parts.frame import warn
from dashboard.parts.wait_chart import wait_chart
from dashboard.parts.waiters import title, waiter_table
from dashboard.parts.waits import (
    month_table,
    path_map,
    route_table,
    rule_table,
    status_table,
)
from dashboard.source import history, waiting

PAGE = 10

position = playhead.position()
MONTHS = f"months:{position}"


def show(figure: str) -> None:
    """Open a figure; one that is open is closed."""
    address.say("figure", None if address.said("figure") == figure else figure)
    st.session_state["page"] = 1


def clicked() -> None:
    """A month of the chart opens its orders."""
    points = st.session_state[MONTHS]["selection"].get("points", [])
    if points:
        show(f"stay.{st.session_state['in']}.{str(points[0]['x'])[:7]}")


def behind(*kinds: str) -> None:
    """The orders behind the figure that is open, below the part of the page it stands in."""
    if opened not in figures or opened.partition(".")[0] not in kinds:
        return
    orders = figures[opened]
    with st.container(border=True, key="behind"):
        st.markdown(f"##### {title(opened, len(orders))}")
        pages = max(1, -(-len(orders) // PAGE))
        page = min(st.session_state.get("page") or 1, pages)
        shown = orders[(page - 1) * PAGE : page * PAGE]
        rows = waiting.waiters(opened, shown, position)
        chosen = waiter_table(opened, rows, playhead.zone())
        if pages > 1:
            st.pagination(pages, key="page", bind="query-params")
    if chosen:
        lead_to(chosen)


def lead_to(order_id: str) -> None:
    """To the order as it stood at this moment, or when it broke the rule in question."""
    kind, _, rule = str(opened).partition(".")
    version = waiting.broken_at(rule, order_id, position) if kind == "rule" else None
    then = history.position_of(order_id, version) if version else None
    st.switch_page("screens/order.py", query_params=playhead.link(order_id, then))


measured = waiting.measured(position, str(playhead.zone()))
figures = waiting.figures(measured)
opened = address.said("figure")

if opened and opened not in figures:
    warn(f"There is no figure {opened} at this moment.")
with st.container(border=True):
    st.markdown("##### How long orders stay in each status")
    status_table(measured.statuses, waiting.span, opened, show)
    st.caption(
        "Half within: the median. Time not stated: the source did not say when, so nothing is"
        " measured. Out of order: it left before it came, by the times it is told with."
    )
    if measured.statuses:
        status = st.segmented_control(
            "By month, for those that are",
            [one.status for one in measured.statuses],
            format_func=str.capitalize,
            default=measured.statuses[min(1, len(measured.statuses) - 1)].status,
            required=True,
            key="in",
            bind="query-params",
        )
        chosen = next(one for one in measured.statuses if one.status == status)
        left, right = st.columns([1.6, 1], gap="large")
        with left:
            st.plotly_chart(
                wait_chart(status, chosen.by_month, dark=st.context.theme.type == "dark"),
                key=MONTHS,
                on_select=clicked,
                selection_mode=("points",),
                theme=None,
                config={"displayModeBar": False},
                alt="How long orders stayed, by month",
            )
        with right, st.container(height=330, border=False):
            month_table(chosen, waiting.span, opened, show)
behind("stay")

with st.container(border=True):
    st.markdown("##### The steps that orders took")
    here: Counter[str] = Counter()
    for route in measured.routes:
        here[route.statuses[-1]] += len(route.orders)
    path_map(measured.passages, here, waiting.span, opened, show)
behind("step")

left, right = st.columns([1.6, 1], gap="large")
with left, st.container(border=True, height="stretch"):
    st.markdown("##### Whole paths, the most frequent first")
    route_table(measured.routes, waiting.span, opened, show)
with right, st.container(border=True, height="stretch"):
    st.markdown("##### Rules that were broken")
    rule_table(measured.rules, opened, show)
behind("path", "rule")
