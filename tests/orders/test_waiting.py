"""Are waits measured, paths counted and orders compared as a person with a calendar would?"""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from dataclasses import replace
from datetime import UTC, timedelta
from itertools import pairwise
from statistics import median
from uuid import uuid4

import pytest
from hypothesis import given
from hypothesis import strategies as st

from core.clock_words import zone_named
from core.machine import TimeMachine
from core.moments import AtPosition
from core.orders import OrderEvent, orders
from core.orders.rules import breach
from core.orders.views.lifecycle import BREACHES, STAYS, BreachRow, StayRow
from core.orders.waiting import (
    breaches,
    lengths_by_status,
    passages,
    routes,
    standing,
    standings,
    waits,
)
from tests.laws.strategies import logs
from tests.orders.facts import NOON, cancelled, delivered, lamp, opened, placed, shipped

HOUR = timedelta(hours=1)
JOURNEY = (opened, placed, shipped, delivered)


def shop(*histories: tuple[Sequence[OrderEvent], Sequence[float]]) -> TimeMachine:
    """Orders o1, o2, … with these events at these hours after noon."""
    machine, entries = TimeMachine.open("memory:"), []
    for number, (events, hours) in enumerate(histories, start=1):
        for event, hour in zip(events, hours, strict=True):
            at = NOON + hour * HOUR
            own = replace(event, order_id=f"o{number}", event_id=uuid4(), occurred_at=at)
            entries.append((f"order-o{number}", own))
    machine.load(sorted(entries, key=lambda entry: entry[1].occurred_at))
    machine.project()
    return machine


def stays(machine: TimeMachine, position: int | None = None) -> list[StayRow]:
    return machine.rows(STAYS, None if position is None else AtPosition(position))


@pytest.fixture
def five() -> TimeMachine:
    """Placed at once; shipped after 1, 2, 3 and 10 hours; the fifth still waits."""
    hours = [[0, 0, hour, 20 + hour] for hour in (1, 2, 3, 10)]
    return shop(*[(JOURNEY, one) for one in hours], ((opened, placed), [0, 4]))


def test_a_status_has_a_median_and_a_p90_that_somebody_waited(five: TimeMachine) -> None:
    draft, placed_, shipped_ = waits(stays(five), UTC)
    assert [one.status for one in (draft, placed_, shipped_)] == ["draft", "placed", "shipped"]
    assert placed_.ended is not None
    assert (placed_.ended.median, placed_.ended.p90) == (2.5 * HOUR, 10 * HOUR)
    assert placed_.ended.orders == ("o1", "o2", "o3", "o4")
    assert placed_.open == ("o5",)
    assert draft.ended is not None
    assert len(draft.ended.orders) == 5
    assert shipped_.ended is not None
    assert shipped_.ended.median == 20 * HOUR


def test_a_month_is_that_of_entering_in_its_zone() -> None:
    late = shop(((opened, placed), [30 * 24 + 11.5 - 24, 30 * 24 + 20]))  # 31 March 23:30 UTC
    [wait, _] = waits(stays(late), UTC)
    [there, _] = waits(stays(late), zone_named("Asia/Tokyo"))
    assert (list(wait.by_month), list(there.by_month)) == (["2026-03"], ["2026-04"])


def test_what_is_no_measurement_is_counted_apart() -> None:
    guessed = replace(cancelled, metadata={"inferred": "occurred_at"})
    machine = shop(((opened, placed, guessed), [0, 1, 1]), ((opened, placed), [2, 3]))
    early = replace(cancelled, order_id="o2", event_id=uuid4(), occurred_at=NOON)
    machine.load([("order-o2", early)])  # noticed last, but it happened before all the rest
    machine.project()
    _, placed_ = waits(stays(machine), UTC)
    assert placed_.ended is None
    assert (placed_.inferred, placed_.backwards, placed_.open) == (("o1",), ("o2",), ())


def test_paths_are_counted_with_the_wait_of_each_step(five: TimeMachine) -> None:
    whole, begun = routes(stays(five))
    assert whole.statuses == ("draft", "placed", "shipped", "delivered")
    assert sorted(whole.orders) == ["o1", "o2", "o3", "o4"]
    assert [step.wait and step.wait.median for step in whole.steps] == [
        0 * HOUR,
        2.5 * HOUR,
        20 * HOUR,
    ]
    assert (begun.statuses, begun.orders) == (("draft", "placed"), ("o5",))


