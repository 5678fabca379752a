"""What did the order book look like? Figures, event volume and orders as of the playhead."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import streamlit as st

from dashboard import playhead, source
from dashboard.parts.charts import bucket_end, bucketed, volume_chart
from dashboard.parts.figures import figure_cards, status_table
from dashboard.parts.order_table import chosen_row, order_table
from dashboard.source import book

WIDTHS = ("hour", "day", "week", "month")
PAGE = 15

position, head = playhead.position(), source.present().position
# A chart of its own for each moment: a bar that was clicked can be clicked again.
VOLUME = f"volume:{position}"


def clicked() -> None:
    """The end of a bar is where the playhead goes."""
    starts = [point["x"] for point in st.session_state[VOLUME]["selection"].get("points", [])]
    if starts:
        until = bucket_end(max(map(moment_of, starts)), st.session_state["bucket"])
        playhead.move(source.position_by(until - timedelta(microseconds=1)))


def moment_of(text: str) -> datetime:
    """The start of a bar, as the browser writes it."""
    told = datetime.fromisoformat(str(text)[:26])
    return told if told.tzinfo else told.replace(tzinfo=UTC)


figures = book.figures(position)
figure_cards(figures, position)

left, right = st.columns([2.2, 1], gap="large")
with left, st.container(border=True):
    with st.container(horizontal=True, vertical_alignment="center"):
        st.markdown("##### Events over time", width="stretch")
        pulse = book.pulse(head)
        brief = pulse[-1][0] - pulse[0][0] < timedelta(days=21)
        width = st.segmented_control(
            "Bucket",
            WIDTHS,
            default="hour" if brief else "week",
            required=True,
            key="bucket",
            bind="query-params",
            label_visibility="collapsed",
        )
    base = "hour" if width == "hour" else "day"
    known = bucketed([(b.start, b.type, b.events) for b in book.volume(position, base)], width)
    later = [(start, "", events) for start, events in book.later(position, head, base)]
    record = source.at(position)
    st.plotly_chart(
        volume_chart(
            known,
            bucketed(later, width),
            None if playhead.is_now() or record is None else record.occurred_at,
            dark=st.context.theme.type == "dark",
        ),
        key=VOLUME,
        on_select=clicked,
        selection_mode=("points",),
        theme=None,
        config={"displayModeBar": False},
        alt="Events over time by type",
    )
    st.caption("Click a bar to move the playhead to its end.")
with right, st.container(border=True, height="stretch"):
    st.markdown("##### Orders by status")
    status_table(figures)

with st.container(border=True):
    with st.container(horizontal=True, vertical_alignment="bottom"):
        st.markdown("##### Orders", width="stretch")
        text = st.text_input(
            "Find",
            key="find",
            bind="query-params",
            placeholder="Order or customer id",
            icon=":material/search:",
            label_visibility="collapsed",
            width=260,
        )
        status = st.selectbox(
            "Status",
            [row.status for row in figures],
            index=None,
            placeholder="Any status",
            key="status",
            bind="query-params",
            label_visibility="collapsed",
            width=160,
        )
        sort = st.selectbox(
            "Sort",
            list(book.SORTS),
            key="sort",
            bind="query-params",
            label_visibility="collapsed",
            width=170,
        )
    total = book.count_found(text, status, position)
    pages = max(1, -(-total // PAGE))
    shown = st.session_state.get("orders_page", 1)
    rows = book.find_orders(text, status, sort, position, PAGE, (min(shown, pages) - 1) * PAGE)
    picked = order_table(rows, key="orders")
    with st.container(horizontal=True, vertical_alignment="center"):
        st.caption(f"{total:,} orders", width="stretch")
        if pages > 1:
            st.pagination(pages, key="orders_page")

if picked is not None and (order_id := chosen_row(rows, picked)):
    playhead.choose(order_id)
    st.switch_page("screens/order.py", query_params=playhead.link(order_id))
