"""Are differences explained by the fewest events that can explain them?"""

from __future__ import annotations

from dataclasses import replace
from decimal import Decimal
from uuid import uuid4

from hypothesis import given
from hypothesis import strategies as st

from core.comparing import Difference, compare, explaining, is_derived
from core.history import Step, document, timeline
from core.machine import TimeMachine
from core.orders import OrderEvent, orders
from tests.laws.strategies import histories
from tests.orders.facts import chair, lamp, lamp_removed, moved_to_work, opened, paid, placed


def steps_of(events: list[OrderEvent]) -> list[Step]:
    machine = TimeMachine.open("memory:")
    machine.load([("order-o1", replace(event, event_id=uuid4())) for event in events])
    return list(timeline(orders, machine.store.read_stream("order-o1")))


def versions(differences: list[Difference]) -> list[int]:
    return [one.version for one in explaining(differences)]


def test_what_was_undone_again_explains_nothing() -> None:
    steps = steps_of([opened, lamp, chair, lamp_removed, paid])
    found = compare(steps[1:])
    assert versions(found) == [3, 5]
    by = {one.change.path: [event.version for event in one.explained_by] for one in found}
    assert by["total",] == [3]  # and not the removal that set it last: that undid a lamp
    assert by["items", "chair", "quantity"] == [3]
    assert by["paid",] == [5]
    assert not [path for path in by if "lamp" in path]
    assert compare(steps[1:1]) == []
    assert [one.change.path for one in compare(steps[3:4])][-1] == ("total",)


def test_only_the_last_of_several_changes_is_needed() -> None:
    steps = steps_of([opened, moved_to_work, placed, moved_to_work])
    [street] = compare(steps[1:])[1:2]
    assert (street.change.before, street.explained_by[0].version) == (None, 4)
    assert versions(compare(steps[2:])) == [3]  # the address went home and back: only the status


def test_before_its_first_event_there_was_nothing() -> None:
    found = {one.change.path: one for one in compare(steps_of([opened, lamp]))}
    assert (found["status",].change.before, found["status",].change.after) == (None, "draft")
    assert [event.version for event in found["status",].explained_by] == [1]
    assert found["total",].change.after == Decimal("19.00")
    assert [event.version for event in found["total",].explained_by] == [2]


def test_what_is_derived_is_known_as_derived() -> None:
    order = orders.fold([opened, lamp, paid])
    assert is_derived(order, ("total",))
    assert is_derived(order, ("items", "lamp", "total"))
    assert not is_derived(order, ("items", "lamp", "quantity"))
    assert not is_derived(order, ("items", "gone", "total"))


@given(histories.filter(bool), st.data())
def test_the_final_settings_of_the_explaining_events_yield_the_differences(
    events: list[OrderEvent], data: st.DataObject
) -> None:
    steps = steps_of(events)
    first = data.draw(st.integers(0, len(steps) - 1))
    between = steps[first:]
    found = compare(between)
    before = document(between[0].before) if first else {}
    after = document(between[-1].state)
    kept = {one.version for one in explaining(found)}
    settled = dict(before)
    for step in between:
        if step.recorded.version not in kept:
            continue
        for one in step.changes:
            settled[one.path] = one.after
    stored = {path for path in {*before, *after} if not _derived(between, path)}
    beginning = after if not first else {}  # what its first event brought along unsaid
    for path in stored:
        assert settled.get(path, beginning.get(path)) == after.get(path)
    assert {one.change.path for one in found} == {
        path for path in {*before, *after} if before.get(path) != after.get(path)
    }
    # None can be spared: each settles a stored field that no later event touches.
    assert kept == {one.explained_by[0].version for one in found if one.change.path in stored}


def _derived(steps: list[Step], path: tuple[str, ...]) -> bool:
    return is_derived(steps[0].before, path) or is_derived(steps[-1].state, path)
