"""Where in time are we? The whole log under one playhead, to be dragged, played and zoomed."""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from itertools import pairwise
from pathlib import Path
from typing import Any, Protocol

import streamlit as st

HERE = Path(__file__).parent
SHARED = HERE.parent / "time_travel"
SCRIPTS = (
    *(SHARED / f"{name}.js" for name in ("preferences", "icons")),
    *(HERE / f"{name}.js" for name in ("line", "view", "track", "headline", "hand")),
    *(HERE / f"{name}.js" for name in ("pins", "truth", "player", "keys", "echo", "band")),
)
STYLES = ("band", "tools")
SETTLES_AFTER_MS = 250
HEARD = ("moved", "words", "zone", "cite", "pinned", "focus", "alike", "when", "flip", "holding")
"""What the browser says, each under a name of its own, so that no word overtakes another."""

_mount = st.components.v2.component(
    "eventscope.band",
    html=(HERE / "band.html").read_text("utf-8"),
    css="\n".join((HERE / f"{name}.css").read_text("utf-8") for name in STYLES),
    js="\n".join(path.read_text("utf-8") for path in SCRIPTS),
)


class Knots(Protocol):
    """When the positions `first`, `first + step` … and `last` were recorded."""

    @property
    def first(self) -> int: ...

    @property
    def last(self) -> int: ...

    @property
    def step(self) -> int: ...

    @property
    def times(self) -> Sequence[datetime]: ...


@dataclass(frozen=True)
class Truth:
    """For how many orders a condition holds: at the playhead, and as (position, number) lines.

    `line` runs over the whole log, `close` over the part in focus; without a line it has yet to be
    counted. Of a condition that cannot be understood, `mistake` is (column from 0, reason).
    """

    text: str
    number: int = 0
    line: Sequence[tuple[int, int]] = ()
    close: Sequence[tuple[int, int]] = ()
    mistake: tuple[int, str] | None = None


@dataclass(frozen=True)
class Sight:
    """What the band shows. `when` is the clock time at the playhead as people read it, `read_as`
    the one that somebody typed to get there, where that is how they got there.

    `seal` vouches for the log up to there; `pins` are the positions of A and B, `focus` the part
    of the log that is looked at, `line` the whole of it and `close` that part, finer.
    """

    head: int
    position: int
    now: bool
    when: str
    read_as: str
    seal: str
    zone: str
    pins: tuple[int | None, int | None]
    line: Knots
    focus: tuple[int, int] | None = None
    close: Knots | None = None
    truth: Truth | None = None


def band(sight: Sight, on: Mapping[str, Callable[[Any], None]]) -> None:
    """Draw the log; `on` has for each of `HEARD` who hears it, with what was said."""
    heard: dict[str, Any] = {f"on_{name}_change": _hears(name, on[name]) for name in HEARD}
    shown = {
        **{name: getattr(sight, name) for name in ("head", "position", "now", "when")},
        **{name: getattr(sight, name) for name in ("read_as", "seal", "zone", "pins", "focus")},
        "line": _packed(sight.line),
        "close": None if sight.close is None else _packed(sight.close),
        "truth": None if sight.truth is None else _told(sight.truth),
        "settle": SETTLES_AFTER_MS,
        # The same words again lead to the same place; that they were heard is news all the same.
        "heard": ((st.session_state.get("band") or {}).get("words") or {}).get("at"),
    }
    _mount(key="band", data=shown, **heard)


def _hears(name: str, act: Callable[[Any], None]) -> Callable[[], None]:
    def heard() -> None:
        said = st.session_state["band"].get(name)
        if said is not None:
            act(said["value"])

    return heard


def _told(truth: Truth) -> dict[str, Any]:
    return vars(truth) | {"line": _steps(truth.line), "close": _steps(truth.close)}


def _steps(line: Sequence[tuple[int, int]]) -> list[int]:
    """Each point as its steps from the one before: position, number, position, number …"""
    before = [(0, 0), *line]
    return [
        step
        for (place, number), (next_place, next_number) in pairwise(before)
        for step in (next_place - place, next_number - number)
    ]


def _packed(knots: Knots) -> str:
    # It travels with every move, so it is kept to a few kB: the times as steps of milliseconds.
    past = datetime.fromtimestamp(0, knots.times[0].tzinfo) if knots.times else None
    steps = []
    for time in knots.times:
        steps.append((time - past) // timedelta(milliseconds=1))  # type: ignore[operator]
        past = time
    told = {"first": knots.first, "last": knots.last, "step": knots.step, "times": steps}
    return json.dumps(told, separators=(",", ":"))
