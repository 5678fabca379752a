"""What was believed at one time about another? When it happened, and when the log learned it."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from uuid import uuid4

import pytest
from hypothesis import given

from core.errors import StreamNotFound
from core.machine import TimeMachine
from core.moments import AtPosition, AtTime, AtVersion
from core.orders import OrderEvent, Status, orders
from core.stores import EventStore
from tests.laws.strategies import histories
from tests.orders.facts import NOON, delivered, lamp, opened, paid, placed, shipped

DAY = timedelta(days=1)
END = datetime.max.replace(tzinfo=UTC)


@pytest.fixture
def late(store: EventStore) -> TimeMachine:
    """Shipped on day 2, delivered on day 3; the payment of day 1 came to light on day 4."""
    machine = TimeMachine(store)
    days = [(opened, 0), (lamp, 0), (placed, 1), (shipped, 2), (delivered, 3)]
    machine.load([("order-o1", replace(e, occurred_at=NOON + day * DAY)) for e, day in days])
    other = replace(opened, event_id=uuid4(), occurred_at=NOON + 4 * DAY)
    machine.load([("order-o2", other)])
    machine.load([("order-o1", replace(paid, occurred_at=NOON + DAY))])  # recorded with day 4
    return machine


def test_what_was_believed_then_is_not_what_is_believed_now(late: TimeMachine) -> None:
    day_1, day_3 = NOON + DAY, AtTime(NOON + 3 * DAY)
    then = late.order("o1", day_3, occurred_by=day_1)
    now = late.order("o1", occurred_by=day_1)
    assert (then.status, len(then.payments)) == (Status.PLACED, 0)
    assert (now.status, len(now.payments)) == (Status.PLACED, 1)
    belief = late.belief("o1", day_1)
    assert [one.version for one in belief.counted] == [1, 2, 3, 6]
    assert [one.version for one in belief.left_out] == [4, 5]


def test_the_second_clock_is_never_used_unasked(late: TimeMachine) -> None:
    assert not late.order("o1", AtTime(NOON + 3 * DAY)).payments
    assert late.order("o1", AtTime(NOON + 4 * DAY)).payments
    assert late.position(AtTime(NOON + DAY)) == 3
    assert late.order("o1", AtVersion(5)).status is Status.DELIVERED


def test_an_order_that_had_not_begun_is_not_found(late: TimeMachine) -> None:
    with pytest.raises(StreamNotFound, match="about"):
        late.order("o1", occurred_by=NOON - DAY)
    with pytest.raises(StreamNotFound):
        late.order("o1", AtPosition(0), occurred_by=END)


def test_a_snapshot_that_holds_what_had_not_occurred_is_not_used(store: EventStore) -> None:
    machine = TimeMachine(store)
    many = [replace(lamp, event_id=uuid4(), occurred_at=NOON + n * DAY) for n in range(120)]
    machine.load([("order-o1", one) for one in many])
    assert list(store.snapshots("order-o1", 2**62))
    assert machine.order("o1", occurred_by=NOON + 9 * DAY).items[0].quantity == 20


@given(histories.filter(bool))
def test_with_both_clocks_at_now_it_is_the_plain_state(events: list[OrderEvent]) -> None:
    machine = TimeMachine.open("memory:")
    machine.load([("order-o1", event) for event in events])
    assert machine.order("o1", occurred_by=END) == machine.order("o1") == orders.fold(events)
    for event in events:
        known = [one for one in events if one.occurred_at <= event.occurred_at]
        assert machine.order("o1", occurred_by=event.occurred_at) == orders.fold(known)
