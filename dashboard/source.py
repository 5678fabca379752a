"""What is known at a moment? The only door to core; what is past never changes, so it is kept."""

from __future__ import annotations

import os
import time
from dataclasses import dataclass
from datetime import datetime
from functools import cache

import streamlit as st

from core import (
    AtPosition,
    AtTime,
    AtVersion,
    Now,
    Recorded,
    TimeMachine,
)
from core import EventscopeError as EventscopeError
from core import StoreUnavailable as StoreUnavailable
from core.digests import Verified
from core.orders import orders
from core.orders.sentences import sentence
from core.orders.views.analytics import EVENT_VOLUME, STATUS_FIGURES, StatusRow
from core.orders.views.order_details import ORDERS
from core.orders.views.order_details import OrderRow as OrderRow
from core.projections import Operator, Where
from core.stores import Search
from dashboard.parts.time_travel.model import pack, window

REMEMBERED = 256
PREFIX = orders.stream("")
EXACT_FIRST: tuple[Operator, ...] = ("=", "contains")

SORTS = {
    "Latest": ("updated_at", True),
    "Longest": ("version", True),
    "Highest total": ("total", True),
    "Oldest": ("created_at", False),
}
"""What a list of orders can be sorted by: label → (column, descending)."""


@dataclass(frozen=True)
class Present:
    """The newest position that is on every screen, and how many events are still behind it."""

    position: int
    behind: int


@dataclass(frozen=True)
class Rebuilding:
    """How a state was rebuilt, and whether the bytes it came from still match their digests."""

    snapshot_version: int
    folded: int
    milliseconds: float


@dataclass(frozen=True)
class Bucket:
    """How many events of a type happened in a stretch of time that begins at `start` (UTC)."""

    start: datetime
    type: str
    events: int


@dataclass(frozen=True)
class LogRow:
    """An event of the log, as a line people read."""

    position: int
    occurred_at: datetime
    order_id: str
    version: int
    type: str
    sentence: str
    actor: str


@cache
def machine() -> TimeMachine:
    """The time machine over the store this dashboard was started with."""
    return TimeMachine.open(os.environ["EVENTSCOPE_STORE"], create=False)


def present() -> Present:
    """What now is: the furthest position every read model has reached, so that all agree."""
    reached = min(machine().projector.checkpoints().values())
    return Present(reached, machine().store.head().position - reached)


def resolve(text: str, order_id: str | None = None) -> int | None:
    """The position somebody's words mean; None is now. Raises an `EventscopeError`."""
    moment = machine().moment(text, order_id)
    return None if isinstance(moment, Now) else machine().position(moment, order_id)


def position_by(moment: datetime) -> int:
    """The last position recorded by a clock time."""
    return machine().position(AtTime(moment))


def at(position: int) -> Recorded | None:
    """The event at a position."""
    return machine().store.at(position)


def figures(position: int) -> list[StatusRow]:
    """Orders and revenue by status, as of a position."""
    return machine().rows(STATUS_FIGURES, AtPosition(position))


@st.cache_resource(max_entries=REMEMBERED, show_spinner=False)
def volume(position: int, width: str) -> list[Bucket]:
    """Events by day or hour (`width`) and type, as of a position; only past what happened."""
    rows = machine().rows(
        EVENT_VOLUME, AtPosition(position), [Where("width", "=", width)], "bucket"
    )
    return [Bucket(row.bucket, row.type, row.events) for row in rows]


def later(position: int, head_position: int, width: str) -> list[tuple[datetime, int]]:
    """(start, events) of what the log learned after a position."""
    if position >= head_position:
        return []
    left: dict[datetime, int] = {}
    for sign, upto in ((1, head_position), (-1, position)):
        for bucket in volume(upto, width):
            left[bucket.start] = left.get(bucket.start, 0) + sign * bucket.events
    return sorted((start, events) for start, events in left.items() if events)


@st.cache_resource(max_entries=REMEMBERED, show_spinner=False)
def pulse(head_position: int) -> list[tuple[datetime, int]]:
    """(start, events) over the whole log: by day, or by hour where there are few days."""
    for width in ("day", "hour"):
        counted: dict[datetime, int] = {}
        for bucket in volume(head_position, width):
            counted[bucket.start] = counted.get(bucket.start, 0) + bucket.events
        if len(counted) > 30:
            break
    return sorted(counted.items())


def find_orders(
    text: str | None, status: str | None, sort: str, position: int, limit: int, offset: int = 0
) -> list[OrderRow]:
    """Orders as of a position whose id or whose customer's id is the text, or else holds it."""
    column, descending = SORTS[sort]
    where = _where(text, status, position)
    return machine().rows(ORDERS, AtPosition(position), where, column, descending, limit, offset)


def count_found(text: str | None, status: str | None, position: int) -> int:
    """How many orders `find_orders` has in all."""
    return machine().count(ORDERS, AtPosition(position), _where(text, status, position))


def _where(text: str | None, status: str | None, position: int) -> list[Where]:
    narrowed = [Where("status", "=", status)] if status else []
    if not text or not text.strip():
        return narrowed
    tried: list[list[Where]] = [
        [*narrowed, Where(column, operator, text.strip())]
        for operator in EXACT_FIRST
        for column in ("order_id", "customer_id")
    ]
    found = (where for where in tried if machine().count(ORDERS, AtPosition(position), where))
    return next(found, tried[-1])


def version_at(order_id: str, position: int) -> int:
    """The version of an order at a position; 0 before it began."""
    return machine().store.version_at(orders.stream(order_id), position)


def position_of(order_id: str, version: int) -> int:
    """The position of a version of an order."""
    return machine().position(AtVersion(version), order_id)


@st.cache_resource(max_entries=64, show_spinner=False)
def model(order_id: str, versions: int, first: int, last: int) -> str:
    """The packed history of an order, from `first` to `last` of its `versions`."""
    return pack(machine().history(order_id, first, last), versions)


def window_of(version: int, versions: int) -> tuple[int, int]:
    """Which versions travel to the browser together when one of them is looked at."""
    return window(version, versions)


def rebuilt(order_id: str, version: int) -> Rebuilding:
    """Rebuild an order at a version, and say how that went."""
    began = time.perf_counter()
    state = machine().rebuilt(order_id, version)
    milliseconds = (time.perf_counter() - began) * 1000
    return Rebuilding(state.snapshot_version, state.folded, milliseconds)


def narrowed(
    types: tuple[str, ...],
    order_id: str | None,
    actor: str | None,
    since: datetime | None,
    until: datetime | None,
    position: int,
) -> Search:
    """Which events of the log, up to a position."""
    stream = orders.stream(order_id.strip().removeprefix(PREFIX)) if order_id else None
    return Search(types, stream, actor.strip() if actor else None, since, until, position)


def log_page(search: Search, after: int | None, newest_first: bool, limit: int) -> list[LogRow]:
    """A page of the log as lines people read."""
    found = machine().search(search, after, newest_first, limit)
    return [_line(one) for one in found]


def _line(recorded: Recorded) -> LogRow:
    event = recorded.event
    return LogRow(
        recorded.position,
        recorded.occurred_at,
        recorded.stream.removeprefix(PREFIX),
        recorded.version,
        recorded.type,
        sentence(event),  # type: ignore[arg-type]  # the codec's list of events is closed
        event.metadata.get("actor", ""),
    )


def verify() -> Verified:
    """Re-hash the whole log. Raises `BrokenChain`."""
    return machine().verify()
