"""What stands above every screen? The band over the whole log, and who hears what is done in it."""

from __future__ import annotations

import streamlit as st

from dashboard import playhead, source
from dashboard.parts.band import Sight, Truth, band
from dashboard.parts.order_table import chosen_row, order_table
from dashboard.parts.time_travel.model import moment, to_the_second
from dashboard.source import track, truth

PINS = {"a": "from", "b": "to"}
POINTS = 240
"""How many places a line of the truth has at most, so that its message stays small."""
PAGE = 15


def draw_band(head: int) -> None:
    """The whole log under one playhead, the same on every screen."""
    position, focus = playhead.position(), playhead.focus(head)
    record, read_as = source.at(position), playhead.read_as()
    sight = Sight(
        head=head,
        position=position,
        now=playhead.is_now(),
        when=moment(record.recorded_at, playhead.zone()) if record else "Before the first event",
        read_as=to_the_second(read_as, playhead.zone()) if read_as else "",
        seal=record.seal.hex() if record else "",
        zone=str(playhead.zone()),
        pins=playhead.pins(),
        line=track.knots(1, head),
        focus=focus,
        close=track.around(*focus, head) if focus else None,
        truth=_truth(head, position, focus),
    )
    band(
        sight,
        {
            "moved": playhead.move,
            "words": playhead.go,
            "zone": playhead.use_zone,
            "cite": lambda _: st.session_state.update(citing=True),
            "pinned": lambda said: playhead.pin(PINS[said[0]], said[1]),
            "focus": playhead.look,
            "alike": lambda said: _go_alike(said[0], said[1], head),
            "when": playhead.ask,
            "flip": lambda said: _go_flip(said[0], said[1], head),
            "holding": lambda _: st.session_state.update(holding=True),
        },
    )
    if sight.truth and not sight.truth.line and not sight.truth.mistake:
        _counting(sight.truth.text, head)
    if st.session_state.pop("holding", False):
        holding(head, position)


def _truth(head: int, position: int, focus: tuple[int, int] | None) -> Truth | None:
    text = playhead.asked()
    if text is None:
        return None
    try:
        if truth.under_way(text, head) is not None:
            return Truth(text)
        found = truth.counted(text, head)
    except truth.BadCondition as bad:
        return Truth(bad.text, mistake=(bad.column, bad.reason))
    close = truth.line(found, *focus, POINTS) if focus else []
    return Truth(text, found.count(position), truth.line(found, 0, head, POINTS), close)


@st.fragment(run_every=0.5)
def _counting(text: str, head: int) -> None:
    """How far the count of a condition has come; the answer comes onto the page by itself."""
    done = truth.under_way(text, head)
    if done is None:
        st.rerun()
    told = f"Asking every order at every moment, once: {done:,} of {head:,} events"
    st.progress(done / head, text=told)


def _go_alike(position: int, direction: int, head: int) -> None:
    found = track.alike(position, direction, head)
    if found is None:
        which = "later" if direction > 0 else "earlier"
        playhead.say(f"There is no {which} event of this type.")
    else:
        playhead.move(found)


def _go_flip(position: int, direction: int, head: int) -> None:
    text = playhead.asked()
    if text is None:
        return
    found = truth.counted(text, head)
    place = found.next_flip(position) if direction > 0 else found.previous_flip(position)
    if place is None:
        which = "after" if direction > 0 else "before"
        playhead.say(f"No order begins or ceases to fulfil it {which} this moment.")
    else:
        playhead.move(place)


@st.dialog("Where the condition holds", width="large")
def holding(head: int, position: int) -> None:
    """The orders it holds for at the playhead, those it came true for latest first."""
    text = playhead.asked() or ""
    found = truth.counted(text, head)
    total = found.count(position)
    pages = max(1, -(-total // PAGE))
    st.text(f"{text}\nholds for {total:,} orders at position {position:,}.")
    page = st.pagination(pages, key="holding_page") if pages > 1 else 1
    rows = truth.holding(found, position, (page - 1) * PAGE, PAGE)
    picked = order_table(rows, key="holding_orders", zone=str(playhead.zone()))
    if picked is not None and (order_id := chosen_row(rows, picked)):
        playhead.choose(order_id)
        st.switch_page("screens/order.py", query_params=playhead.link(order_id))
