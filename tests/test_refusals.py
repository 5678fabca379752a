"""What does the log refuse to keep? Whatever would not come back as itself, named by its place."""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime
from decimal import Decimal
from typing import Any, get_args
from uuid import UUID

import pytest

from core.codec import Codec
from core.errors import InvalidEvent
from core.events import Event
from core.orders import (
    OrderCreated,
    OrderDelivered,
    OrderEvent,
    OrderItemAdded,
    OrderPlaced,
    PaymentRecorded,
)


class Noted(Event, type="Noted"):
    """An event that holds anything, to see what cannot be held."""

    order_id: str
    note: Any


CODEC = Codec([*get_args(OrderEvent), Noted])
NAIVE = datetime(2026, 3, 2)
MEBIBYTE = 1024 * 1024


def made(kind: Any, *values: Any, **envelope: Any) -> Event:
    """An event as a caller without a type checker would make it."""
    event: Event = kind(*values, **envelope)
    return event


def opened(**metadata: Any) -> Event:
    """A plain event with this metadata."""
    return made(OrderCreated, "o1", "ada", metadata=metadata)


def paid(amount: Any) -> Event:
    """A payment of this amount."""
    return made(PaymentRecorded, "o1", "card", amount, 1)


def added(product_name: Any, quantity: Any, price: Any) -> Event:
    """An item with these values."""
    return made(OrderItemAdded, "o1", "lamp", product_name, quantity, price)


def nested(depth: int) -> Any:
    """A list in a list in a list …"""
    return [] if depth == 1 else [nested(depth - 1)]


def endless() -> Any:
    """A list that holds itself."""
    circle: list[Any] = []
    circle.append(circle)
    return circle


NOT_A_NUMBER = "which is not a number"
TOO_LONG = "has more than 15 digits before and 9 after the point"
NO_ZONE = "has no time zone"
SURROGATE = "holds a lone surrogate"
ZERO = "holds U+0000"
TOO_DEEP = "is nested more than 64 deep"

REFUSALS = [
    (paid(Decimal("NaN")), "amount", NOT_A_NUMBER),
    (paid(Decimal("sNaN")), "amount", NOT_A_NUMBER),
    (paid(Decimal("-Infinity")), "amount", NOT_A_NUMBER),
    (paid(float("nan")), "amount", NOT_A_NUMBER),
    (paid(Decimal("1E+15")), "amount", TOO_LONG),
    (paid(Decimal("9E+999999")), "amount", TOO_LONG),
    (paid(Decimal("0.0000000001")), "amount", TOO_LONG),
    (added("Lamp", 2**53, Decimal(1)), "quantity", "is beyond 2^53 - 1"),
    (added("Lamp", -(2**53), Decimal(1)), "quantity", "is beyond 2^53 - 1"),
    (Noted("o1", {"a": [1.0, float("inf")]}), "note['a'][1]", NOT_A_NUMBER),
    (OrderDelivered("o1", NAIVE), "delivered_at", NO_ZONE),
    (Noted("o1", {"at": NAIVE}), "note['at']", NO_ZONE),
    (replace(opened(), occurred_at=NAIVE), "occurred_at", NO_ZONE),
    (OrderCreated("o1", "ada\ud800"), "customer_id", SURROGATE),
    (added("\udc00lamp", 1, Decimal(1)), "product_name", SURROGATE),
    (Noted("o1", {"\udfff": 1}), "note['\\udfff']", SURROGATE),
    (opened(actor="\ud800"), "metadata['actor']", SURROGATE),
    (OrderCreated("o\0", "ada"), "order_id", ZERO),
    (OrderCreated("o1", "a\0da"), "customer_id", ZERO),
    (opened(actor="a\0da"), "metadata['actor']", ZERO),
    (opened(**{"a\0b": "ada"}), "metadata['a\\x00b']", ZERO),
    (opened(retries=3), "metadata['retries']", "is not text"),
    (Noted("o1", nested(65)), f"note{'[0]' * 64}", TOO_DEEP),
    (Noted("o1", endless()), f"note{'[0]' * 64}", TOO_DEEP),
    (Noted("o1", "x" * MEBIBYTE), "data", "the limit is 1,048,576"),
    (opened(reason="x" * MEBIBYTE), "metadata", "the limit is 16,384"),
    (Noted("o1", object()), "data", "cannot be written"),
    (made(OrderPlaced, "o1", "Oslo", Decimal(1)), "shipping_address", "is not what it should be"),
    (added(None, 1, Decimal(1)), "product_name", "is not what it should be"),
    (added("Lamp", 1.5, Decimal(1)), "quantity", "is not what it should be"),
    (added("Lamp", True, Decimal(1)), "quantity", "is not what it should be"),
    (added("Lamp", 1, "nine"), "unit_price", "is not what it should be"),
]


@pytest.mark.parametrize(("event", "where", "reason"), REFUSALS)
def test_what_cannot_be_kept_is_refused_and_its_place_is_named(
    event: Event, where: str, reason: str
) -> None:
    with pytest.raises(InvalidEvent) as refused:
        CODEC.encode(event)
    assert (refused.value.event, refused.value.where) == (event, where)
    assert reason in refused.value.reason
    assert str(refused.value).startswith(f"{type(event).__name__}.{where} ")


@pytest.mark.parametrize(
    "event",
    [
        paid(0.1),
        added(Decimal("1.5"), 1, Decimal(1)),
        made(OrderCreated, "o1", UUID(int=1)),
        made(OrderPlaced, "o1", {1: "Rua Augusta"}, Decimal(1)),
    ],
)
def test_what_would_come_back_as_something_else_is_refused(event: Event) -> None:
    with pytest.raises(InvalidEvent):
        CODEC.encode(event)


def test_a_class_that_is_not_of_this_log_is_refused() -> None:
    with pytest.raises(InvalidEvent, match="is not among the events of this log"):
        Codec([OrderCreated]).encode(paid(Decimal(1)))


def test_nesting_is_kept_up_to_64_levels() -> None:
    assert CODEC.encode(Noted("o1", nested(64))).data.count(b"[") == 64


def test_an_event_of_exactly_one_mebibyte_is_kept() -> None:
    frame = len(CODEC.encode(Noted("o1", "")).data)
    event = Noted("o1", "x" * (MEBIBYTE - frame))
    assert len(CODEC.encode(event).data) == MEBIBYTE
