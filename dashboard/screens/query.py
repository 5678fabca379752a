"""What else does somebody want to know? One SELECT, answered as of the playhead."""

from __future__ import annotations

from collections.abc import Callable

import pandas as pd
import streamlit as st

from dashboard import playhead, source
from dashboard.parts.answer import (
    FORMS,
    HUES,
    answer_chart,
    answer_table,
    as_frame,
    as_parquet,
    is_time,
    numbers,
)
from dashboard.parts.examples import EXAMPLES
from dashboard.parts.time_travel.model import moment
from dashboard.source import sql
from dashboard.source.sql import BadQuery

LONGEST = 4_000
FIRST = next(iter(EXAMPLES))


def begin_with() -> None:
    """An example was picked: it goes into the box, to be changed."""
    picked = st.session_state["example"]
    if picked:
        st.session_state["sql"] = EXAMPLES[picked]


def tables() -> None:
    """What can be asked, beside the box."""
    st.markdown("##### What can be asked")
    for table in sql.described():
        with st.expander(f"**{table.name}**"):
            st.caption(table.about)
            st.markdown("  \n".join(f"`{name}` {holds}" for name, holds in table.columns))


def ask(said: str, position: int) -> None:
    """Answer, or say what is wrong and where."""
    try:
        with st.spinner("Asking …"):
            found = sql.ask(said, position)
    except BadQuery as bad:
        st.error("The query cannot be answered.", icon=":material/error:")
        st.code(str(bad).removeprefix("The query cannot be answered: "), language=None)
        return
    show(found, position)


def show(found: sql.Answer, position: int) -> None:
    """The answer as a table and as a chart, and the ways to take it away."""
    there = source.at(position)
    when = moment(there.recorded_at, playhead.zone()) if there else "before the first event"
    more = "The first " if found.cut else ""
    frame = as_frame(found.columns, found.rows)
    with st.container(horizontal=True, vertical_alignment="center"):
        st.markdown(f"**{more}{len(frame):,} rows** as of {when}", width="stretch")
        take_away("CSV", "csv", lambda: sql.as_csv(found))
        take_away("Parquet", "parquet", lambda: as_parquet(frame))
    if frame.empty:
        st.info("Nothing matches at this moment.", icon=":material/search_off:")
        return
    if numbers(frame) and len(frame.columns) > 1 and len(frame) > 1:
        chart(frame)
    leads = "order_id" in frame.columns
    chosen = answer_table(frame, f"answer:{position}:{hash(found.columns)}", leads)
    if leads:
        st.caption("A row leads to its order at this moment.")
    if chosen is not None:
        lead_to(str(frame["order_id"].iloc[chosen]))


def take_away(label: str, ending: str, made: Callable[[], bytes]) -> None:
    """A button that makes a file only when it is pressed."""
    st.download_button(
        label,
        made,
        f"answer.{ending}",
        icon=":material/download:",
        on_click="ignore",
        key=f"take:{ending}",
    )


def chart(frame: pd.DataFrame) -> None:
    """Numbers over the first column that is none; both can be chosen otherwise."""
    names, countable = list(frame.columns), numbers(frame)
    others = [name for name in names if name not in countable] or names
    with st.container(border=True):
        with st.container(horizontal=True, vertical_alignment="bottom"):
            across = st.selectbox("Across", names, names.index(others[0]), width=200)
            rising = [name for name in countable if name != across]
            up = st.multiselect("Up", rising, rising[:1], max_selections=len(HUES), width=280)
            usual = "Lines" if is_time(frame[across]) else "Bars"
            form = st.segmented_control("As", FORMS, default=usual, required=True)
        if up:
            answer_chart(frame, across, up, form, dark=st.context.theme.type == "dark")


def lead_to(order_id: str) -> None:
    """Open the order of a row where the playhead is."""
    playhead.choose(order_id)
    st.switch_page("screens/order.py", query_params=playhead.link(order_id))


left, right = st.columns([2.6, 1], gap="large")
with right:
    tables()
with left:
    st.session_state.setdefault("sql", st.query_params.get("sql") or EXAMPLES[FIRST])
    st.selectbox(
        "Begin with",
        list(EXAMPLES),
        index=None,
        placeholder="An example …",
        key="example",
        on_change=begin_with,
        label_visibility="collapsed",
    )
    said = st.text_area(
        "SQL",
        key="sql",
        height=190,
        max_chars=LONGEST,
        help="One SELECT. Ctrl+Enter runs it. Every table is as of the playhead.",
    )
    st.query_params["sql"] = said
    with st.container(horizontal=True, vertical_alignment="center"):
        st.button("Run", type="primary", icon=":material/play_arrow:", key="run")
        st.caption(
            "Ctrl + Enter runs it. Every table is as of the playhead; nothing can be changed."
        )
    ask(said, playhead.position())
