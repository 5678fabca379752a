"""Does every figure about the whole book follow from its orders?"""

from __future__ import annotations

from dataclasses import replace
from decimal import Decimal
from uuid import uuid4

from hypothesis import given
from hypothesis import strategies as st

from core.machine import TimeMachine
from core.moments import AtPosition
from core.orders import OrderEvent
from core.orders.book import Figure, Flow, compare_books, worth
from core.orders.views.order_details import ORDERS
from tests.laws.strategies import logs
from tests.orders.facts import cancelled, chair, lamp, opened, placed


def of(order_id: str, *events: OrderEvent) -> list[tuple[str, OrderEvent]]:
    """These facts as those of one order."""
    own = [replace(event, order_id=order_id, event_id=uuid4()) for event in events]
    return [(f"order-{order_id}", event) for event in own]


def test_orders_appear_leave_move_gain_and_lose() -> None:
    machine = TimeMachine.open("memory:")
    machine.load([*of("a", opened, lamp), *of("b", opened, chair), *of("c", opened)])
    machine.load([*of("a", placed), *of("b", cancelled), *of("d", opened, lamp), *of("e", opened)])
    machine.load(of("e", cancelled))
    machine.project()
    change = compare_books(machine.rows(ORDERS, AtPosition(5)), machine.rows(ORDERS))
    assert change.appeared == Figure(("d", "e"), Decimal("19.00"))
    assert change.left == Figure(("b", "e"), Decimal("49.90"))
    assert change.gained == Figure(("d",), Decimal("19.00"))
    assert change.lost == Figure(("b",), Decimal("49.90"))
    assert set(change.flows) == {
        Flow("draft", "placed", ("a",), Decimal("19.00")),
        Flow("draft", "cancelled", ("b",), Decimal("49.90")),
        Flow(None, "draft", ("d",), Decimal("19.00")),
        Flow(None, "cancelled", ("e",), Decimal(0)),
    }


@given(logs, st.data())
def test_what_was_gained_and_lost_is_what_the_book_is_worth_more(
    log: list[tuple[str, OrderEvent]], data: st.DataObject
) -> None:
    machine = TimeMachine.open("memory:")
    machine.load(log)
    machine.project()
    first = data.draw(st.integers(0, len(log)))
    last = data.draw(st.integers(first, len(log)))
    before, after = (machine.rows(ORDERS, AtPosition(one)) for one in (first, last))
    change = compare_books(before, after)
    gain = sum(map(worth, after)) - sum(map(worth, before))
    assert change.gained.value - change.lost.value == gain
    moved = [order for flow in change.flows for order in flow.orders]
    assert len(moved) == len(set(moved))
    statuses = {row.order_id: row.status for row in before}
    now = {row.order_id: row.status for row in after}
    assert {one: (statuses.get(one), now[one]) for one in now if statuses.get(one) != now[one]} == {
        order: (flow.before, flow.after) for flow in change.flows for order in flow.orders
    }
    assert set(change.appeared.orders) == now.keys() - statuses.keys()
