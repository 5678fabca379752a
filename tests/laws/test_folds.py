"""Does a fold keep its laws? Split anywhere, remembered anywhere, written and read back."""

from __future__ import annotations

from dataclasses import fields, replace
from typing import Any
from uuid import uuid4

from hypothesis import given, settings
from hypothesis import strategies as st

from core.codec import decode_state, encode_state
from core.envelopes import ENVELOPE
from core.errors import CommandRefused
from core.events import StoredRow, kind_of
from core.machine import TimeMachine
from core.moments import AtPosition, AtVersion
from core.orders import CreateOrder, Order, OrderCommand, OrderEvent, orders
from core.repository import Repository
from core.stores import open_store
from tests.conftest import CODEC
from tests.laws.strategies import ORDER_IDS, commands, cut, events, histories


@given(histories, st.data())
def test_a_fold_may_be_split_anywhere(history: list[OrderEvent], data: st.DataObject) -> None:
    place = data.draw(st.integers(0, len(history)))
    before = orders.fold(history[:place])
    assert orders.fold(history[place:], before) == orders.fold(history)


@given(histories, histories)
def test_a_fold_is_its_steps_and_leaves_the_state_it_began_with_alone(
    history: list[OrderEvent], more: list[OrderEvent]
) -> None:
    state = before = orders.fold(history)
    kept = encode_state(before)
    for event in more:
        state = orders.evolve(state, event)
    assert orders.fold(more, before) == state
    assert encode_state(before) == kept
    assert orders.fold([]) == orders.initial == Order()


@given(histories)
def test_a_state_does_not_depend_on_any_envelope(history: list[OrderEvent]) -> None:
    rows = [CODEC.encode(event) for event in history]
    facts: list[Any] = CODEC.facts(
        [(kind_of(one.type, one.schema), one.data) for one in rows], list
    )
    assert not [(one, name) for one in facts for name in ENVELOPE if hasattr(one, name)]
    assert orders.fold(facts) == orders.fold(history)


@given(histories)
def test_an_event_sets_no_other_field_than_its_type_is_said_to_set(
    history: list[OrderEvent],
) -> None:
    before = orders.initial
    for event, after in zip(history, orders.states(history), strict=True):
        told = set(orders.changes(before, event)) - {"id", "version"}
        assert told <= set(orders.sets[event.type])
        before = after
    assert set(orders.sets) == set(CODEC.types)


@given(histories)
def test_no_history_is_refused_and_every_event_counts(history: list[OrderEvent]) -> None:
    assert [state.version for state in orders.states(history)] == list(range(1, len(history) + 1))


@given(histories)
def test_every_state_comes_back_from_its_bytes_as_itself(history: list[OrderEvent]) -> None:
    state = orders.fold(history)
    again = decode_state(encode_state(state), Order)
    assert again == state
    assert again is not None
    assert encode_state(again) == encode_state(state)


@settings(max_examples=400)
@given(events)
def test_every_event_comes_back_from_its_bytes_as_itself(event: OrderEvent) -> None:
    written = CODEC.encode(event)
    told = (written.event_id, written.occurred_at, 0, written.metadata, written.data)
    row: StoredRow = (1, "order-o1", 1, written.type, written.schema, *told, b"", b"")
    again = CODEC.decode(row)
    assert CODEC.encode(again) == written  # as it lies there, and once somebody has opened it
    for field in fields(event):
        assert getattr(again, field.name) == getattr(event, field.name)
    assert again == event
    assert again.__class__ is type(event)
    assert CODEC.encode(again) == written


@settings(max_examples=60)
@given(st.lists(commands, max_size=30))
def test_every_accepted_command_leaves_a_state_that_is_stored_and_read_back(
    asked: list[OrderCommand],
) -> None:
    machine = TimeMachine(open_store("memory:", CODEC))
    for command in [CreateOrder(order_id, "ada") for order_id in ORDER_IDS] + asked:
        try:
            machine.handle(command)
        except CommandRefused:
            continue
        state = machine.order(command.order_id)
        told: list[Any] = list(machine.store.read_stream(orders.stream(command.order_id)))
        assert state == orders.fold(one.event for one in told)
        assert decode_state(encode_state(state), Order) == state


@settings(max_examples=25)
@given(
    st.lists(events, min_size=1, max_size=12),
    st.integers(90, 220),
    st.lists(st.integers(1, 120), max_size=6),
)
def test_with_snapshots_is_without_at_every_version(
    seed: list[OrderEvent], length: int, sizes: list[int]
) -> None:
    history = [replace(seed[n % len(seed)], event_id=uuid4()) for n in range(length)]
    store = open_store("memory:", CODEC)
    with_them: Repository[OrderCommand, Order, OrderEvent] = Repository(store, orders)
    without: Repository[OrderCommand, Order, OrderEvent] = Repository(store, orders, False)
    for piece in cut(history, sizes):
        with_them.save("o1", piece, with_them.rebuild("order-o1"))
    for version, state in enumerate(orders.states(history), start=1):
        assert with_them.rebuild("order-o1", version).state == state
        assert without.rebuild("order-o1", version).state == state
    remembered = list(store.snapshots("order-o1", 2**62))
    assert {one.version % 50 for one in remembered} <= {0}
    weight = sum(len(row[8]) + len(row[9]) for row in store.rows())
    assert sum(len(one.state) for one in remembered) <= weight


@settings(max_examples=30)
@given(histories.filter(bool), st.data())
def test_a_version_a_position_and_the_fold_agree(
    history: list[OrderEvent], data: st.DataObject
) -> None:
    machine = TimeMachine(open_store("memory:", CODEC))
    others = data.draw(st.lists(st.integers(0, len(history)), max_size=5))
    entries = [("order-o1", event) for event in history]
    for place in others:
        entries.insert(place, ("order-x", replace(history[0], event_id=uuid4())))
    machine.load(entries)
    for version, state in enumerate(orders.states(history), start=1):
        position = machine.position(AtVersion(version), "o1")
        assert machine.order("o1", AtVersion(version)) == state
        assert machine.order("o1", AtPosition(position)) == state
        assert machine.store.version_at("order-o1", position) == version
    assert [step.state for step in machine.history("o1")] == list(orders.states(history))
