"""Which position lies at which time? The log as a line of knots, as fine as a picture needs."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

import streamlit as st

from core import Recorded
from core.stores import Search
from dashboard.source import REMEMBERED, machine

KNOTS = 400
"""How many of them a picture has; its size does not grow with the log."""
CLOSE = 900
"""Up to so many positions, each is one of them."""


@dataclass(frozen=True)
class Knots:
    """When the positions `first`, `first + step` … and `last` were recorded."""

    first: int
    last: int
    step: int
    times: tuple[datetime, ...]


@st.cache_resource(max_entries=REMEMBERED, show_spinner=False)
def knots(first: int, last: int, most: int = KNOTS) -> Knots:
    """The knots of a stretch of the log; every position is one where there are few enough."""
    step = max(1, -(-(last - first) // most))
    if step == 1:
        found = list(machine().store.read_all(first, last))
    else:
        places = [*range(first, last, step), last]
        found = [one for place in places if (one := machine().store.at(place))]
    return Knots(first, last, step, tuple(one.recorded_at for one in found))


def around(first: int, last: int, head: int) -> Knots:
    """The knots of a stretch and of as much on either side, so that it can be moved about."""
    width = max(1, last - first)
    begin, end = max(1, first - width), min(head, last + width)
    return knots(begin, end, CLOSE if end - begin <= CLOSE else KNOTS)


def alike(position: int, direction: int, head: int) -> int | None:
    """The next position (`direction` 1) or the one before (-1) with an event of the same type."""
    here = machine().store.at(position)
    if here is None:
        return None
    found: list[Recorded] = machine().search(
        Search((here.type,), to_position=head), position, direction < 0, 1
    )
    return found[0].position if found else None
