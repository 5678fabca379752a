"""Where did a condition hold? Over all orders it is counted once, and from there on."""

from __future__ import annotations

from collections.abc import Callable

import streamlit as st

from core.conditions import flips, parse_condition
from core.counting import Counted as Counted
from core.counting import count_over
from core.errors import BadCondition as BadCondition
from core.moments import AtPosition
from core.orders import Order, orders
from core.orders.views.order_details import ORDERS, OrderRow
from core.projections import Where
from dashboard.source import REMEMBERED, machine

CONDITIONS = 16
"""How many are remembered for all sessions together; the one not asked for longest goes."""


@st.cache_resource(show_spinner=False)
def _counted() -> dict[tuple[str, str], Counted]:
    return {}


def understood(text: str) -> str:
    """The condition as it is asked. Raises `BadCondition`."""
    return parse_condition(text, Order).text


def counting(text: str, head: int) -> bool:
    """Whether much of the log has yet to be read before the answer is known."""
    known = _counted().get((machine().store.url, text))
    return head - (known.head if known else 0) > 100_000


def counted(text: str, head: int, progress: Callable[[int, int], None] | None = None) -> Counted:
    """Over how many orders a condition held, up to `head` at least. Raises `BadCondition`."""
    condition = parse_condition(text, Order)
    kept = _counted()
    key = (machine().store.url, condition.text)
    found = kept.pop(key, None) or Counted()
    if found.head < head:
        news = machine().projector.transitions(found.head + 1, head, progress)
        found = count_over(news, condition, found)
    kept[key] = found
    while len(kept) > CONDITIONS:
        kept.pop(next(iter(kept)), None)
    return found


def holding(found: Counted, position: int, offset: int, limit: int) -> list[OrderRow]:
    """A page of the orders it held for as of a position."""
    streams = found.standing(position)[offset : offset + limit]
    ids = [stream.removeprefix(orders.stream("")) for stream in streams]
    rows = machine().rows(ORDERS, AtPosition(position), [Where("order_id", "in", ids)])
    return sorted(rows, key=lambda row: ids.index(row.order_id))


@st.cache_resource(max_entries=REMEMBERED, show_spinner=False)
def stretches(order_id: str, versions: int, text: str) -> list[tuple[int, int]]:
    """(first, last) version of every stretch of an order where a condition held."""
    held = flips(machine().history(order_id, 1, versions), parse_condition(text, Order))
    return [(one.began.version, one.ended.version - 1 if one.ended else versions) for one in held]
