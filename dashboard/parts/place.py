"""Where does one order stand among all? Its waits beside theirs, and how many took its path."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import Protocol

import streamlit as st

from dashboard.parts.choices import Cell, choices
from dashboard.parts.kinds import STATUS_HUES
from dashboard.parts.waits import Route, Told, way


class Standing(Protocol):
    """How long it stayed in a status, beside the others."""

    @property
    def status(self) -> str: ...

    @property
    def until(self) -> datetime | None: ...

    @property
    def waited(self) -> timedelta: ...

    @property
    def share(self) -> float | None: ...

    @property
    def compared(self) -> int: ...


def place(standings: Sequence[Standing], route: Route, orders: int, told: Told) -> None:
    """Say it: each wait, and the path."""
    rows = [
        [
            Cell(one.status.capitalize(), hue=STATUS_HUES[one.status]),
            Cell(told(one.waited) + ("" if one.until else " so far")),
            Cell(compared(one.share, one.compared)),
        ]
        for one in standings
    ]
    if rows:
        choices("Its waits", ("Status", "#Waited", "Among all orders"), rows, key="standings")
    share = f"{len(route.orders):,} of {orders:,} orders took this path so far: "
    st.caption(share + way(route, told))


def compared(share: float | None, others: int) -> str:
    """`longer than 93 % of 5,461 others`."""
    if share is None:
        return "no other order has left this status yet"
    return f"longer than {share:.0%} of {others:,} others".replace("%", "\u00a0%")
