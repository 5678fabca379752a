"""What could happen? Any fact, any history, any command, for Hypothesis to make up."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import TypeVar

from hypothesis import strategies as st

from core.orders import (
    AddItem,
    CancelOrder,
    ChangeShippingAddress,
    CreateOrder,
    DeliverOrder,
    OrderCancelled,
    OrderCommand,
    OrderCreated,
    OrderDelivered,
    OrderEvent,
    OrderItemAdded,
    OrderItemRemoved,
    OrderPlaced,
    OrderShipped,
    PaymentRecorded,
    PlaceOrder,
    RecordPayment,
    RemoveItem,
    ShipOrder,
    ShippingAddressChanged,
)

T = TypeVar("T")

ORDER_IDS = ("o1", "o2", "São-3")

order_ids = st.sampled_from(ORDER_IDS)
products = st.sampled_from(["lamp", "chair", "table"])
text = st.text(st.characters(exclude_categories=["Cs"], exclude_characters="\0"), max_size=12)
some_text = text.filter(bool)
amounts = st.decimals(min_value=0, max_value=1_000_000, places=2)
signed_amounts = st.decimals(min_value=-1000, max_value=1000, places=3)
instants = st.datetimes(datetime(1970, 1, 1), datetime(2100, 1, 1), timezones=st.just(UTC))
addresses = st.dictionaries(st.sampled_from(["street", "city", "zip"]), text, max_size=3)
counts = st.integers(1, 20)
metadata = st.dictionaries(st.sampled_from(["actor", "reason", "source"]), text, max_size=3)
envelope = {"occurred_at": instants, "metadata": metadata}


def _events(order_id: str) -> st.SearchStrategy[OrderEvent]:
    this = st.just(order_id)
    return st.one_of(
        st.builds(OrderCreated, this, some_text, **envelope),
        st.builds(OrderItemAdded, this, products, text, counts, amounts, **envelope),
        st.builds(OrderItemRemoved, this, products, **envelope),
        st.builds(ShippingAddressChanged, this, addresses, **envelope),
        st.builds(PaymentRecorded, this, text, signed_amounts, counts, **envelope),
        st.builds(OrderPlaced, this, addresses, amounts, **envelope),
        st.builds(OrderShipped, this, text, text, **envelope),
        st.builds(OrderDelivered, this, instants, st.none() | text, **envelope),
        st.builds(OrderCancelled, this, text, text, **envelope),
    )


events: st.SearchStrategy[OrderEvent] = order_ids.flatmap(_events)
"""Any fact of any order."""

histories = st.lists(_events("o1"), max_size=30)
"""Any facts of one order, in any order: foreign histories keep no rules."""

logs = st.lists(events, max_size=25).map(
    lambda facts: [(f"order-{fact.order_id}", fact) for fact in _begun(facts)]
)
"""Any facts of three orders, interleaved; each order begins by being created."""


def _begun(facts: list[OrderEvent]) -> list[OrderEvent]:
    told: list[OrderEvent] = []
    known: set[str] = set()
    for fact in facts:
        if fact.order_id not in known and not isinstance(fact, OrderCreated):
            told.append(OrderCreated(fact.order_id, "ada", occurred_at=fact.occurred_at))
        known.add(fact.order_id)
        told.append(fact)
    return told


def cut(whole: list[T], sizes: list[int]) -> list[list[T]]:
    """A list in pieces of these sizes, and a last piece with the rest."""
    pieces, rest = [], whole
    for size in sizes:
        pieces.append(rest[:size])
        rest = rest[size:]
    return [piece for piece in (*pieces, rest) if piece]


commands: st.SearchStrategy[OrderCommand] = st.one_of(
    st.builds(CreateOrder, order_ids, some_text),
    st.builds(AddItem, order_ids, products, text, st.integers(-1, 9), amounts | signed_amounts),
    st.builds(RemoveItem, order_ids, products),
    st.builds(ChangeShippingAddress, order_ids, addresses),
    st.builds(PlaceOrder, order_ids, st.none() | addresses),
    st.builds(ShipOrder, order_ids, text, text),
    st.builds(DeliverOrder, order_ids, instants, st.none() | text),
    st.builds(CancelOrder, order_ids, text, text),
    st.builds(RecordPayment, order_ids, text, signed_amounts, st.integers(0, 12)),
)
"""Anything that might be asked, sensible or not."""
