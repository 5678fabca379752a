"""How did one order come to be as it is? Its versions for the browser, and its rebuilding."""

from __future__ import annotations

import time
from dataclasses import dataclass

import streamlit as st

from core import AtVersion
from core.causes import causes
from core.clock_words import zone_named
from core.comparing import compare
from core.history import Path
from core.orders import orders
from dashboard.parts.time_travel.between import Between, told_between
from dashboard.parts.time_travel.earlier import Earlier, told_earlier
from dashboard.parts.time_travel.model import pack, window
from dashboard.source import machine


@dataclass(frozen=True)
class Rebuilding:
    """How a state was rebuilt, and whether the bytes it came from still match their digests."""

    snapshot_version: int
    folded: int
    milliseconds: float


def version_at(order_id: str, position: int) -> int:
    """The version of an order at a position; 0 before it began."""
    return machine().store.version_at(orders.stream(order_id), position)


def position_of(order_id: str, version: int) -> int:
    """The position of a version of an order."""
    return machine().position(AtVersion(version), order_id)


@st.cache_resource(max_entries=64, show_spinner=False)
def model(order_id: str, versions: int, first: int, last: int, zone: str) -> str:
    """The packed history of an order, from `first` to `last` of its `versions`."""
    return pack(machine().history(order_id, first, last), versions, zone_named(zone))


def window_of(version: int, versions: int) -> tuple[int, int]:
    """Which versions travel to the browser together when one of them is looked at."""
    return window(version, versions)


@st.cache_resource(max_entries=64, show_spinner=False)
def between(order_id: str, zone: str, first: int, last: int) -> Between:
    """What differs between two versions of an order (0: before it began), and what explains it."""
    steps = machine().history(order_id, first + 1, last) if first < last else []
    return told_between(first, last, compare(steps), zone_named(zone))


@st.cache_resource(max_entries=64, show_spinner=False)
def earlier(order_id: str, zone: str, path: Path, before: int) -> Earlier:
    """The last events before a version that set a field of an order."""
    found = causes(machine().repository, orders.stream(order_id), path, before - 1)
    return told_earlier(path, before, found, zone_named(zone))


def rebuilt(order_id: str, version: int) -> Rebuilding:
    """Rebuild an order at a version, and say how that went."""
    began = time.perf_counter()
    state = machine().rebuilt(order_id, version)
    milliseconds = (time.perf_counter() - began) * 1000
    return Rebuilding(state.snapshot_version, state.folded, milliseconds)
