"""Does what was written come back as itself? Bytes, types, times, older shapes, and refusals."""

from __future__ import annotations

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import fields, make_dataclass, replace
from datetime import UTC, datetime, timedelta, timezone
from decimal import Decimal
from types import MappingProxyType
from typing import Any, get_args
from uuid import UUID

import pytest

from core.codec import Codec, decode_state, encode_state, fingerprint
from core.errors import UnknownEvent, UnreadableEvent
from core.events import Event, StoredRow, kind_of
from core.instants import from_microseconds, to_microseconds
from core.orders import (
    UPCASTERS,
    Order,
    OrderCreated,
    OrderDelivered,
    OrderEvent,
    OrderItemAdded,
    OrderPlaced,
    PaymentRecorded,
    orders,
)
from tests.orders.facts import HOME, ONE_OF_EACH, opened, paid

SAO_PAULO = timezone(timedelta(hours=-3))


class FirstPayment(Event, type="PaymentRecorded", schema=1):
    """A payment as it was written before there were installments."""

    order_id: str
    method: str
    amount: Decimal


CODEC = Codec(get_args(OrderEvent), UPCASTERS)


def stored(event: Event, codec: Codec = CODEC) -> StoredRow:
    """A row as a store would keep it."""
    kind, schema, event_id, occurred_at, metadata, data = codec.encode(event)
    told = (event_id, occurred_at, occurred_at, metadata, data)
    return (7, "order-o1", 1, kind, schema, *told, bytes(32), bytes(32))


def who(row: StoredRow) -> dict[str, Any]:
    """The envelope of a row."""
    return {"event_id": UUID(bytes=row[5]), "occurred_at": from_microseconds(row[6])}


def back(event: Event) -> Any:
    """The event after a journey through its bytes."""
    return CODEC.decode(stored(event))


@pytest.mark.parametrize("event", ONE_OF_EACH, ids=lambda event: event.type)
def test_every_event_comes_back_as_itself_with_its_envelope(event: OrderEvent) -> None:
    told = replace(event, metadata={"actor": "ada", "reason": "because – „ja“ 🪔"})
    again = back(told)
    for field in fields(told):
        was, came = getattr(told, field.name), getattr(again, field.name)
        assert (came, type(came)) == (was, type(was)), field.name
    assert again == told


@pytest.mark.parametrize("event", ONE_OF_EACH, ids=lambda event: event.type)
def test_an_event_that_was_read_passes_for_one_that_was_made(event: OrderEvent) -> None:
    again, told = back(event), replace(event, metadata={"actor": "ada"})
    assert (again.__class__, again.type, again.schema) == (type(event), event.type, event.schema)
    assert (isinstance(again, Event), isinstance(again, type(event))) == (True, True)
    assert (again, event) == (event, again)
    assert (repr(again), fields(again)) == (repr(event), fields(event))
    assert replace(again, metadata={"actor": "ada"}) == told
    assert replace(again, metadata={"actor": "ada"}).event_id == event.event_id
    assert CODEC.encode(again) == CODEC.encode(event)
    assert hash(back(opened)) == hash(opened)
    for name in ("order_id", "event_id", "metadata", "anything"):
        with pytest.raises(AttributeError):
            setattr(again, name, "another")


def test_a_fact_alone_is_shown_without_an_envelope() -> None:
    [fact] = CODEC.facts([("OrderCreated", b'{"order_id":"o1","customer_id":"ada"}')], list)
    assert repr(fact) == "OrderCreated(order_id='o1', customer_id='ada')"


def test_no_body_says_where_its_event_comes_from() -> None:
    body = b'{"order_id":"o1","customer_id":"ada","_row":%b}'
    assert CODEC.decode((*stored(opened)[:9], body % b"null", *stored(opened)[10:])) == opened
    with pytest.raises(UnreadableEvent):
        CODEC.decode((*stored(opened)[:9], body % b"[7]", *stored(opened)[10:]))


def test_an_event_is_written_the_same_before_and_after_somebody_asked_who_and_when() -> None:
    event = OrderCreated("o1", "ada")
    written = CODEC.encode(event)
    assert (written.event_id, written.metadata) == (event.event_id.bytes, b"{}")
    assert written.occurred_at == to_microseconds(event.occurred_at)
    assert CODEC.encode(event) == written


def test_what_was_read_is_looked_at_before_it_is_written_again() -> None:
    row = stored(OrderCreated("o1", "ada"))
    assert CODEC.encode(CODEC.decode(row)) == CODEC.encode(OrderCreated("o1", "ada", **who(row)))
    altered: Any = (*row[:8], b"nobody", *row[9:])
    with pytest.raises(ValueError, match="Expecting value"):
        CODEC.encode(CODEC.decode(altered))


def test_a_decimal_keeps_its_digits() -> None:
    for digits in ("19.00", "0.1", "0", "-0.00", "1E+3", "999999999999999.999999999"):
        amount = back(replace(paid, amount=Decimal(digits))).amount
        assert str(amount) == str(Decimal(digits))


def test_a_time_with_another_zone_is_the_same_instant() -> None:
    at = datetime(2017, 11, 24, 17, 0, 5, 123456, tzinfo=SAO_PAULO)
    event = back(OrderDelivered("o1", at, occurred_at=at))
    assert (event.delivered_at, event.occurred_at) == (at, at)
    assert event.occurred_at.tzinfo is UTC


def test_a_zone_that_is_off_by_seconds_does_not_move_the_instant() -> None:
    at = datetime(1900, 1, 1, tzinfo=timezone(timedelta(hours=-3, minutes=-6, seconds=-28)))
    assert back(OrderDelivered("o1", at, occurred_at=at)).delivered_at == at