def test_the_map_of_paths_has_every_step_once_whatever_path_it_is_part_of(
    five: TimeMachine,
) -> None:
    found = passages(stays(five))
    assert [(one.status, one.next_status, len(one.orders)) for one in found] == [
        ("draft", "placed", 5),
        ("placed", "shipped", 4),
        ("shipped", "delivered", 4),
    ]
    assert [one.wait and one.wait.median for one in found] == [0 * HOUR, 2.5 * HOUR, 20 * HOUR]
    assert found[1].orders == ("o1", "o2", "o3", "o4")


def test_paths_are_those_of_the_moment(five: TimeMachine) -> None:
    assert [route.statuses for route in routes(stays(five, 0))] == []
    assert [len(route.orders) for route in routes(stays(five, 1))] == [1]


def test_an_order_is_compared_with_those_that_left_its_status(five: TimeMachine) -> None:
    found = standing(stays(five), "o5", NOON + 6.5 * HOUR)
    assert found is not None
    assert (found.status, found.waited) == ("placed", 2.5 * HOUR)
    assert (found.longer_than, found.compared, found.share) == (2, 4, 0.5)
    assert standing(stays(five), "o1", NOON) is None
    assert standing(stays(five), "nobody", NOON) is None


def test_each_stay_of_an_order_is_compared_with_those_of_the_others(five: TimeMachine) -> None:
    known = stays(five)
    own = [stay for stay in known if stay.order_id == "o3"]
    draft, placed_, shipped_ = standings(own, lengths_by_status(known), NOON + 99 * HOUR)
    assert (placed_.waited, placed_.longer_than, placed_.compared) == (3 * HOUR, 2, 3)
    assert (draft.waited, draft.share, shipped_.share) == (0 * HOUR, 0, 0)
    assert placed_.until == NOON + 3 * HOUR


def test_a_stay_that_is_no_measurement_is_not_compared() -> None:
    guessed = replace(cancelled, metadata={"inferred": "occurred_at"})
    known = stays(shop(((opened, placed, guessed), [0, 1, 2])))
    found = standings(known, lengths_by_status(known), NOON + 9 * HOUR)
    assert [one.status for one in found] == ["draft"]


def test_nobody_to_compare_with_is_said() -> None:
    found = standing(stays(shop(((opened,), [0]))), "o1", NOON + HOUR)
    assert found is not None
    assert found.share is None


def test_broken_rules_lead_to_their_orders() -> None:
    machine = shop(
        ((opened, lamp, shipped, placed), [0, 1, 2, 3]), ((opened, lamp, shipped), [0, 1, 2])
    )
    assert breaches(machine.rows(BREACHES)) == {
        "shipped before placing": ("o1", "o2"),
        "placed after shipping": ("o1",),
    }
    assert breaches(machine.rows(BREACHES, AtPosition(4))) == {}


@given(logs.filter(bool), st.data())
def test_stays_and_breaches_are_those_of_the_histories_as_of_any_position(
    log: list[tuple[str, OrderEvent]], data: st.DataObject
) -> None:
    machine = TimeMachine.open("memory:")
    machine.load(log)
    machine.project()
    position = data.draw(st.integers(1, len(log)))
    here = AtPosition(position)
    paths, broken = {}, []
    for stream in {one.stream for one in machine.store.read_all(to_position=position)}:
        state, path = orders.initial, []
        for one in machine.store.read_stream(stream, to_position=position):
            if found := breach(state, one.event):  # type: ignore[arg-type]
                row = (found.rule, found.reason, one.occurred_at)
                broken.append(BreachRow(stream.removeprefix("order-"), one.version, *row))
            state = orders.evolve(state, one.event)  # type: ignore[arg-type]
            if not path or path[-1] != state.status:
                path.append(state.status.value)
        paths[stream.removeprefix("order-")] = tuple(path)
    found_routes = routes(machine.rows(STAYS, here))
    assert {order: one.statuses for one in found_routes for order in one.orders} == paths
    steps = [step for path in paths.values() for step in pairwise(path)]
    assert {
        (one.status, one.next_status): len(one.orders)
        for one in passages(machine.rows(STAYS, here))
    } == Counter(steps)
    assert machine.rows(BREACHES, here) == sorted(
        broken, key=lambda row: (row.order_id, row.version)
    )
    for wait in waits(machine.rows(STAYS, here), UTC):
        own = [row for row in machine.rows(STAYS, here) if row.status == wait.status]
        apart = len(wait.open) + len(wait.inferred) + len(wait.backwards)
        lengths = [row.left_at - row.entered_at for row in own if row.left_at and not row.inferred]
        kept = [length for length in lengths if length >= timedelta(0)]
        assert apart + len(kept) == len(own)
        if wait.ended:
            assert wait.ended.median == median(kept)
            assert sum(length <= wait.ended.p90 for length in kept) * 10 >= 9 * len(kept)
