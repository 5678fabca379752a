"""How does a person move through one order's history? A rail that is a slider, and three panes."""

from __future__ import annotations

import json
import pathlib
from collections.abc import Callable, Sequence
from dataclasses import asdict, dataclass, replace

import streamlit as st

from dashboard.parts.time_travel.between import Between
from dashboard.parts.time_travel.earlier import Earlier

HERE = pathlib.Path(__file__).parent
SCRIPTS = (
    *("walk", "words", "icons", "headline", "preferences", "scales", "ticks", "rail", "story"),
    *("fields", "items", "state", "changes", "earlier", "why", "between", "aside", "pins"),
    *("truth", "player", "search", "keys", "transport", "scrubber"),
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
class Sight:
    """What a person looks at: a version of the order, and the two that pins A and B hold."""

    version: int
    a: int | None = None
    b: int | None = None


@dataclass(frozen=True)
class Held:
    """The condition that is asked, and (first, last) version of every stretch where it held."""

    asked: str
    stretches: Sequence[tuple[int, int]]


@dataclass(frozen=True)
class Asked:
    """Somebody wants to know which events before a version set the field at a path."""

    path: tuple[str, ...]
    before: int


@dataclass(frozen=True)
class Anchor:
    """What the browser was last told to show, under which number, and what it came to rest at."""

    order: str
    told: Sight
    number: int
    rests_at: Sight


def time_travel(
    model: str,
    *,
    order: str,
    sight: Sight,
    between: Between | None,
    earlier: Earlier | None,
    held: Held | None,
    key: str,
    on_settle: Callable[[Sight], None],
) -> None:
    """Draw the packed model at `sight`; `on_settle` hears where the browser comes to rest.

    `between` is what became different from one pin to the other, where both hold something;
    `earlier` answers what `asked` tells. `order` names what is walked, head included: another name
    is another walk. For a long order the settled version may lie outside the window packed; give
    the next one then.
    """
    anchor = _anchored(key, order, sight)
    _mount(
        key=key,
        data={
            "model": model,
            "order": order,
            "anchor": [anchor.told.version, anchor.number, anchor.told.a, anchor.told.b],
            "between": json.dumps(asdict(between)) if between else "",
            "earlier": json.dumps(asdict(earlier)) if earlier else "",
            "held": None if held is None else held.stretches,
            "asked": None if held is None else held.asked,
            "settle": SETTLES_AFTER_MS,
        },
        on_rest_change=lambda: _settled(key, on_settle),
        on_asked_change=lambda: None,  # it is read as the page is drawn
    )


def asked(key: str, order: str) -> Asked | None:
    """What the browser asks about a field of this order that it cannot know by itself."""
    told = (st.session_state.get(key) or {}).get("asked") or {}
    if told.get("order") != order or not told.get("path"):
        return None
    return Asked(tuple(map(str, told["path"])), int(told["before"]))


def _anchored(key: str, order: str, sight: Sight) -> Anchor:
    # The browser scrubs alone. It is told to move only when somebody else moved (a link, a field,
    # Back), and each time under a new number: the same version twice would be the same message.
    # What it is told stays as it was while it moves by itself: a message that has not changed is
    # sent as its hash, and the model is large.
    name = f"{key}:anchor"
    anchor: Anchor = st.session_state.get(name) or Anchor(order, sight, 0, sight)
    if anchor.order != order or anchor.rests_at != sight:
        anchor = Anchor(order, sight, anchor.number + 1, sight)
    st.session_state[name] = anchor
    return anchor


def _settled(key: str, on_settle: Callable[[Sight], None]) -> None:
    rest = st.session_state[key]["rest"]
    name = f"{key}:anchor"
    anchor: Anchor = st.session_state[name]
    if rest["number"] != anchor.number:
        return  # it crossed our own request to move, which the browser has obeyed since
    sight = Sight(int(rest["version"]), rest["a"], rest["b"])
    st.session_state[name] = replace(anchor, rests_at=sight)
    on_settle(sight)
