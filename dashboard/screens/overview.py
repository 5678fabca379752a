"""What did the order book look like? Figures, event volume and orders as of the playhead."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import streamlit as st

from dashboard import playhead, source
from dashboard.parts.charts import bucket_end, bucketed, volume_chart
from dashboard.parts.customer_table import customer_table
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

left, right = st.columns([2.2, 1], gap="small")
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
    elsewhere = "" if str(playhead.zone()) == "UTC" else f" A {width} here is one of UTC."
    st.caption(f"Click a bar to move the playhead to its end.{elsewhere}")
with right, st.container(border=True, height="stretch"):
    st.markdown("##### Orders by status")
    status_table(figures)


def page_of(total: int, key: str) -> int:
    """Which page of a list is shown, of those there are."""
    shown: int = st.session_state.get(key, 1)
    return min(shown, max(1, -(-total // PAGE)))


def foot(total: int, what: str, key: str) -> None:
    """How many there are, and the way to the other pages."""
    with st.container(horizontal=True, vertical_alignment="center"):
        st.caption(f"{total:,} {what}", width="stretch")
        if total > PAGE:
            st.pagination(-(-total // PAGE), key=key)


def find_box(key: str, placeholder: str) -> str:
    """A box for what is looked for."""
    found: str = st.text_input(
        "Find",
        key=key,
        bind="query-params",
        placeholder=placeholder,
        icon=":material/search:",
        label_visibility="collapsed",
        width=260,
    )
    return found


def sort_box(key: str, sorts: list[str]) -> str:
    """What the list is sorted by."""
    chosen: str = st.selectbox(
        "Sort", sorts, key=key, bind="query-params", label_visibility="collapsed", width=170
    )
    return chosen


def orders_list() -> None:
    """The orders of the moment; a row leads to its order."""
    with heading:
        text = find_box("find", "Order or customer id")
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
        sort = sort_box("sort", list(book.SORTS))
    total = book.count_found(text, status, position)
    offset = (page_of(total, "orders_page") - 1) * PAGE
    rows = book.find_orders(text, status, sort, position, PAGE, offset)
    picked = order_table(rows, key="orders", zone=str(playhead.zone()))
    foot(total, "orders", "orders_page")
    if picked is not None and (order_id := chosen_row(rows, picked)):
        playhead.choose(order_id)
        st.switch_page("screens/order.py", query_params=playhead.link(order_id))


def customers_list() -> None:
    """The customers of the moment; a row leads to the orders of one."""
    with heading:
        text = find_box("customer", "Customer id")
        sort = sort_box("customers_by", list(book.CUSTOMER_SORTS))
    total = book.count_customers(text, position)
    offset = (page_of(total, "customers_page") - 1) * PAGE
    rows = book.find_customers(text, sort, position, PAGE, offset)
    customer_table(rows, f"customers:{position}:{offset}", show_orders_of, str(playhead.zone()))
    foot(total, "customers", "customers_page")


def show_orders_of(customer_id: str) -> None:
    """The list of orders, of this customer only."""
    st.session_state.update({"list": "Orders", "find": customer_id, "orders_page": 1})


LISTS = {"Orders": orders_list, "Customers": customers_list}

with st.container(border=True):
    heading = st.container(horizontal=True, vertical_alignment="bottom")
    with heading, st.container(width="stretch"):
        listed = st.segmented_control(
            "List",
            list(LISTS),
            default="Orders",
            required=True,
            key="list",
            bind="query-params",
            label_visibility="collapsed",
        )
    LISTS[listed]()