def test_a_time_before_1970_comes_back() -> None:
    at = datetime(1815, 12, 10, 0, 0, 0, 1, tzinfo=UTC)
    assert back(replace(opened, occurred_at=at)).occurred_at == at


def test_any_text_comes_back() -> None:
    for name in ("", "\0", "línea\nnueva\t\"'\\", "\u2028 <b> 🪔 עברית", "=1+1", "\x7f\x80"):
        assert back(OrderItemAdded("o1", "p", name, 1, Decimal(1))).product_name == name


def test_a_mapping_in_a_read_event_is_frozen_too() -> None:
    event = back(OrderPlaced("o1", HOME, Decimal("19.00"), metadata={"actor": "ada"}))
    assert isinstance(event.shipping_address, MappingProxyType)
    assert isinstance(event.metadata, MappingProxyType)


def test_the_bytes_of_an_event_are_plain_json_and_hold_its_own_fields_alone() -> None:
    written = CODEC.encode(paid)
    told = b'{"order_id":"o1","method":"card","amount":"19.00","installments":3}'
    assert (written.type, written.schema, written.data) == ("PaymentRecorded", 2, told)
    assert written == CODEC.encode(paid)


def test_a_class_may_be_renamed_without_touching_the_log() -> None:
    class OrderWasBegun(Event, type="OrderCreated"):
        order_id: str
        customer_id: str

    event = Codec([OrderWasBegun]).decode(stored(opened))
    assert event == OrderWasBegun("o1", "ada")
    assert event.event_id == opened.event_id


def event_of(codec: Codec, row: StoredRow) -> Event:
    """What is stored, whole."""
    return codec.decode(row)


def fact_of(codec: Codec, row: StoredRow) -> Event:
    """What is stored, as a fold asks for it."""
    [fact] = codec.facts([(kind_of(row[3], row[4]), row[9])], lambda: [row])
    return fact


Reading = Callable[[Codec, StoredRow], Event]
either_way = pytest.mark.parametrize("read", [event_of, fact_of])


def test_an_older_shape_is_read_as_todays() -> None:
    old = FirstPayment("o1", "card", Decimal("19.00"), metadata={"actor": "ada"})
    row = stored(old, Codec([FirstPayment]))
    event = CODEC.decode(row)
    assert event == PaymentRecorded("o1", "card", Decimal("19.00"), 1)
    assert (event.event_id, event.metadata) == (old.event_id, {"actor": "ada"})
    assert row[4] == 1


@either_way
def test_the_oldest_shape_passes_through_each_shape_between(read: Reading) -> None:
    class Paid(Event, type="PaymentRecorded", schema=3):
        order_id: str
        method: str
        amount: Decimal
        installments: int
        currency: str

    steps = {**UPCASTERS, ("PaymentRecorded", 2): lambda body: {**body, "currency": "BRL"}}
    row = stored(FirstPayment("o1", "card", Decimal("19.00")), Codec([FirstPayment]))
    paid_today = Paid("o1", "card", Decimal("19.00"), 1, "BRL")
    assert paid_today == read(Codec([Paid], steps), row)


@either_way
def test_a_type_that_is_not_known_is_named_with_its_position(read: Reading) -> None:
    with pytest.raises(UnknownEvent) as unknown:
        read(Codec([OrderCreated]), stored(paid))
    assert (unknown.value.name, unknown.value.position) == ("PaymentRecorded", 7)


@either_way
@pytest.mark.parametrize("schema", [0, 3])
def test_a_shape_that_nobody_can_read_is_named_with_its_position(
    schema: int, read: Reading
) -> None:
    row = stored(paid)
    with pytest.raises(UnknownEvent) as unknown:
        read(CODEC, (*row[:4], schema, *row[5:]))
    assert str(unknown.value) == (
        f"The event at position 7 is a PaymentRecorded of schema {schema}, which is not known here."
    )


@pytest.mark.parametrize("data", [b"", b"{", b"[]", b'{"order_id":"o1"}', b'{"order_id":"\xff"}'])
@pytest.mark.parametrize("schema", [1, 2])
@either_way
def test_bytes_that_are_not_the_event_are_named_with_their_position(
    read: Reading, data: bytes, schema: int
) -> None:
    row = stored(paid)
    with pytest.raises(UnreadableEvent) as unreadable:
        read(CODEC, (*row[:4], schema, *row[5:9], data, *row[10:]))
    assert (unreadable.value.name, unreadable.value.position) == ("PaymentRecorded", 7)


def test_two_readers_may_open_an_envelope_at_once() -> None:
    events = [back(replace(opened, metadata={"n": str(n)})) for n in range(2000)]
    with ThreadPoolExecutor(8) as readers:
        seen = list(readers.map(lambda _: [event.metadata["n"] for event in events], range(8)))
    assert seen == [[str(n) for n in range(2000)]] * 8


def test_a_state_comes_back_as_itself() -> None:
    state = orders.fold(ONE_OF_EACH)
    assert decode_state(encode_state(state), Order) == state


@pytest.mark.parametrize("data", [b"", b"{", b"[]", b'{"version":"one"}', b"\xff\xfe"])
def test_bytes_that_are_not_a_state_are_no_state(data: bytes) -> None:
    assert decode_state(data, Order) is None


def test_the_fingerprint_of_a_state_follows_its_shape() -> None:
    sized = make_dataclass("Sized", [("name", str), ("size", int)])
    assert fingerprint(make_dataclass("Sized", [("name", str), ("size", int)])) == fingerprint(
        sized
    )
    assert fingerprint(make_dataclass("Sized", [("name", str)])) != fingerprint(sized)
    assert fingerprint(make_dataclass("Sized", [("name", str), ("size", str)])) != fingerprint(
        sized
    )
