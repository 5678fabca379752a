"""Is every fact that breaks a rule named, and none that keeps them all?"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from decimal import Decimal

import pytest
from hypothesis import given

from core.errors import CommandRefused
from core.orders import Order, OrderEvent, orders
from core.orders.rules import asked, breach
from tests.laws.strategies import histories
from tests.orders.facts import (
    ONE_OF_EACH,
    arrived,
    called_off,
    cancelled,
    chair,
    delivered,
    draft,
    lamp,
    lamp_removed,
    moved_to_work,
    on_its_way,
    opened,
    paid,
    placed,
    shipped,
)


def rules(events: Sequence[OrderEvent]) -> list[str]:
    states = [Order(), *orders.states(events)]
    found = [breach(state, event) for state, event in zip(states, events, strict=False)]
    return [one.rule for one in found if one]


@pytest.mark.parametrize(
    ("events", "broken"),
    [
        ([lamp], "begun without being created"),
        ([opened, opened], "created twice"),
        ([*draft, lamp], "same product twice"),
        ([*draft, placed, chair], "item added after placing"),
        ([*draft, replace(chair, quantity=0)], "quantity not positive"),
        ([*draft, replace(chair, unit_price=Decimal(-1))], "negative price"),
        ([opened, lamp_removed], "absent product removed"),
        ([*on_its_way, lamp_removed], "item removed after shipping"),
        ([*on_its_way, moved_to_work], "address changed after shipping"),
        ([opened, replace(moved_to_work, new_address={})], "empty address"),
        ([opened, placed], "placed empty"),
        ([*draft, replace(placed, shipping_address={})], "placed without address"),
        ([*draft, placed, placed], "placed twice"),
        ([*on_its_way, placed], "placed after shipping"),
        ([*draft, shipped], "shipped before placing"),
        ([*on_its_way, shipped], "shipped twice"),
        ([*called_off, shipped], "shipped after cancelling"),
        ([*draft, placed, delivered], "delivered before shipping"),
        ([*arrived, delivered], "delivered twice"),
        ([*called_off, delivered], "delivered after cancelling"),
        ([*on_its_way, cancelled], "cancelled after shipping"),
        ([*arrived, cancelled], "cancelled after delivery"),
        ([*called_off, cancelled], "cancelled twice"),
        ([*called_off, paid], "paid after cancelling"),
        ([opened, replace(paid, amount=Decimal(0))], "payment not positive"),
        ([opened, replace(paid, installments=0)], "no installments"),
    ],
)
def test_a_broken_rule_has_a_name(events: list[OrderEvent], broken: str) -> None:
    assert rules(events) == [broken]


def test_an_order_that_keeps_the_rules_breaks_none() -> None:
    assert (
        rules([*draft, chair, lamp_removed, paid, placed, moved_to_work, shipped, delivered]) == []
    )
    assert rules([*called_off]) == []


@pytest.mark.parametrize("event", ONE_OF_EACH)
def test_a_fact_is_what_its_command_leads_to(event: OrderEvent) -> None:
    before = {"OrderCreated": [], "OrderItemRemoved": draft, "OrderPlaced": draft}
    before |= {"OrderShipped": [*draft, placed], "OrderDelivered": on_its_way}
    order = orders.fold(before.get(event.type, [opened]))
    assert orders.decide(asked(event), order) == [event]


@given(histories)
def test_the_verdict_is_that_of_decide(events: list[OrderEvent]) -> None:
    order = Order()
    for event in events:
        found = breach(order, event)
        try:
            decided = orders.decide(asked(event), order)
        except CommandRefused as refused:
            assert found is not None
            assert found.reason == str(refused)  # noqa: PT017
        else:
            assert (found is None) == (bool(decided) or event.type != "OrderCancelled")
        order = orders.evolve(order, event)
