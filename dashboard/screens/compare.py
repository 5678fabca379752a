"""What changed in the whole book between two moments? Friday against Monday, and why."""

from __future__ import annotations

from collections.abc import Sequence

import streamlit as st

from dashboard import address, playhead, source
from dashboard.parts.compared import count, figure_cards, flow_table, title, two_states_table
from dashboard.parts.differences import differences
from dashboard.parts.frame import warn
from dashboard.parts.time_travel.model import moment
from dashboard.source import compared, history

PAGE = 10
DISTANCES = ("day", "week", "month")
Ends = Sequence[tuple[str, int]]
"""The earlier moment and the later one: (A or B, its position)."""
SAID = "Friday 17:00, 3 days before, 2017-11-24"


def back(distance: str) -> None:
    """A is so far before the playhead, and B is the playhead."""
    if playhead.pin_at("from", f"1 {distance} before @{playhead.position()}"):
        playhead.pin("to", None)


def typed(name: str) -> None:
    """Somebody said where a pin belongs; what cannot be understood stays in the box."""
    if playhead.pin_at(name, st.session_state[f"{name}:words"]):
        st.session_state[f"{name}:words"] = ""


def show(figure: str) -> None:
    """Open a figure; one that is open is closed."""
    address.say("figure", None if address.said("figure") == figure else figure)
    st.session_state["page"] = 1


def when(position: int) -> str:
    """A position as people read it."""
    record = source.at(position)
    told = moment(record.recorded_at, playhead.zone()) if record else "Before the first event"
    return f"{told} · position {position:,}"


def end(letter: str, name: str, told: str) -> None:
    """A box for one of the two moments, and which one it is now."""
    with st.container(width=300, gap="xsmall"):
        st.text_input(
            f"{letter} is at",
            key=f"{name}:words",
            placeholder=SAID,
            on_change=typed,
            args=[name],
            help="A date, a time, @1201 (a position) or words, which count back from the newest"
            " event of the log. UTC, unless you name a zone.",
        )
        st.caption(told)


def letters(ends: Ends) -> list[str]:
    """What the two moments are called."""
    return [letter for letter, _ in ends]


def one_order(order_id: str, ends: Ends, pinned: bool) -> None:
    """What became different in one order, and the way into its history."""
    first, last = (position for _, position in ends)
    versions = [history.version_at(order_id, position) for position in (first, last)]
    with st.container(border=True, key="one-order"):
        with st.container(horizontal=True, vertical_alignment="center"):
            st.text(f"Order {order_id} between A and B", width="stretch")
            opens = st.button(
                "Open its history",
                icon=":material/history:",
                disabled=not versions[1],
                help="With A and B pinned in it",
            )
        if not versions[1]:
            st.caption("It had not begun by then.")
        elif versions[0] == versions[1]:
            st.caption("Nothing happened to it in between.")
        else:
            differences(history.between(order_id, str(playhead.zone()), *versions), letters(ends))
    if opens:
        link = playhead.link(order_id, last if pinned else None)
        pins = {"a": str(max(1, versions[0])), "b": str(versions[1])}
        st.switch_page("screens/order.py", query_params=link | pins)


def behind(name: str, orders: tuple[str, ...], ends: Ends) -> None:
    """The orders behind a figure, page by page."""
    with st.container(border=True, key="behind"):
        st.markdown(f"##### {title(name)}: {count(len(orders))}")
        pages = max(1, -(-len(orders) // PAGE))
        page = min(st.session_state.get("page") or 1, pages)
        shown = orders[(page - 1) * PAGE : page * PAGE]
        states = compared.two_states(shown, *(position for _, position in ends))
        rows = [(state.before, state.after) for state in states]
        two_states_table(rows, letters(ends), playhead.order(), playhead.choose)
        if pages > 1:
            st.pagination(pages, key="page", bind="query-params")


def compare(ends: Ends, pinned: bool) -> None:
    """The whole book at one position against a later one."""
    figures = compared.figures(compared.change(*(position for _, position in ends)))
    opened = address.said("figure")
    figure_cards(figures, opened, show)
    flows = {name: figure for name, figure in figures.items() if "." in name}
    if flows:
        with st.container(border=True):
            st.markdown("##### From which status to which")
            flow_table(flows, letters(ends), opened, show)
    else:
        st.info("No order stands in another status.", icon=":material/drag_handle:")
    if opened in figures:
        behind(opened, figures[opened].orders, ends)
    elif opened:
        warn(f"There is no figure {opened} between these two moments.")
    if order_id := playhead.order():
        one_order(order_id, ends, pinned)


a, b = playhead.pins()
if said := playhead.trouble():
    warn(said)
until = playhead.position() if b is None else b
with st.container(border=True, key="ends"), st.container(horizontal=True, vertical_alignment="top"):
    end("A", "from", "Not chosen yet" if a is None else when(a))
    end("B", "to", f"{'The playhead: ' if b is None else ''}{when(until)}")
    with st.container(gap="xsmall"):
        st.caption("Or compare the playhead with")
        with st.container(horizontal=True):
            for distance in DISTANCES:
                st.button(f"The {distance} before", on_click=back, args=[distance])
if a is None:
    st.info("Say at A which moment to compare with.", icon=":material/compare_arrows:")
else:
    if a > until:
        warn("A is later than B: what follows goes from B to A.")
    compare(sorted((("A", a), ("B", until)), key=lambda end: end[1]), b is not None)
