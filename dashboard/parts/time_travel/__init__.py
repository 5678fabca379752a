"""How does a person move through one order's history? A rail that is a slider, and three panes."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace
from pathlib import Path

import streamlit as st

HERE = Path(__file__).parent
SCRIPTS = (
    *("walk", "words", "icons", "headline", "scales", "ticks", "rail", "story"),
    *("fields", "items", "state", "changes", "why", "aside"),
    *("player", "search", "keys", "scrubber"),
)
STYLES = ("console", "tools", "panes")
SETTLES_AFTER_MS = 250


def _source(names: tuple[str, ...], ending: str) -> str:
    return "\n".join((HERE / f"{name}.{ending}").read_text("utf-8") for name in names)


_mount = st.components.v2.component(
    "eventscope.time_travel",
    html=_source(("scrubber",), "html"),
    css=_source(STYLES, "css"),
    js=_source(SCRIPTS, "js"),
)


@dataclass(frozen=True)
class Anchor:
    """Where the browser was last told to be, under which number, and where it has come to rest."""

    order: str
    version: int
    number: int
    rests_at: int


def time_travel(
    model: str, *, order: str, version: int, key: str, on_settle: Callable[[int], None]
) -> None:
    """Draw the packed model at `version`; `on_settle` hears where the browser comes to rest.

    `order` names what is walked, head included: another name is another walk. For a long order the
    settled version may lie outside the window packed; give the next one then.
    """
    anchor = _anchored(key, order, version)
    _mount(
        key=key,
        data={
            "model": model,
            "order": order,
            "anchor": [anchor.version, anchor.number],
            "settle": SETTLES_AFTER_MS,
        },
        on_rest_change=lambda: _settled(key, on_settle),
    )


def _anchored(key: str, order: str, version: int) -> Anchor:
    # The browser scrubs alone. It is told to move only when somebody else moved (a link, a field,
    # Back), and each time under a new number: the same version twice would be the same message.
    # What it is told stays as it was while it moves by itself: a message that has not changed is
    # sent as its hash, and the model is large.
    name = f"{key}:anchor"
    anchor: Anchor = st.session_state.get(name) or Anchor(order, version, 0, version)
    if anchor.order != order or anchor.rests_at != version:
        anchor = Anchor(order, version, anchor.number + 1, version)
    st.session_state[name] = anchor
    return anchor


def _settled(key: str, on_settle: Callable[[int], None]) -> None:
    rest = st.session_state[key]["rest"]
    name = f"{key}:anchor"
    anchor: Anchor = st.session_state[name]
    if rest["number"] != anchor.number:
        return  # it crossed our own request to move, which the browser has obeyed since
    version = int(rest["version"])
    st.session_state[name] = replace(anchor, rests_at=version)
    on_settle(version)
