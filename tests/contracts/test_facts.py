"""Does a fold get the facts it needs, and nothing else? For every store there is."""

from __future__ import annotations

from contextlib import closing
from dataclasses import replace
from itertools import chain
from pathlib import Path
from uuid import uuid4

import pytest

from core.causes import causes
from core.codec import Codec
from core.errors import UnknownEvent
from core.events import Event
from core.orders import OrderCreated, OrderItemAdded, ShippingAddressChanged, orders
from core.repository import Repository
from core.stores import EventStore, open_store
from core.stores.postgres import open_store as open_postgres
from core.stores.postgres_append import insert
from core.stores.postgres_line import Line
from tests import postgres
from tests.conftest import CODEC, DURABLE
from tests.orders.facts import lamp, lamp_removed, opened, placed


def fresh(event: Event) -> Event:
    """The same fact, told anew."""
    return replace(event, event_id=uuid4())


def test_the_facts_of_a_stream_are_its_events_without_their_envelopes(store: EventStore) -> None:
    history = [opened, *[fresh(fact) for fact in (lamp, lamp_removed) * 40], placed]
    store.append("order-x", [fresh(opened)], expected_version=0)
    for version, event in enumerate(history):
        store.append("order-a", [event], expected_version=version)
    for first, last in ((1, None), (1, 66), (64, 65), (65, 66), (3, 40), (82, 83), (83, None)):
        pages = list(store.facts("order-a", first, last))
        facts = [fact for page in pages for fact in page]
        assert facts == history[first - 1 : None if last is None else last - 1]
        assert all(pages)
    assert list(store.facts("order-a", 1, 1)) == list(store.facts("nobody")) == []


def test_the_facts_of_some_types_stand_behind_their_versions(store: EventStore) -> None:
    history = [opened, *[fresh(fact) for fact in (lamp, lamp_removed) * 3], placed]
    store.append("order-a", history, expected_version=0)
    store.append("order-x", [fresh(opened), fresh(lamp)], expected_version=0)

    def told(
        *types: str, stream: str = "order-a", after: int = 0, last: int = 2**62
    ) -> list[tuple[int, Event]]:
        return list(store.facts_of(stream, types, after, last))

    assert told("OrderItemAdded") == [(n, lamp) for n in (2, 4, 6)]
    assert told("OrderPlaced", "OrderCreated", last=8) == [(1, opened), (8, placed)]
    assert told("OrderPlaced", "OrderItemAdded", last=3) == [(2, lamp)]
    assert told("OrderItemAdded", after=2, last=6) == [(4, lamp), (6, lamp)]
    assert told("OrderPlaced", stream="nobody") == []


def test_the_facts_of_the_log_stand_in_its_order_all_or_those_of_some_types(
    store: EventStore,
) -> None:
    others = [("order-b", fresh(lamp)), ("order-a", fresh(opened)), ("order-b", fresh(placed))]
    told = [("order-a", fresh(one)) for one in (lamp, lamp_removed) * 1_100]
    store.load([*others, *told])
    log = list(store.read_all())
    for types in (None, ["OrderPlaced"], ["OrderItemRemoved", "OrderPlaced"], []):
        for last in (None, 2, 2_050):
            found = [fact for page in store.all_facts(types, last) for fact in page]
            assert found == [
                (one.position, one.stream, one.event)
                for one in log[:last]
                if types is None or one.version == 1 or one.type in types
            ]


def test_the_events_of_any_versions_are_read_at_once(store: EventStore) -> None:
    history = [opened, *[fresh(fact) for fact in (lamp, lamp_removed) * 90], placed]
    store.append("order-x", [fresh(opened)], expected_version=0)
    store.append("order-a", history, expected_version=0)
    for versions in ([], [7], [3, 1, 182], list(range(1, 183, 2)), [182, 183]):
        found = sorted(store.read_versions("order-a", versions), key=lambda one: one.version)
        there = sorted(version for version in versions if version <= 182)
        assert [one.version for one in found] == there
        assert [one.event for one in found] == [history[version - 1] for version in there]
        assert {one.stream for one in found} <= {"order-a"}
    assert store.read_versions("nobody", [1]) == []


def test_who_set_a_field_is_found_however_far_apart_its_settings_are(store: EventStore) -> None:
    moved = [ShippingAddressChanged("o1", {"city": f"City {n}"}) for n in range(520)]
    turns = [[one, fresh(lamp), fresh(lamp_removed)] for one in moved]
    store.load(("order-o1", one) for one in [opened, *chain.from_iterable(turns), placed])
    repository = Repository(store, orders)
    for path, number in ((("shipping_address", "city"), 521), (("status",), 1), (("total",), 1040)):
        found = list(causes(repository, "order-o1", path))
        assert len(found) == number
        assert [one.recorded.version for one in found] == [one.version for one in found]
        types = orders.setters({"total": ["items"]}.get(path[0], path[:1]))
        assert {one.recorded.type for one in found} <= set(types or ())


@pytest.mark.parametrize("backend", sorted(DURABLE))
def test_a_fact_that_cannot_be_read_is_named_by_its_position(backend: str, tmp_path: Path) -> None:
    url = DURABLE[backend](tmp_path)
    with closing(open_store(url, CODEC)) as store:
        store.append("order-x", [fresh(opened)], expected_version=0)
        store.append("order-a", [opened, *[fresh(lamp) for _ in range(200)]], expected_version=0)
        store.append("order-a", [placed], expected_version=201)
    with closing(open_store(url, Codec((OrderCreated, OrderItemAdded), {}))) as store:
        with pytest.raises(UnknownEvent) as unknown:
            list(store.facts("order-a"))
        assert (unknown.value.name, unknown.value.position) == ("OrderPlaced", 203)
        assert sum(map(len, store.facts("order-a", to_position=202))) == 201
        with pytest.raises(UnknownEvent) as unknown:
            list(store.all_facts(None))
        assert unknown.value.position == 203


def test_a_fact_says_that_it_was_read_without_its_envelope(store: EventStore) -> None:
    store.append("order-a", [opened], expected_version=0)
    [[fact]] = store.facts("order-a")
    for name in ("event_id", "occurred_at", "metadata"):
        with pytest.raises(AttributeError, match=f"this OrderCreated was read without its {name}"):
            getattr(fact, name)


def test_a_fold_knows_of_no_fact_before_it_has_its_place() -> None:
    url = postgres.fresh_url()
    with closing(open_postgres(url, CODEC)) as store, postgres.connect(url) as slow:
        store.append("order-a", [opened], 0)
        insert(Line(slow).fetch, "order-a", [CODEC.encode(lamp)], 1, "later")
        assert list(store.facts("order-a")) == [[opened]]
        assert list(store.facts("order-b")) == []
        store.place()
        assert list(store.facts("order-a")) == [[opened, lamp]]
