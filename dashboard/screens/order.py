"""How did this order come to be as it is? Its history, walked in the browser."""

from __future__ import annotations

import streamlit as st

from dashboard import playhead, source
from dashboard.parts.finder import finder
from dashboard.parts.rebuilt import rebuilt
from dashboard.parts.time_travel import time_travel

MATCHES = 100


def find(order_id: str | None) -> None:
    """The picker; choosing another order opens it where the playhead is."""
    position = playhead.position()

    def matching(text: str, status: str | None, sort: str) -> tuple[int, list[source.OrderRow]]:
        rows = source.find_orders(text, status, sort, position, MATCHES)
        return source.count_found(text, status, position), rows

    chosen = finder(matching, list(source.SORTS), key="finder")
    if chosen and chosen != order_id:
        playhead.choose(chosen)
        st.rerun()


@st.dialog("Find an order", width="large")
def find_another(order_id: str) -> None:
    """The picker above an open order."""
    find(order_id)


def rest_at(order_id: str, version: int) -> None:
    """The order was left at this version: the playhead goes there."""
    playhead.move(source.position_of(order_id, version))


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
        if st.button("Find", icon=":material/search:", key="find", help="Open another order"):
            find_another(order_id)


def packed(order_id: str, version: int, versions: int) -> str:
    """The history the browser walks. A long one comes in windows: this one serves until left."""
    held = st.session_state.get("window")
    if not held or held[0] != (order_id, versions) or not held[1] <= version <= held[2]:
        held = ((order_id, versions), *source.window_of(version, versions))
        st.session_state["window"] = held
    return source.model(order_id, versions, held[1], held[2])


def not_yet(order_id: str) -> None:
    """The playhead stands before the order's first event."""
    st.info("At this moment the order had not begun.", icon=":material/hourglass_empty:")
    st.button("Go to its beginning", on_click=rest_at, args=[order_id, 1], type="primary")


def walk(order_id: str) -> None:
    """The order at the playhead, and the way through its history."""
    versions = source.version_at(order_id, source.present().position)
    if not versions:
        st.warning("There is no order with this id. Here are those there are.")
        find(order_id)
        return
    version = source.version_at(order_id, playhead.position())
    bar(order_id, version, versions)
    if not version:
        not_yet(order_id)
        return
    time_travel(
        packed(order_id, version, versions),
        order=f"{order_id}@{versions}",
        version=version,
        key="walk",
        on_settle=lambda settled: rest_at(order_id, settled),
    )
    rebuilt(source.rebuilt(order_id, version), version)


opened = playhead.order()
if opened:
    walk(opened)
else:
    find(None)
