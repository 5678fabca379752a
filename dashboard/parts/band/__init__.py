"""Where in time are we? The whole log as bars under one playhead, to be dragged."""

from __future__ import annotations

import json
from collections.abc import Callable, Sequence
from datetime import datetime, timedelta
from itertools import pairwise
from pathlib import Path

import streamlit as st

HERE = Path(__file__).parent
SCRIPTS = ("pins", "keys", "band")
SETTLES_AFTER_MS = 250

_mount = st.components.v2.component(
    "eventscope.band",
    html=(HERE / "band.html").read_text("utf-8"),
    css=(HERE / "band.css").read_text("utf-8"),
    js="\n".join((HERE / f"{name}.js").read_text("utf-8") for name in SCRIPTS),
)


def band(
    buckets: Sequence[tuple[datetime, int]],
    *,
    head: int,
    position: int,
    now: bool,
    when: str,
    seal: str,
    pins: tuple[int | None, int | None],
    on_move: Callable[[int | None], None],
    on_words: Callable[[str], None],
    on_cite: Callable[[], None],
    on_pin: Callable[[str, int | None], None],
) -> None:
    """Draw the log: `buckets` are (start, events) in order of time and add up to the head.

    `position` is where the playhead stands, `when` its clock time as people read it, `seal` the
    digest that vouches for the log up to there; `pins` are the positions of A and B. `on_move`
    hears where the playhead comes to rest (None is now), `on_words` what somebody typed, `on_cite`
    that the moment is to be cited, `on_pin` where pin "a" or "b" was put (None: taken away).
    """

    def moved() -> None:
        said = st.session_state["band"].get("moved")
        if said is not None:
            on_move(None if said["position"] is None else int(said["position"]))

    def typed() -> None:
        said = st.session_state["band"].get("words")
        if said is not None:
            on_words(str(said["text"]))

    def pinned() -> None:
        said = st.session_state["band"].get("pinned")
        if said is not None:
            on_pin(said["name"], said["position"])

    _mount(
        key="band",
        data={
            "buckets": _packed(buckets),
            "head": head,
            "position": position,
            "now": now,
            "when": when,
            "seal": seal,
            "pins": pins,
            "settle": SETTLES_AFTER_MS,
        },
        on_moved_change=moved,
        on_words_change=typed,
        on_cite_change=on_cite,
        on_pinned_change=pinned,
    )


def _packed(buckets: Sequence[tuple[datetime, int]]) -> str:
    # Even steps and a list of counts: it travels with every move, so it is kept to a few kB.
    starts = [start for start, _ in buckets]
    step = min((later - start for start, later in pairwise(starts)), default=timedelta(days=1))
    counts = [0] * ((starts[-1] - starts[0]) // step + 1)
    for start, events in buckets:
        counts[(start - starts[0]) // step] += events
    milliseconds = int(starts[0].timestamp() * 1000)
    return json.dumps(
        {"start": milliseconds, "step": step // timedelta(milliseconds=1), "events": counts},
        separators=(",", ":"),
    )
