"""Is a condition counted over all orders as often as it holds, at every position of the log?"""

from __future__ import annotations

from collections import defaultdict
from typing import Any

from hypothesis import given, settings
from hypothesis import strategies as st

from core import TimeMachine
from core.conditions import parse_condition
from core.holding import held_on, holding
from core.orders import Order, orders
from core.stores import open_store
from tests.conftest import CODEC
from tests.laws.strategies import logs

CONDITIONS = (
    "total > 20",
    'status == "placed" or status == "shipped"',
    "len(items) == 1",
    "paid < total",
    "version == 2",
    'status == "draft"',
    'id == "o1" and len(payments) == 1',
    "shipping_address.city is None",
)

Log = list[tuple[str, Any]]


@settings(max_examples=50)
@given(logs, st.sampled_from(CONDITIONS))
def test_at_every_position_it_is_the_orders_for_which_it_holds_there(log: Log, text: str) -> None:
    machine = TimeMachine(open_store("memory:", CODEC))
    machine.load(log)
    condition = parse_condition(text, Order)
    recorded = list(machine.store.read_all())
    found = holding(machine.store, orders, condition, len(recorded))
    facts: dict[str, list[Any]] = defaultdict(list)
    for one in recorded:
        facts[one.stream].append(one.event)
        holds = {
            stream.removeprefix("order-")
            for stream, told in facts.items()
            if condition.holds(orders.fold(told))
        }
        assert set(found.keys(one.position)) == holds
        assert found.count(one.position) == len(holds)
    assert (found.count(0), found.keys(0)) == (0, [])


@settings(max_examples=50)
@given(logs, st.sampled_from(CONDITIONS))
def test_from_flip_to_flip_nothing_is_left_out_either_way(log: Log, text: str) -> None:
    machine = TimeMachine(open_store("memory:", CODEC))
    machine.load(log)
    head = machine.store.head().position
    found = holding(machine.store, orders, parse_condition(text, Order), head)
    places = [flip.position for flip in found.flips]
    walked, at = [], 0
    while (step := found.next_flip(at)) is not None:
        walked.append(at := step)
    assert walked == places
    back, at = [], head + 1
    while (step := found.previous_flip(at)) is not None:
        back.append(at := step)
    assert back[::-1] == places


@settings(max_examples=50)
@given(logs, st.sampled_from(CONDITIONS), st.integers(0, 25))
def test_counting_on_gives_what_counting_at_once_gives(log: Log, text: str, cut: int) -> None:
    machine = TimeMachine(open_store("memory:", CODEC))
    machine.load(log)
    condition = parse_condition(text, Order)
    head = machine.store.head().position
    known = holding(machine.store, orders, condition, min(cut, head))
    news = machine.projector.transitions(min(cut, head) + 1, head)
    at_once = holding(machine.store, orders, condition, head)
    assert held_on(known, news, orders, condition) == at_once
