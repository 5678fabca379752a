"""Where did a condition hold? Over all orders it is counted once, and from there on."""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Callable, Sequence
from concurrent.futures import Future, ThreadPoolExecutor

import streamlit as st

from core.conditions import flips, parse_condition
from core.errors import BadCondition as BadCondition
from core.holding import Flip, held_on
from core.holding import Holding as Holding
from core.holding import holding as from_beginning
from core.moments import AtPosition
from core.orders import Order, orders
from core.orders.views.order_details import ORDERS, OrderRow
from core.projections import Where
from dashboard.source import REMEMBERED, machine

CONDITIONS = 16
"""How many are remembered for all sessions together; the one not asked for longest goes."""
MUCH = 100_000
"""So many events take long enough to read that nobody should have to wait for them."""

Progress = Callable[[int, int], None]
"""Called with (events done, events in all)."""


@st.cache_resource(show_spinner=False)
def _counted() -> dict[tuple[str, str], tuple[int, Holding]]:
    return {}  # (store, condition) → (the position it was counted to, what was found)


class Counting:
    """A count that takes long goes on beside the pages, whatever the person does meanwhile."""

    def __init__(self) -> None:
        self.done = 0
        """How many events it has read so far."""
        self.ends: Future[Holding]

    def note(self, done: int, _total: int) -> None:
        """Hear how it goes."""
        self.done = done


@st.cache_resource(show_spinner=False)
def _under_way() -> tuple[ThreadPoolExecutor, dict[tuple[str, str], Counting]]:
    return ThreadPoolExecutor(1, "counting"), {}  # one at a time: they would share a processor


def under_way(text: str, head: int) -> int | None:
    """How many events a count has read so far that takes long, and goes on beside the pages; None
    where the answer is at hand. Raises `BadCondition`, and what the count failed with."""
    key = (machine().store.url, parse_condition(text, Order).text)
    workers, counts = _under_way()
    known, _ = _counted().get(key, (0, None))
    if head - known <= MUCH:
        counts.pop(key, None)
        return None
    count = counts.get(key)
    if count is None:
        count = counts[key] = Counting()
        count.ends = workers.submit(counted, text, head, count.note)
    elif count.ends.done():
        counts.pop(key, None)
        count.ends.result()
    return count.done


def counted(text: str, head: int, progress: Progress | None = None) -> Holding:
    """For how many orders a condition held, up to `head` at least. Raises `BadCondition`.

    It is counted once; when the log has grown, on from there.
    """
    condition = parse_condition(text, Order)
    kept, key = _counted(), (machine().store.url, condition.text)
    known, found = kept.get(key, (0, Holding(())))
    if not known:
        report = None if progress is None else lambda done: progress(done, head)
        found = from_beginning(machine().store, orders, condition, head, report)
    elif known < head:
        news = machine().projector.transitions(known + 1, head)
        found = held_on(found, news, orders, condition)
    kept.pop(key, None)  # what was asked for last is forgotten last
    kept[key] = (max(known, head), found)
    while len(kept) > CONDITIONS:
        kept.pop(next(iter(kept)), None)
    return found


def line(found: Holding, first: int, last: int, most: int) -> list[tuple[int, int]]:
    """(position, number) where the number changed between two positions, `first` included.

    Where it changed more than `most` times, the highest, the lowest and the last of each stretch.
    """
    begin, end = (bisect_right(found.flips, place, key=_position) for place in (first, last))
    flips: Sequence[int] = range(begin, end)
    if len(flips) > most:
        flips = _extremes(found.counts, range(begin, end), most // 2)
    told = [(found.flips[flip].position, found.counts[flip]) for flip in flips]
    return [(first, found.count(first)), *told]


def _position(flip: Flip) -> int:
    return flip.position


def _extremes(counts: Sequence[int], flips: range, stretches: int) -> list[int]:
    size = -(-len(flips) // stretches)
    found: list[int] = []
    for start in flips[::size]:
        stretch = range(start, min(start + size, flips.stop))
        highest, lowest = (choose(stretch, key=counts.__getitem__) for choose in (max, min))
        found += sorted({highest, lowest, stretch[-1]})
    return found


def holding(found: Holding, position: int, offset: int, limit: int) -> list[OrderRow]:
    """A page of the orders it held for as of a position; those it came true for latest first."""
    ids = found.keys(position)[::-1][offset : offset + limit]
    rows = machine().rows(ORDERS, AtPosition(position), [Where("order_id", "in", ids)])
    return sorted(rows, key=lambda row: ids.index(row.order_id))


@st.cache_resource(max_entries=REMEMBERED, show_spinner=False)
def stretches(order_id: str, versions: int, text: str) -> list[tuple[int, int]]:
    """(first, last) version of every stretch of an order where a condition held."""
    held = flips(machine().history(order_id, 1, versions), parse_condition(text, Order))
    return [(one.began.version, one.ended.version - 1 if one.ended else versions) for one in held]
