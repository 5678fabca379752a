"""How did this order come to be as it is? Its history, walked in the browser."""

from __future__ import annotations

from datetime import datetime

import streamlit as st

from dashboard import address, playhead, source
from dashboard.parts.finder import finder
from dashboard.parts.frame import warn
from dashboard.parts.place import place
from dashboard.parts.rebuilt import rebuilt
from dashboard.parts.time_travel import Held, Sight, asked, time_travel
from dashboard.parts.time_travel.earlier import Earlier
from dashboard.parts.time_travel.model import moment
from dashboard.parts.two_clocks import belief_table, facts_table
from dashboard.source import book, history, truth, waiting
from dashboard.source.two_clocks import BadMoment, hindsight

MATCHES = 100
AT_ONCE = 20_000
"""Up to so many orders one is compared with all of them unasked; beyond, it takes seconds."""


def find(order_id: str | None) -> None:
    """The picker; choosing another order opens it where the playhead is."""
    position = playhead.position()

    def matching(text: str, status: str | None, sort: str) -> tuple[int, list[book.OrderRow]]:
        rows = book.find_orders(text, status, sort, position, MATCHES)
        return book.count_found(text, status, position), rows

    chosen = finder(matching, list(book.SORTS), key="finder")
    if chosen and chosen != order_id:
        keep_pins(None, None)
        playhead.choose(chosen)
        st.rerun()


@st.dialog("Find an order", width="large")
def find_another(order_id: str) -> None:
    """The picker above an open order."""
    find(order_id)


def rest_at(order_id: str, version: int) -> None:
    """The order was left at this version: the playhead goes there."""
    playhead.move(history.position_of(order_id, version))


def pin(name: str, versions: int) -> int | None:
    """The version a pin holds, as the link says; none where the order has no such version."""
    said = address.said(name) or ""
    return int(said) if said.isdecimal() and 1 <= int(said) <= versions else None


def keep_pins(a: int | None, b: int | None) -> None:
    """The pins travel in the link."""
    for name, version in (("a", a), ("b", b)):
        address.say(name, None if version is None else str(version))


def left_at(order_id: str, sight: Sight) -> None:
    """The browser came to rest: the playhead and the pins go where it left them."""
    keep_pins(sight.a, sight.b)
    rest_at(order_id, sight.version)


def typed(order_id: str) -> None:
    """Somebody asked for a version by its number."""
    rest_at(order_id, int(st.session_state["v"]))


def bar(order_id: str, version: int, versions: int) -> None:
    """The order's name, the version as a plain number, and the way to another order."""
    with st.container(horizontal=True, vertical_alignment="center"):
        st.text(f"Order {order_id}", width="stretch")
        if version:
            st.session_state["v"] = version
            st.number_input(
                "Version",
                1,
                versions,
                key="v",
                on_change=typed,
                args=[order_id],
                label_visibility="collapsed",
                width=130,
            )
        st.toggle(
            "Two clocks",
            key="clocks",
            bind="query-params",
            help="What was believed at this moment about another time?",
        )
        if st.button("Find", icon=":material/search:", key="find", help="Open another order"):
            find_another(order_id)


def packed(order_id: str, version: int, versions: int) -> str:
    """The history the browser walks. A long one comes in windows: this one serves until left."""
    held = st.session_state.get("window")
    if not held or held[0] != (order_id, versions) or not held[1] <= version <= held[2]:
        held = ((order_id, versions), *history.window_of(version, versions))
        st.session_state["window"] = held
    return history.model(order_id, versions, held[1], held[2], str(playhead.zone()))


def not_yet(order_id: str) -> None:
    """The playhead stands before the order's first event."""
    st.info("At this moment the order had not begun.", icon=":material/hourglass_empty:")
    st.button("Go to its beginning", on_click=rest_at, args=[order_id, 1], type="primary")


def clock(time: datetime) -> str:
    """A clock time as people read it, in the zone they chose."""
    return moment(time, playhead.zone())


def two_clocks(order_id: str) -> None:
    """What was believed at the playhead about another time in the world, and what is known now."""
    with st.container(border=True, key="two-clocks"):
        st.markdown("##### What was believed at this moment about …")
        about = st.text_input(
            "A time in the world",
            key="about",
            bind="query-params",
            placeholder="2017-11-24 17:00 · Friday 17:00 · 3 days before v5",
            help="When things happened. The playhead says when they were known.",
            width=360,
        )
        if not about:
            st.caption("The playhead says what was known by then; this time, what had happened.")
            return
        try:
            believed(order_id, about)
        except BadMoment as bad:
            warn(str(bad))


def believed(order_id: str, about: str) -> None:
    """The two beliefs side by side, and the events that make the difference."""
    position, head = playhead.position(), source.present().position
    found = hindsight(order_id, about, position, head, playhead.zone())
    there = source.at(position)
    known_by = clock(there.recorded_at) if there else "the beginning"
    changed = sum(was != is_ for _, was, is_ in found.fields)
    st.markdown(
        f"By **{known_by}** (the playhead), **{found.counted}** events were known to have happened"
        f" by **{clock(found.about)}**. "
        + (f"**{changed}** fields are known otherwise now." if changed else "That still holds.")
    )
    belief_table(found.fields, only_changed=bool(changed))
    if found.came_to_light:
        facts_table(found.came_to_light, "Came to light only after this moment", clock)
    if found.not_yet:
        facts_table(found.not_yet, "Known by then, but happened later than that time", clock)


def held(order_id: str, versions: int) -> Held | None:
    """Where the condition that is asked in the band held in this order."""
    asked = playhead.asked()
    if asked is None:
        return None
    try:
        return Held(asked, truth.stretches(order_id, versions, asked))
    except truth.BadCondition:
        return None  # the band explains the mistake


def earlier(order_id: str, walked: str, versions: int) -> Earlier | None:
    """What set the field somebody asks about before what the browser holds."""
    wanted = asked("walk", walked)
    if wanted is None or not 1 <= wanted.before <= versions:
        return None
    return history.earlier(order_id, str(playhead.zone()), wanted.path, wanted.before)


def walk(order_id: str) -> None:
    """The order at the playhead, and the way through its history."""
    versions = history.version_at(order_id, source.present().position)
    if not versions:
        st.warning("There is no order with this id. Here are those there are.")
        find(order_id)
        return
    version = history.version_at(order_id, playhead.position())
    bar(order_id, version, versions)
    if not version:
        not_yet(order_id)
        return
    walked, zone = f"{order_id}@{versions}", str(playhead.zone())
    sight = Sight(version, pin("a", versions), pin("b", versions))
    ends = sorted(held for held in (sight.a, sight.b) if held)
    time_travel(
        packed(order_id, version, versions),
        order=walked,
        sight=sight,
        between=history.between(order_id, zone, *ends) if len(ends) == 2 else None,
        earlier=earlier(order_id, walked, versions),
        held=held(order_id, versions),
        key="walk",
        on_settle=lambda sight: left_at(order_id, sight),
    )
    rebuilt(history.rebuilt(order_id, version), version)
    if st.session_state.get("clocks"):
        two_clocks(order_id)
    among_all(order_id, playhead.position())


def among_all(order_id: str, position: int) -> None:
    """Its place among all orders at this moment; folded, it costs nothing."""
    with st.expander(
        "Among all orders", expanded=book.orders() <= AT_ONCE, key="place", bind="query-params"
    ) as folded:
        if folded.open:
            found = waiting.place(order_id, position, str(playhead.zone()))
            place(found.standings, found.route, found.orders, waiting.span)


opened = playhead.order()
if opened:
    walk(opened)
else:
    find(None)
