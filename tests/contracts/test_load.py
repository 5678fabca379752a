"""How do foreign facts come in? Many at once, all or nothing, and never twice."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from decimal import Decimal
from uuid import UUID, uuid4

import pytest

from core.digests import verify
from core.errors import InvalidEvent
from core.events import Event
from core.stores import EventStore, Head
from tests.orders.facts import NOON, chair, lamp, opened, paid, placed

Entries = list[tuple[str, Event]]


def many(count: int) -> Entries:
    """So many facts of seven orders in turn, each with an id of its own."""
    return [
        (f"order-{n % 7}", replace(lamp, event_id=UUID(int=n + 1), occurred_at=NOON))
        for n in range(count)
    ]


def test_loaded_facts_take_their_places_in_the_order_given(store: EventStore) -> None:
    entries: Entries = [("order-a", opened), ("order-b", chair), ("order-a", lamp)]
    assert store.load(entries) == 3
    places = [(one.position, one.stream, one.version, one.event) for one in store.read_all()]
    assert places == [
        (1, "order-a", 1, opened),
        (2, "order-b", 1, chair),
        (3, "order-a", 2, lamp),
    ]


def test_loading_continues_what_was_appended_and_is_continued_by_it(store: EventStore) -> None:
    store.append("order-a", [opened], expected_version=0)
    store.load([("order-a", lamp)])
    store.append("order-a", [placed], expected_version=2)
    assert [one.version for one in store.read_stream("order-a")] == [1, 2, 3]


def test_loading_twice_adds_nothing(store: EventStore) -> None:
    assert store.load(many(20)) == 20
    head = store.head()
    assert store.load(many(20)) == 0
    assert store.head() == head


def test_loading_more_of_the_same_adds_only_what_is_new(store: EventStore) -> None:
    store.load(many(20))
    assert store.load(many(25)) == 5
    assert store.head().position == 25


def test_a_fact_named_twice_in_one_load_is_loaded_once(store: EventStore) -> None:
    assert store.load([("order-a", opened), ("order-a", lamp), ("order-a", opened)]) == 2
    assert [one.event for one in store.read_all()] == [opened, lamp]


def test_a_load_with_a_fact_that_cannot_be_kept_leaves_nothing_behind(store: EventStore) -> None:
    bad = replace(paid, event_id=uuid4(), amount=Decimal("NaN"))
    with pytest.raises(InvalidEvent):
        store.load([*many(5000), ("order-a", bad)])
    assert (store.head(), store.streams()) == (Head(), 0)
    assert store.load(many(3)) == 3


def test_a_load_whose_source_breaks_off_leaves_nothing_behind(store: EventStore) -> None:
    def breaking() -> Iterator[tuple[str, Event]]:
        yield from many(5000)
        raise OSError("the file ended")

    with pytest.raises(OSError, match="the file ended"):
        store.load(breaking())
    assert store.head() == Head()
    store.append("order-a", [opened], expected_version=0)
    assert store.head().position == 1


def test_a_load_of_nothing_adds_nothing(store: EventStore) -> None:
    assert store.load([]) == 0
    assert store.head() == Head()


def test_a_load_of_thousands_is_dense_and_verifies(store: EventStore) -> None:
    assert store.load(iter(many(7003))) == 7003
    checked = verify(store.rows())
    assert (checked.events, checked.streams, checked.seal) == (7003, 7, store.head().seal)
    assert [store.version_at(f"order-{n}") for n in range(7)] == [1001] * 3 + [1000] * 4
