"""Does a writer read its own write? Whoever waits for the position, at once; any other soon."""

from __future__ import annotations

from dataclasses import replace
from uuid import uuid4

import pytest

from core.errors import VersionConflict
from core.events import Event
from core.stores import EventStore
from tests.orders.facts import chair, lamp, opened


def test_who_waits_for_the_position_reads_its_own_write(store: EventStore) -> None:
    for version in range(10):
        [one] = store.append(
            "order-a", [replace(opened, event_id=uuid4())], version, wait_for_position=True
        )
        assert (one.position, one.version) == (version + 1, version + 1)
        assert (store.head().position, store.head().seal) == (one.position, one.seal)
        assert [read.event for read in store.read_all(one.position)] == [one.event]
        assert store.version_at("order-a") == one.version


def test_who_does_not_wait_finds_it_soon_and_may_wait_after_all(store: EventStore) -> None:
    [one] = store.append("order-a", [opened], 0, wait_for_position=False)
    assert (one.version, one.event) == (1, opened)
    [again] = store.append("order-a", [opened], 0)
    assert (again.position, again.version) == (1, 1)
    assert store.append("order-a", [lamp], 1, wait_for_position=False)[0].version == 2
    while store.head().position < 2:
        pass
    assert [(one.position, one.event) for one in store.read_all()] == [(1, opened), (2, lamp)]


@pytest.mark.parametrize("late", [[lamp], [lamp, chair]], ids=["an event", "a batch"])
@pytest.mark.parametrize("expected", [0, 2])
def test_who_does_not_wait_is_told_of_a_conflict_all_the_same(
    store: EventStore, late: list[Event], expected: int
) -> None:
    store.append("order-a", [opened], 0, wait_for_position=False)
    with pytest.raises(VersionConflict) as told:
        store.append("order-a", late, expected, wait_for_position=False)
    assert told.value.actual == 1
    assert [one.version for one in store.append("order-a", late, 1)] == [2, 3][: len(late)]
    assert [one.event for one in store.read_all()] == [opened, *late]
