"""Are the events that set a field found newest first, and no more read than is asked for?"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import fields, replace
from itertools import islice
from uuid import uuid4

import pytest
from hypothesis import given
from hypothesis import strategies as st

from core import causes as room
from core.causes import AT_ONCE, STRETCH, causes
from core.codec import Codec
from core.events import Event, Recorded
from core.history import Path, provenance
from core.machine import codec
from core.orders import Order, OrderEvent, orders
from core.repository import Repository
from core.stores.memory import MemoryStore
from tests.benchmarks.histories import long_order
from tests.laws.strategies import histories

NAMES = [*(one.name for one in fields(Order)), *Order.DERIVED]
PATHS: list[Path] = [("payments", "1"), ("shipping_address", "city"), *((one,) for one in NAMES)]


class Watched(MemoryStore):
    """A store in memory that counts what is read from it."""

    def __init__(self, known: Codec) -> None:
        super().__init__(known)
        self.facts_read, self.events_read = 0, 0

    def facts_of(
        self, stream: str, types: Sequence[str], after: int, last: int
    ) -> Iterator[tuple[int, Event]]:
        for fact in super().facts_of(stream, types, after, last):
            self.facts_read += 1
            yield fact

    def read_versions(self, stream: str, versions: Sequence[int]) -> list[Recorded]:
        self.events_read += len(versions)
        return super().read_versions(stream, versions)


def filled(events: Sequence[OrderEvent]) -> Repository:
    repository = Repository(Watched(codec()), orders)
    repository.load([("order-o1", replace(event, event_id=uuid4())) for event in events])
    return repository


@pytest.fixture(scope="module", name="long")
def _long() -> Repository:
    return filled(list(long_order("o1", 3_000)))


def all_the_way(repository: Repository, path: Path, last: int | None = None) -> None:
    recorded = list(repository.store.read_stream("order-o1"))
    found = list(causes(repository, "order-o1", path, last))
    facts = [(one.version, one.event) for one in recorded[:last]]
    expected = list(provenance(orders, facts, path))
    assert [(one.version, one.change) for one in found] == expected[::-1]
    assert all(one.recorded == recorded[one.version - 1] for one in found)


@given(histories, st.sampled_from(PATHS), st.integers(1, 9))
def test_every_cause_is_the_event_of_its_version_however_far_one_looks_at_once(
    events: list[OrderEvent], path: Path, stretch: int
) -> None:
    repository = filled(events)
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(room, "STRETCH", stretch)
        patch.setattr(room, "FARTHER", 2)
        for last in {0, len(events) // 2, len(events), None}:
            all_the_way(repository, path, last)


@pytest.mark.parametrize("path", [("total",), ("items", "product-7"), ("customer_id",), ("id",)])
def test_the_causes_in_a_long_history_are_those_of_one_pass(long: Repository, path: Path) -> None:
    for last in (None, 700, 1):
        all_the_way(long, path, last)


def test_what_nobody_asks_for_is_not_read(long: Repository) -> None:
    store = long.store
    assert isinstance(store, Watched)
    store.facts_read = store.events_read = 0
    newest = list(islice(causes(long, "order-o1", ("total",)), 60))
    assert 60 <= store.facts_read <= STRETCH
    assert store.events_read == 0
    assert [one.recorded.version for one in newest] == [one.version for one in newest]
    assert 60 <= store.events_read <= 2 * AT_ONCE


def test_nothing_set_what_no_order_has(long: Repository) -> None:
    assert not list(causes(long, "order-o1", ("no", "such", "field")))
    assert not list(causes(long, "order-nobody", ("total",)))
