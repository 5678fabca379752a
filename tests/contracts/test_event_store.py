"""Does a store keep what it promises? Writing and reading back, for every store there is."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime
from decimal import Decimal
from uuid import UUID, uuid4

import pytest

from core.digests import NOTHING, verify
from core.errors import DuplicateEvent, InvalidEvent, InvalidStream, VersionConflict
from core.events import Event
from core.orders import OrderItemAdded
from core.stores import EventStore, Head
from tests.orders.facts import (
    ONE_OF_EACH,
    cancelled,
    chair,
    delivered,
    lamp,
    lamp_removed,
    opened,
    paid,
    placed,
)


def fresh(event: Event) -> Event:
    """The same fact, told anew."""
    return replace(event, event_id=uuid4())


def told(store: EventStore) -> list[tuple[int, str, int, Event]]:
    """The whole log, as places and facts."""
    return [(one.position, one.stream, one.version, one.event) for one in store.read_all()]


def test_a_new_log_is_empty(store: EventStore) -> None:
    assert store.head() == Head(position=0, recorded_at=None, seal=NOTHING)
    assert (list(store.read_all()), list(store.rows()), store.streams()) == ([], [], 0)
    assert (list(store.read_stream("order-a")), store.version_at("order-a")) == ([], 0)


def test_events_take_their_places_one_after_another(store: EventStore) -> None:
    store.append("order-a", [opened, lamp], expected_version=0)
    store.append("order-b", [opened_b := fresh(opened)], expected_version=0)
    store.append("order-a", [placed], expected_version=2)
    assert told(store) == [
        (1, "order-a", 1, opened),
        (2, "order-a", 2, lamp),
        (3, "order-b", 1, opened_b),
        (4, "order-a", 3, placed),
    ]
    assert store.streams() == 2


def test_an_event_is_read_back_with_its_envelope(store: EventStore) -> None:
    at = datetime(2017, 11, 24, 17, 0, 5, 123456, tzinfo=UTC)
    event = replace(paid, occurred_at=at, metadata={"actor": "ada", "reason": "„jetzt“ 🪔"})
    store.append("order-a", [event], expected_version=0)
    [read] = store.read_stream("order-a")
    assert (read.event, read.event.event_id) == (event, event.event_id)
    assert (read.event.occurred_at, read.event.metadata) == (at, event.metadata)
    assert (read.type, read.schema) == ("PaymentRecorded", 2)


def test_every_kind_of_event_is_kept(store: EventStore) -> None:
    store.append("order-a", ONE_OF_EACH, expected_version=0)
    assert tuple(one.event for one in store.read_stream("order-a")) == ONE_OF_EACH


def test_an_append_returns_what_a_reader_will_see(store: EventStore) -> None:
    recorded = store.append("order-a", [opened, lamp], expected_version=0)
    assert recorded == list(store.read_all())
    assert [one.event for one in recorded] == [opened, lamp]


def test_an_append_of_nothing_writes_nothing(store: EventStore) -> None:
    assert store.append("order-a", [], expected_version=0) == []
    assert (store.head().position, store.streams()) == (0, 0)


@pytest.mark.parametrize("expected", [-1, 0, 1, 3, 99])
def test_a_writer_with_another_version_in_mind_is_told_what_it_missed(
    store: EventStore, expected: int
) -> None:
    store.append("order-a", [opened, lamp], expected_version=0)
    with pytest.raises(VersionConflict) as conflict:
        store.append("order-a", [placed], expected)
    missed = conflict.value
    assert (missed.stream, missed.expected, missed.actual) == ("order-a", expected, 2)
    assert store.head().position == 2


def test_a_batch_with_an_event_that_cannot_be_kept_leaves_nothing_behind(
    store: EventStore,
) -> None:
    with pytest.raises(InvalidEvent):
        store.append("order-a", [opened, replace(paid, amount=Decimal("NaN"))], 0)
    assert (told(store), store.head(), store.version_at("order-a")) == ([], Head(), 0)


def test_an_event_is_in_the_log_once(store: EventStore) -> None:
    store.append("order-a", [opened], expected_version=0)
    with pytest.raises(DuplicateEvent) as duplicate:
        store.append("order-b", [chair, opened], expected_version=0)
    assert duplicate.value.event_id == opened.event_id
    assert told(store) == [(1, "order-a", 1, opened)]


def test_an_event_is_in_a_batch_once(store: EventStore) -> None:
    with pytest.raises(DuplicateEvent):
        store.append("order-a", [opened, lamp, lamp], expected_version=0)
    assert told(store) == []


def test_an_event_id_belongs_to_one_fact_for_ever(store: EventStore) -> None:
    store.append("order-a", [opened, lamp], expected_version=0)
    other = replace(chair, event_id=lamp.event_id)
    with pytest.raises(DuplicateEvent):
        store.append("order-a", [other], expected_version=2)
    assert store.head().position == 2


def test_an_append_repeated_after_an_unknown_outcome_returns_the_first_result(
    store: EventStore,
) -> None:
    store.append("order-b", [chair], expected_version=0)
    first = store.append("order-a", [opened, lamp], expected_version=0)
    assert store.append("order-a", [opened, lamp], expected_version=0) == first
    store.append("order-a", [placed], expected_version=2)
    assert store.append("order-a", [opened, lamp], expected_version=0) == first
    assert store.append("order-a", [opened, lamp], expected_version=3) == first
    assert store.head().position == 4


def test_an_append_that_repeats_only_a_part_is_not_a_repetition(store: EventStore) -> None:
    store.append("order-a", [opened, lamp], expected_version=0)
    with pytest.raises((VersionConflict, DuplicateEvent)):
        store.append("order-a", [opened, lamp, placed], expected_version=0)
    with pytest.raises(DuplicateEvent):
        store.append("order-a", [lamp, placed], expected_version=2)
    assert store.head().position == 2


@pytest.mark.parametrize("stream", ["", "order-\0", "order-\n1", "order-\ud800", "x" * 256])
def test_a_stream_that_no_store_can_name_is_refused(store: EventStore, stream: str) -> None:
    with pytest.raises(InvalidStream):
        store.append(stream, [opened], expected_version=0)
    with pytest.raises(InvalidStream):
        store.load([("order-a", opened), (stream, lamp)])
    assert told(store) == []


@pytest.mark.parametrize(
    "stream", ["order-São 🪔", "order-'; --", "order-%_", "x" * 255, "ORDER-A"]
)
def test_a_stream_may_have_any_name_that_can_be_printed(store: EventStore, stream: str) -> None:
    store.append("order-a", [opened], expected_version=0)
    store.append(stream, [lamp], expected_version=0)
    assert [(one.stream, one.version) for one in store.read_stream(stream)] == [(stream, 1)]
    assert store.version_at("order-a") == 1


def test_streams_whose_names_begin_alike_are_not_mixed(store: EventStore) -> None:
    store.append("order-1", [opened], expected_version=0)
    store.append("order-10", [lamp], expected_version=0)
    assert [one.event for one in store.read_stream("order-1")] == [opened]


@pytest.fixture
def filled(store: EventStore) -> EventStore:
    """Two orders whose events alternate: a at 1, 3, 5, 7 and b at 2, 4, 6."""
    for number, event in enumerate([opened, lamp, chair, lamp_removed, paid, placed, delivered]):
        stream = "order-ab"[:6] + "ab"[number % 2]
        store.append(stream, [event], expected_version=number // 2)
    return store


def test_a_stream_is_read_from_any_version(filled: EventStore) -> None:
    for first in range(-1, 6):
        versions = [one.version for one in filled.read_stream("order-a", from_version=first)]
        assert versions == list(range(max(first, 1), 5))


def test_a_stream_is_read_up_to_any_position(filled: EventStore) -> None:
    for last in range(9):
        positions = [one.position for one in filled.read_stream("order-a", to_position=last)]
        assert positions == [position for position in (1, 3, 5, 7) if position <= last]


@pytest.mark.parametrize("batch_size", [1, 2, 3, 7, 1000])
def test_the_log_is_read_between_any_positions_in_pages_of_any_size(
    filled: EventStore, batch_size: int
) -> None:
    for first in range(9):
        for last in range(9):
            read = filled.read_all(first, last, batch_size=batch_size)
            expected = list(range(max(first, 1), min(last, 7) + 1))
            assert [one.position for one in read] == expected


def test_a_reader_that_stops_half_way_is_in_nobodys_way(filled: EventStore) -> None:
    reader = filled.read_all(batch_size=2)
    assert next(reader).position == 1
    filled.append("order-a", [cancelled], expected_version=4)
    assert next(reader).position == 2
    reader.close()  # type: ignore[attr-defined]  # a generator
    assert filled.head().position == 8


def test_a_reader_sees_no_hole_while_others_write(filled: EventStore) -> None:
    seen = []
    for one in filled.read_all(batch_size=2):
        seen.append(one.position)
        if len(seen) < 20:
            filled.append(f"order-{len(seen)}", [fresh(opened)], expected_version=0)
    assert seen == list(range(1, len(seen) + 1))
    assert len(seen) >= 7


def test_an_event_is_found_by_its_position(filled: EventStore) -> None:
    found = [filled.at(position) for position in range(-1, 9)]
    assert [one and one.position for one in found] == [None, None, 1, 2, 3, 4, 5, 6, 7, None]


def test_a_version_is_known_at_any_position(filled: EventStore) -> None:
    versions = [filled.version_at("order-b", position) for position in range(9)]
    assert versions == [0, 0, 1, 1, 2, 2, 3, 3, 3]
    assert [filled.version_at("order-b"), filled.version_at("order-x", 5)] == [3, 0]


def test_the_head_is_the_last_event_and_its_seal_changes_with_each(store: EventStore) -> None:
    seals = {store.head().seal}
    for number, event in enumerate([opened, lamp, placed]):
        [last] = store.append("order-a", [event], expected_version=number)
        assert store.head() == Head(last.position, last.recorded_at, last.seal)
        seals.add(last.seal)
    assert len(seals) == 4


def test_what_was_appended_and_loaded_holds_when_verified(filled: EventStore) -> None:
    filled.load((f"order-{number % 5}", fresh(lamp)) for number in range(50))
    checked = verify(filled.rows())
    assert (checked.events, checked.seal) == (57, filled.head().seal)


def test_money_keeps_its_digits(store: EventStore) -> None:
    prices = [Decimal("19.00"), Decimal("0.1"), Decimal("1E+3"), Decimal("-0.00")]
    items = [OrderItemAdded("o1", "p", "Pin", 1, price) for price in prices]
    store.append("order-a", items, expected_version=0)
    read = [one.event.unit_price for one in store.read_stream("order-a")]
    assert list(map(str, read)) == list(map(str, prices))


def test_an_id_of_zeros_is_an_id_like_any_other(store: EventStore) -> None:
    store.append("order-a", [replace(opened, event_id=UUID(int=0))], expected_version=0)
    [read] = store.read_all()
    assert read.event.event_id == UUID(int=0)
