"""How long do orders wait, on which paths, breaking which rules? All of it as of a position."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import timedelta

import streamlit as st

from core import AtPosition
from core.clock_words import zone_named
from core.orders.sentences import span as span
from core.orders.views.lifecycle import BREACHES, STAYS
from core.orders.views.order_details import ORDERS, OrderRow
from core.orders.waiting import (
    Passage,
    Route,
    StatusWait,
    breaches,
    lengths_by_status,
    passages,
    routes,
    standings,
    waits,
)
from core.orders.waiting import Standing as Standing
from core.orders.waiting import Wait as Wait
from core.projections import Where
from dashboard.source import at, machine


@dataclass(frozen=True)
class Measured:
    """Everything about waiting as of a position."""

    statuses: list[StatusWait]
    passages: list[Passage]
    routes: list[Route]
    rules: dict[str, tuple[str, ...]]
    lengths: dict[str, list[timedelta]]

    @property
    def orders(self) -> int:
        """How many orders there were."""
        return sum(len(route.orders) for route in self.routes)


@dataclass(frozen=True)
class Place:
    """Where one order stands among all: its stays beside theirs, and who shares its path."""

    standings: list[Standing]
    route: Route
    orders: int


@dataclass(frozen=True)
class Waiter:
    """An order behind a figure, and how long it stayed in the status the figure is about."""

    order: OrderRow
    waited: str


# Each keeps the names of all orders several times over, so only a few positions are remembered.
@st.cache_resource(max_entries=8, show_spinner="Measuring how long orders waited …")
def measured(position: int, zone: str) -> Measured:
    """The waits, paths and broken rules of all orders; months are those of a zone."""
    stays = machine().rows(STAYS, AtPosition(position))
    broken = breaches(machine().rows(BREACHES, AtPosition(position)))
    lengths = lengths_by_status(stays)
    return Measured(waits(stays, zone_named(zone)), passages(stays), routes(stays), broken, lengths)


def figures(of: Measured) -> dict[str, tuple[str, ...]]:
    """The name of each figure in a link → the orders behind it, those that wait longest first."""
    found: dict[str, tuple[str, ...]] = {}
    for one in of.statuses:
        kinds = {"open": one.open, "inferred": one.inferred, "backwards": one.backwards}
        kinds |= {"ended": one.ended.orders[::-1]} if one.ended else {}
        kinds |= {month: wait.orders[::-1] for month, wait in one.by_month.items()}
        found |= {f"stay.{one.status}.{kind}": orders for kind, orders in kinds.items() if orders}
    found |= {f"step.{one.status}.{one.next_status}": one.orders for one in of.passages}
    found |= {".".join(("path", *one.statuses)): one.orders for one in of.routes}
    return found | {f"rule.{rule}": orders for rule, orders in of.rules.items()}


def waiters(name: str, order_ids: Sequence[str], position: int) -> list[Waiter]:
    """These orders as they stood, in this order, with their wait if the figure is about one."""
    here, which = AtPosition(position), Where("order_id", "in", tuple(order_ids))
    rows = {row.order_id: row for row in machine().rows(ORDERS, here, [which])}
    kind, _, rest = name.partition(".")
    status = rest.partition(".")[0] if kind in ("stay", "step") else None
    stays = machine().rows(STAYS, here, [which, Where("status", "=", status)]) if status else []
    until = at(position)
    lengths = {
        stay.order_id: span((stay.left_at or until.recorded_at) - stay.entered_at)
        for stay in stays
        if until and not stay.inferred
    }
    return [Waiter(rows[one], lengths.get(one, "–")) for one in order_ids]


def broken_at(rule: str, order_id: str, position: int) -> int:
    """The version with which an order first broke a rule."""
    where = [Where("order_id", "=", order_id), Where("rule", "=", rule)]
    return min(row.version for row in machine().rows(BREACHES, AtPosition(position), where))


def place(order_id: str, position: int, zone: str) -> Place:
    """Where an order stands among all orders as of a position at which it had begun. The zone
    makes no difference; what was measured in it is at hand."""
    of = measured(position, zone)
    own = machine().rows(STAYS, AtPosition(position), [Where("order_id", "=", order_id)])
    last = at(position)
    stands = standings(own, of.lengths, last.recorded_at) if last else []
    path = {stay.status for stay in own}
    route = next(one for one in of.routes if set(one.statuses) == path)
    return Place(stands, route, of.orders)
