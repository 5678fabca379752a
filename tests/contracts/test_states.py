"""What was the state at a moment? With snapshots and without, for every store there is."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from decimal import Decimal
from uuid import uuid4

import pytest

from core.codec import encode_state
from core.errors import BeyondHead, NoSuchVersion, StreamNotFound, VersionConflict
from core.machine import TimeMachine
from core.moments import AtPosition, AtTime, AtVersion, Now
from core.orders import Order, OrderEvent, OrderItemAdded, OrderItemRemoved, orders
from core.repository import Repository
from core.stores import EventStore, StoredSnapshot
from tests.orders.facts import NOON, chair, lamp, lamp_removed, opened, placed

Orders = Repository[object, Order, OrderEvent]


@pytest.fixture
def machine(store: EventStore) -> TimeMachine:
    """A time machine over an empty log."""
    return TimeMachine(store)


def busy(count: int) -> list[OrderEvent]:
    """An order that long, in and out of which a lamp goes."""
    facts = [(lamp, lamp_removed)[n % 2] for n in range(count - 1)]
    return [opened, *[replace(fact, event_id=uuid4()) for fact in facts]]


def grow(machine: TimeMachine, events: Sequence[OrderEvent], batch: int) -> None:
    """Save these events of order o1, so many at a time."""
    for start in range(0, len(events), batch):
        before = machine.repository.rebuild("order-o1")
        machine.repository.save("o1", events[start : start + batch], before)


def remembered(store: EventStore) -> list[int]:
    """The versions of order o1 of which there is a snapshot."""
    return [one.version for one in store.snapshots("order-o1", 2**62)][::-1]


def test_a_state_is_the_fold_of_the_events_so_far(machine: TimeMachine) -> None:
    events: list[OrderEvent] = [opened, lamp, chair, placed]
    machine.store.append("order-o1", events, expected_version=0)
    for version in range(1, 5):
        assert machine.order("o1", AtVersion(version)) == orders.fold(events[:version])
    assert machine.order("o1") == machine.order("o1", Now()) == orders.fold(events)
    assert list(machine.repository.states("o1")) == list(orders.states(events))


def test_a_state_may_be_asked_by_position_and_by_clock_time(machine: TimeMachine) -> None:
    first = replace(opened, occurred_at=NOON)
    machine.load([("order-x", replace(first, event_id=uuid4())), ("order-o1", first)])
    machine.store.append("order-o1", [lamp], expected_version=1)
    assert machine.order("o1", AtPosition(2)) == orders.fold([opened])
    assert machine.order("o1", AtPosition(3)) == orders.fold([opened, lamp])
    assert machine.order("o1", AtTime(NOON)) == orders.fold([opened])


def test_an_order_that_had_not_begun_is_not_found(machine: TimeMachine) -> None:
    machine.load([("order-x", opened), ("order-o1", replace(opened, event_id=uuid4()))])
    for moment in (AtPosition(0), AtPosition(1), AtVersion(0)):
        with pytest.raises(StreamNotFound) as missing:
            machine.order("o1", moment)
        assert (missing.value.stream, missing.value.at) == ("order-o1", str(moment))
    with pytest.raises(StreamNotFound):
        machine.order("nobody")
    with pytest.raises(StreamNotFound):
        machine.repository.states("nobody")


def test_a_moment_that_was_not_reached_is_refused(machine: TimeMachine) -> None:
    machine.store.append("order-o1", [opened], expected_version=0)
    with pytest.raises(NoSuchVersion):
        machine.order("o1", AtVersion(2))
    with pytest.raises(BeyondHead):
        machine.order("o1", AtPosition(2))


@pytest.mark.parametrize("batch", [1, 7, 49, 50, 51, 120, 260])
def test_every_50th_version_a_batch_crosses_is_remembered(machine: TimeMachine, batch: int) -> None:
    grow(machine, busy(260), batch)
    assert remembered(machine.store) == [50, 100, 150, 200, 250]


def test_an_import_is_remembered_too(machine: TimeMachine) -> None:
    machine.load([("order-o1", event) for event in busy(120)])
    assert remembered(machine.store) == [50, 100]


def test_an_import_in_small_parts_is_remembered_too(machine: TimeMachine) -> None:
    events = busy(120)
    for start in range(0, 120, 30):
        machine.load([("order-o1", event) for event in events[start : start + 30]])
    assert remembered(machine.store) == [50, 100]


def test_an_import_interleaved_with_commands_leaves_every_state_as_it_was(
    machine: TimeMachine,
) -> None:
    events = busy(180)
    grow(machine, events[:70], batch=70)
    machine.load([("order-o1", event) for event in events[70:130]])
    grow(machine, events[130:], batch=1)
    states = list(orders.states(events))
    assert [machine.order("o1", AtVersion(n)) for n in range(1, 181)] == states


def test_a_state_of_the_past_never_starts_from_a_newer_snapshot(machine: TimeMachine) -> None:
    grow(machine, busy(130), batch=130)
    for version in (1, 49, 50, 51, 99, 100, 101, 130):
        rebuilt = machine.rebuilt("o1", version)
        assert (rebuilt.version, rebuilt.state.version) == (version, version)
        assert rebuilt.snapshot_version == version // 50 * 50
        assert rebuilt.folded == version - rebuilt.snapshot_version


@pytest.mark.parametrize(
    "change",
    [{"state": b""}, {"state": b"{"}, {"state": b"[]"}, {"fingerprint": "another shape"}],
    ids=str,
)
def test_a_snapshot_that_cannot_be_used_is_skipped(
    machine: TimeMachine, change: dict[str, bytes]
) -> None:
    grow(machine, events := busy(130), batch=130)
    newest, older = machine.store.snapshots("order-o1", 2**62)
    wrong = StoredSnapshot(**{**newest.__dict__, **change})
    machine.store.save_snapshots([wrong])
    rebuilt = machine.repository.rebuild("order-o1")
    assert (rebuilt.state, rebuilt.snapshot_version) == (orders.fold(events), older.version)


def test_without_any_snapshot_the_states_are_the_same(machine: TimeMachine) -> None:
    grow(machine, busy(130), batch=130)
    with_them = [machine.order("o1", AtVersion(n)) for n in range(1, 131)]
    machine.store.drop_snapshots()
    assert [machine.order("o1", AtVersion(n)) for n in range(1, 131)] == with_them
    assert machine.rebuilt("o1", 130).folded == 130


def test_the_snapshots_of_a_growing_state_never_outweigh_its_events(machine: TimeMachine) -> None:
    added = [OrderItemAdded("o1", f"p{n}", f"Product {n}", 1, Decimal(n)) for n in range(599)]
    grow(machine, [opened, *added], batch=100)
    snapshots = sum(len(one.state) for one in machine.store.snapshots("order-o1", 2**62))
    events = sum(len(one.data) + len(one.metadata_bytes) for one in machine.store.read_all())
    assert 0 < snapshots <= events
    removed = [OrderItemRemoved("o1", f"p{n}") for n in range(599)]
    grow(machine, removed, batch=100)
    assert machine.order("o1") == orders.fold([opened, *added, *removed])


def test_saving_on_a_state_that_is_no_longer_the_last_is_a_conflict(machine: TimeMachine) -> None:
    before = machine.repository.rebuild("order-o1")
    machine.repository.save("o1", [opened], before)
    with pytest.raises(VersionConflict):
        machine.repository.save("o1", [replace(opened, event_id=uuid4())], before)


def test_a_snapshot_holds_exactly_the_state(machine: TimeMachine) -> None:
    grow(machine, events := busy(50), batch=50)
    [snapshot] = machine.store.snapshots("order-o1", 2**62)
    assert (snapshot.version, snapshot.position) == (50, 50)
    assert snapshot.state == encode_state(orders.fold(events))
