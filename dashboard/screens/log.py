"""What happened, across all orders? The log up to the playhead, page by page."""

from __future__ import annotations

from datetime import datetime, time, timedelta

import streamlit as st

from dashboard import playhead
from dashboard.parts.kinds import KINDS, kind
from dashboard.parts.log_table import log_table
from dashboard.parts.proof import proof as show_proof
from dashboard.source import log, proof

PAGE = 50
ORDERS = ("Newest first", "Oldest first")


def first_page() -> None:
    """Whatever narrows the log begins at its first page."""
    st.session_state["log_pages"] = []


def day(key: str, label: str) -> datetime | None:
    """A day to begin or end at, in the zone of the playhead."""
    chosen = st.date_input(
        label, value=None, key=key, bind="query-params", on_change=first_page, width=168
    )
    return None if chosen is None else datetime.combine(chosen, time(), playhead.zone())


with st.container(horizontal=True, vertical_alignment="bottom"):
    types = st.multiselect(
        "Events",
        list(KINDS),
        format_func=lambda name: kind(name).label,
        key="types",
        bind="query-params",
        placeholder="All types",
        on_change=first_page,
        width=300,
    )
    order_id = st.text_input(
        "Order", key="of", bind="query-params", placeholder="Any", on_change=first_page, width=168
    )
    actor = st.text_input(
        "Who",
        key="actor",
        bind="query-params",
        placeholder="Anybody",
        on_change=first_page,
        width=168,
    )
    since = day("since", "From")
    until = day("until", "Until")
    direction = st.segmented_control(
        "Sorted",
        ORDERS,
        default=ORDERS[0],
        required=True,
        key="sorted",
        bind="query-params",
        on_change=first_page,
    )

position = playhead.position()
pages: list[int] = st.session_state.setdefault("log_pages", [])
rows = log.log_page(
    log.narrowed(
        tuple(types),
        order_id,
        actor,
        since,
        None if until is None else until + timedelta(days=1, microseconds=-1),
        position,
    ),
    pages[-1] if pages else None,
    direction == ORDERS[0],
    PAGE + 1,
)
more, rows = len(rows) > PAGE, rows[:PAGE]


def turn(after: int | None) -> None:
    """To the next page (the position this one ends with), or back."""
    if after is None:
        pages.pop()
    else:
        pages.append(after)


if rows:
    chosen = log_table(
        rows, key=f"log-{rows[0].position}-{rows[-1].position}", zone=str(playhead.zone())
    )
    with st.container(horizontal=True, vertical_alignment="center"):
        st.caption(
            f"Page {len(pages) + 1} · positions {rows[0].position:,} to {rows[-1].position:,}"
            " · a row leads to its order at that moment",
            width="stretch",
        )
        st.button(
            "Back", icon=":material/arrow_back:", disabled=not pages, on_click=turn, args=[None]
        )
        st.button(
            "Next",
            icon=":material/arrow_forward:",
            disabled=not more,
            on_click=turn,
            args=[rows[-1].position],
        )
    if chosen is not None:
        row = rows[chosen]
        st.switch_page("screens/order.py", query_params=playhead.link(row.order_id, row.position))
else:
    st.info("No event matches up to this moment.", icon=":material/search_off:")

with st.container(border=True, horizontal=True, vertical_alignment="center"):
    st.markdown("Has anybody altered the log? Every stored byte is hashed again.", width="stretch")
    asked = st.button("Verify the log", icon=":material/verified_user:")
if asked:
    with st.spinner("Hashing every event …"):
        show_proof(proof.verify)
