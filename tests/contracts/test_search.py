"""Which events of the log are these? Pages of it, narrowed down, for every store there is."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta
from uuid import uuid4

import pytest

from core.stores import EventStore, Search
from tests.orders.facts import NOON, chair, lamp, opened, paid, placed

FACTS = [opened, lamp, chair, paid, placed]


@pytest.fixture
def mixed(store: EventStore) -> EventStore:
    """Twenty events a minute apart: five of each of four orders, by ada and by grace in turn."""
    store.load(
        (
            f"order-{n % 4}",
            replace(
                FACTS[n // 4],
                event_id=uuid4(),
                occurred_at=NOON + timedelta(minutes=n),
                metadata={} if n == 19 else {"actor": ("ada", "grace")[n % 2]},
            ),
        )
        for n in range(20)
    )
    return store


def found(store: EventStore, search: Search, newest_first: bool = False) -> list[int]:
    """The positions of everything found, gathered in pages of three."""
    positions: list[int] = []
    while page := store.search(search, positions[-1] if positions else None, newest_first, 3):
        positions += [one.position for one in page]
    return positions


def test_without_conditions_everything_is_found_in_either_direction(mixed: EventStore) -> None:
    assert found(mixed, Search()) == list(range(1, 21))
    assert found(mixed, Search(), newest_first=True) == list(range(20, 0, -1))


@pytest.mark.parametrize(
    ("search", "positions"),
    [
        (Search(types=("OrderPlaced",)), [17, 18, 19, 20]),
        (Search(types=("OrderCreated", "OrderPlaced")), [1, 2, 3, 4, 17, 18, 19, 20]),
        (Search(types=("Nothing",)), []),
        (Search(stream="order-2"), [3, 7, 11, 15, 19]),
        (Search(actor="ada"), list(range(1, 20, 2))),
        (Search(actor="nobody"), []),
        (Search(since=NOON + timedelta(minutes=17)), [18, 19, 20]),
        (Search(until=NOON + timedelta(minutes=2)), [1, 2, 3]),
        (Search(to_position=4), [1, 2, 3, 4]),
        (Search(stream="order-2", actor="grace"), []),
        (Search(stream="order-1", types=("OrderPlaced",), actor="grace", to_position=18), [18]),
    ],
)
def test_each_condition_narrows_the_page(
    mixed: EventStore, search: Search, positions: list[int]
) -> None:
    assert found(mixed, search) == positions
    assert found(mixed, search, newest_first=True) == positions[::-1]


def test_what_is_found_is_what_was_recorded(mixed: EventStore) -> None:
    page = mixed.search(Search(), None, newest_first=False, limit=100)
    assert page == list(mixed.read_all())
    assert [one.event for one in page] == [one.event for one in mixed.read_all()]
