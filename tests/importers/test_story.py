"""Does the story show what a trainer needs, through commands alone?"""

from __future__ import annotations

from collections import defaultdict
from contextlib import nullcontext
from datetime import timedelta
from itertools import pairwise
from typing import Any

import pytest

from core import TimeMachine, serving
from core.errors import CommandRefused
from core.orders import CancelOrder, Order, OrderCommand, OrderEvent, Status, orders
from core.orders.story import STORY, tell


class Desk:
    """A handler that keeps the orders in its hand."""

    def __init__(self) -> None:
        self.orders: dict[str, Order] = defaultdict(lambda: orders.initial)
        self.refused: list[OrderCommand] = []
        self.idle: list[OrderCommand] = []

    def handle(self, command: OrderCommand, **about: Any) -> list[OrderEvent]:
        order = self.orders[command.order_id]
        try:
            events = list(orders.decide(command, order))
        except CommandRefused:
            self.refused.append(command)
            raise
        if not events:
            self.idle.append(command)
        self.orders[command.order_id] = orders.fold(events, order)
        return events


@pytest.fixture
def desk() -> Desk:
    told = Desk()
    tell(told.handle)
    return told


def test_the_clock_of_the_story_begins_in_march_and_always_advances():
    assert STORY[0].at.isoformat() == "2026-03-02T08:00:00+00:00"
    assert all(earlier.at < later.at for earlier, later in pairwise(STORY))
    assert 10 <= (STORY[-1].at - STORY[0].at).days <= 14


def test_a_dozen_orders_of_two_customers_are_told(desk: Desk):
    assert len(desk.orders) == 12
    assert {order.customer_id for order in desk.orders.values()} == {"ada", "grace"}
    assert {order.status for order in desk.orders.values()} == set(Status)


def test_the_long_order_has_300_versions_and_ends_placed(desk: Desk):
    order = desk.orders["long"]
    assert (order.version, order.status) == (300, Status.PLACED)
    assert order.items


def test_exactly_the_acts_meant_to_be_refused_are_refused(desk: Desk):
    assert desk.refused == [act.command for act in STORY if act.refused]
    assert desk.refused


def test_cancelling_twice_changes_nothing(desk: Desk):
    (idle,) = desk.idle
    assert isinstance(idle, CancelOrder)
    assert desk.orders[idle.order_id].status is Status.CANCELLED


def test_telling_it_again_adds_nothing(desk: Desk):
    before = dict(desk.orders)
    assert tell(desk.handle) == 0
    assert desk.orders == before


def test_every_act_says_who_why_and_in_which_conversation():
    assert all(act.actor and act.reason and act.correlation_id for act in STORY)


def test_one_delivery_came_to_light_days_after_it_happened():
    machine = TimeMachine.open("memory:")
    serving.bring_in(machine, "story", None, lambda _: nullcontext(lambda done, total: None))
    late = [one for one in machine.store.read_all() if one.recorded_at > one.occurred_at]
    assert [(one.stream, one.type) for one in late] == [("order-kettle", "OrderDelivered")]
    assert late[0].recorded_at - late[0].occurred_at > timedelta(days=2)


def test_an_unexpected_refusal_is_not_hidden():
    def handle(command: OrderCommand, **about: Any) -> list[OrderEvent]:
        if isinstance(command, CancelOrder):
            raise CommandRefused(command, orders.initial, "No.")
        return []

    with pytest.raises(CommandRefused):
        tell(handle)
