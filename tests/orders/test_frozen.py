"""What is a fact made of, and can it be altered? Its envelope, and how it stays as it was."""

from __future__ import annotations

import pickle
import time
from copy import copy
from dataclasses import FrozenInstanceError, replace
from datetime import UTC, datetime
from functools import reduce
from operator import and_, or_
from typing import Any
from uuid import RFC_4122, UUID

import pytest

from core.orders import (
    OrderCreated,
    OrderDelivered,
    OrderShipped,
    Status,
    orders,
)
from tests.orders.facts import (
    NOON,
    draft,
    opened,
    placed,
)


def test_a_state_cannot_be_changed_by_hand() -> None:
    order: Any = orders.fold(draft)
    with pytest.raises(FrozenInstanceError):
        order.status = Status.PLACED


def test_the_address_in_a_state_cannot_be_changed_by_hand() -> None:
    order: Any = orders.fold([*draft, placed])
    with pytest.raises(TypeError):
        order.shipping_address["city"] = "Rio"


def test_the_metadata_of_an_event_cannot_be_changed_behind_its_back() -> None:
    metadata = {"actor": "ada"}
    event: Any = OrderCreated("o1", "ada", metadata=metadata)
    metadata["actor"] = "mallory"
    assert event.metadata["actor"] == "ada"
    with pytest.raises(TypeError):
        event.metadata["actor"] = "mallory"


def test_an_event_cannot_be_changed() -> None:
    event: Any = opened
    with pytest.raises(FrozenInstanceError):
        event.customer_id = "mallory"


def test_the_envelope_has_defaults_and_the_facts_have_none() -> None:
    event = OrderShipped("o1", "BR123", "Correios")
    assert event.event_id.version == 7
    assert event.occurred_at.tzinfo is UTC
    assert event.metadata == {}
    shipping: Any = OrderShipped
    with pytest.raises(TypeError, match="carrier"):
        shipping("o1", "BR123")


def test_what_an_envelope_says_it_says_for_ever() -> None:
    begun = datetime.now(UTC)
    event = OrderCreated("o1", "ada")
    meanwhile = datetime.now(UTC)
    assert begun <= event.occurred_at <= meanwhile
    assert (event.event_id, event.occurred_at) == (event.event_id, event.occurred_at)
    told = replace(event, metadata={"actor": "ada"})
    assert (told.event_id, told.occurred_at) == (event.event_id, event.occurred_at)
    assert (told, told.metadata, event.metadata) == (event, {"actor": "ada"}, {})
    assert copy(event).event_id == event.event_id


def test_one_part_of_an_envelope_may_be_given_and_the_others_are_drawn() -> None:
    event = OrderCreated("o1", "ada", occurred_at=NOON)
    assert (event.occurred_at, event.event_id.version, event.metadata) == (NOON, 7, {})
    given = UUID(int=7)
    other = OrderCreated("o1", "ada", event_id=given, metadata={})
    assert (other.event_id, other.metadata, other.occurred_at.tzinfo) == (given, {}, UTC)


def test_the_facts_may_be_given_by_name_and_none_may_be_unknown() -> None:
    assert OrderCreated(customer_id="ada", order_id="o1") == OrderCreated("o1", "ada")
    created: Any = OrderCreated
    with pytest.raises(TypeError, match="OrderCreated"):
        created("o1", "ada", "bob")
    with pytest.raises(TypeError, match="colour"):
        created("o1", "ada", colour="red")


def test_the_envelope_is_given_by_name() -> None:
    at = datetime(2017, 11, 24, 17, 0, 5, 123456, tzinfo=UTC)
    event = OrderDelivered("o1", NOON, occurred_at=at, metadata={"actor": "carrier"})
    assert (event.signature, event.occurred_at, event.metadata["actor"]) == (None, at, "carrier")


def test_an_event_of_its_own_has_an_id_of_its_own() -> None:
    assert OrderCreated("o1", "ada").event_id != OrderCreated("o1", "ada").event_id


def test_an_event_gets_an_id_of_the_time_it_was_made_and_of_chance() -> None:
    begun = time.time_ns()
    ids = [OrderCreated("o1", "ada").event_id for _ in range(500)]
    assert len(set(ids)) == 500
    assert {(one.version, one.variant) for one in ids} == {(7, RFC_4122)}
    assert [UUID(str(one)) for one in ids] == ids
    assert pickle.loads(pickle.dumps(ids)) == ids
    millisecond = 1_000_000
    for one in ids:
        assert begun // millisecond <= one.int >> 80 <= time.time_ns() // millisecond
    free = (1 << 62) - 1
    assert reduce(or_, (one.int for one in ids)) & free == free  # every bit is left to chance
    assert reduce(and_, (one.int for one in ids)) & free == 0


def test_the_ids_of_events_rise_with_time(monkeypatch: pytest.MonkeyPatch) -> None:
    told = iter(range(1_700_000_000_000_000_000, 1_700_000_000_003_000_000, 245))
    monkeypatch.setattr(time, "time_ns", lambda: next(told))
    ids = [OrderCreated("o1", "ada").event_id for _ in range(12_000)]
    assert ids == sorted(ids)
    assert {one.version for one in ids} == {7}
