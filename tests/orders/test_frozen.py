"""What is a fact made of, and can it be altered? Its envelope, and how it stays as it was."""

from __future__ import annotations

import pickle
from dataclasses import FrozenInstanceError
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
    assert event.event_id.version == 4
    assert event.occurred_at.tzinfo is UTC
    assert event.metadata == {}
    shipping: Any = OrderShipped
    with pytest.raises(TypeError, match="carrier"):
        shipping("o1", "BR123")


def test_the_envelope_is_given_by_name() -> None:
    at = datetime(2017, 11, 24, 17, 0, 5, 123456, tzinfo=UTC)
    event = OrderDelivered("o1", NOON, occurred_at=at, metadata={"actor": "carrier"})
    assert (event.signature, event.occurred_at, event.metadata["actor"]) == (None, at, "carrier")


def test_an_event_of_its_own_has_an_id_of_its_own() -> None:
    assert OrderCreated("o1", "ada").event_id != OrderCreated("o1", "ada").event_id


def test_an_event_gets_a_random_id_as_uuid4_gives_it() -> None:
    ids = [OrderCreated("o1", "ada").event_id for _ in range(500)]
    assert len(set(ids)) == 500
    assert {(one.version, one.variant) for one in ids} == {(4, RFC_4122)}
    assert [UUID(str(one)) for one in ids] == ids
    assert pickle.loads(pickle.dumps(ids)) == ids
    free = (1 << 128) - 1 - (0b1111 << 76) - (0b11 << 62)
    assert reduce(or_, (one.int for one in ids)) & free == free  # every other bit is left to chance
    assert reduce(and_, (one.int for one in ids)) & free == 0
