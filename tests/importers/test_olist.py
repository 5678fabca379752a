"""Does a folder of Olist files become the events it tells of?"""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Callable
from datetime import UTC, datetime
from decimal import Decimal
from pathlib import Path

import pytest

from core.events import Event
from core.importers import IMPORTERS, Entry
from core.importers.olist import read
from core.orders import (
    OrderCancelled,
    OrderCreated,
    OrderDelivered,
    OrderItemAdded,
    OrderPlaced,
    OrderShipped,
    PaymentRecorded,
    Status,
    orders,
)

SAMPLE = Path(__file__).parents[2] / "data" / "olist-orders"
Folder = Callable[..., Path]


@pytest.fixture(scope="module")
def sample() -> list[Entry]:
    return read(SAMPLE)


def by_stream(entries: list[Entry]) -> dict[str, list[Event]]:
    streams = defaultdict(list)
    for stream, event in entries:
        streams[stream].append(event)
    return streams


def test_the_importer_is_found_by_its_name():
    assert IMPORTERS["olist"] is read
    assert set(IMPORTERS) == {"olist"}


def test_the_sample_holds_every_event_its_origin_counts(sample):
    assert Counter(event.type for _, event in sample) == {
        "OrderCreated": 7084,
        "OrderItemAdded": 7281,
        "PaymentRecorded": 7764,
        "OrderPlaced": 6949,
        "OrderShipped": 5528,
        "OrderDelivered": 4505,
        "OrderCancelled": 559,
    }
    assert len(by_stream(sample)) == 7084


def test_the_sample_is_in_true_time_order_across_orders(sample):
    times = [event.occurred_at for _, event in sample]
    assert times == sorted(times)
    assert times[0] == datetime(2016, 9, 5, 0, 15, 19, tzinfo=UTC)


def test_every_event_id_of_the_sample_is_its_own(sample):
    assert len({event.event_id for _, event in sample}) == len(sample)


def test_reading_twice_gives_the_same_ids(sample):
    again = read(SAMPLE)
    assert [event.event_id for _, event in again] == [event.event_id for _, event in sample]
    assert again == sample


def test_every_order_of_the_sample_folds(sample):
    folded = Counter(orders.fold(events).status for events in by_stream(sample).values())
    assert folded[Status.CANCELLED] == 559
    assert folded[Status.DELIVERED] == 4499  # 4,505 arrived, 6 of them cancelled all the same


def test_every_cause_in_the_sample_is_an_event_of_the_same_order(sample):
    for events in by_stream(sample).values():
        known = {str(event.event_id) for event in events}
        causes = {event.metadata.get("causation_id") for event in events} - {None}
        assert causes <= known


def test_a_life_is_told_in_order_when_times_agree(olist: Folder):
    events = by_stream(read(olist()))["order-o1"]
    assert [type(event) for event in events] == [
        OrderCreated,
        OrderItemAdded,
        OrderItemAdded,
        PaymentRecorded,
        OrderPlaced,
        OrderShipped,
        OrderDelivered,
    ]


def test_orders_are_interleaved_by_their_times(olist: Folder):
    later = "o1,c1,created,2017-03-02 12:00:00,,,,2017-03-20 00:00:00"
    earlier = "o2,c2,created,2017-03-02 08:00:00,,,,2017-03-25 00:00:00"
    streams = [stream for stream, _ in read(olist(orders=[later, earlier]))]
    assert streams == ["order-o2"] * 3 + ["order-o1"] * 4


def test_lines_of_one_product_at_one_price_become_one_item(olist: Folder):
    order = orders.fold(by_stream(read(olist()))["order-o1"])
    (item,) = order.items
    assert (item.product_name, item.quantity, item.total) == ("bebes", 2, Decimal("39.80"))


def test_lines_of_one_product_at_two_prices_stay_apart(olist: Folder):
    lines = ["o1,1,p1,s1,19.9,4.5", "o1,2,p1,s1,18.9,4.5"]
    order = orders.fold(by_stream(read(olist(order_items=lines)))["order-o1"])
    assert [item.unit_price for item in order.items] == [Decimal("19.90"), Decimal("18.90")]


def test_wall_clock_times_are_those_of_sao_paulo(olist: Folder):
    created = by_stream(read(olist()))["order-o1"][0]
    assert created.occurred_at == datetime(2017, 3, 1, 13, 0, tzinfo=UTC)


def test_summer_time_is_respected(olist: Folder):
    summer = "o1,c1,created,2017-01-10 10:00:00,,,,2017-03-20 00:00:00"
    entries = read(olist(orders=[summer], order_items=[], order_payments=[]))
    assert entries[0][1].occurred_at == datetime(2017, 1, 10, 12, 0, tzinfo=UTC)


def test_the_person_is_the_customer_and_the_source_id_is_kept(olist: Folder):
    created = by_stream(read(olist()))["order-o1"][0]
    assert created == OrderCreated("o1", "ada")
    assert created.metadata["source_customer_id"] == "c1"
    assert created.metadata["promised"] == "2017-03-20"


def test_placing_carries_address_and_value_with_the_freight_beside_it(olist: Folder):
    placed = by_stream(read(olist()))["order-o1"][4]
    address = {"city": "sao paulo", "state": "SP", "zip": "01000"}
    assert placed == OrderPlaced("o1", address, Decimal("39.80"))
    assert placed.metadata["freight"] == "9.00"


def test_what_the_source_does_not_hold_is_not_made_up(olist: Folder):
    streams = by_stream(read(olist()))
    assert streams["order-o1"][5] == OrderShipped("o1", "not stated", "not stated")
    assert streams["order-o1"][6].signature is None
    assert streams["order-o2"][1].product_name == "uncategorised"
    assert streams["order-o2"][-1] == OrderCancelled("o2", "not stated", "not stated")


def test_times_that_were_inferred_say_so(olist: Folder):
    entries = read(olist())
    inferred = {type(event) for _, event in entries if "inferred" in event.metadata}
    assert inferred == {PaymentRecorded, OrderCancelled}


def test_a_payment_without_an_approval_takes_the_time_of_the_purchase(olist: Folder):
    events = by_stream(read(olist()))["order-o2"]
    assert {event.occurred_at for event in events} == {datetime(2017, 3, 2, 11, tzinfo=UTC)}


def test_an_order_is_cancelled_at_its_latest_recorded_time(olist: Folder):
    shipped = (
        "o1,c1,canceled,2017-03-01 10:00:00,2017-03-01 11:00:00,2017-03-03 09:00:00,,"
        "2017-03-20 00:00:00"
    )
    entries = read(olist(orders=[shipped], order_items=[], order_payments=[]))
    assert [type(event) for _, event in entries[-2:]] == [OrderShipped, OrderCancelled]
    assert entries[-1][1].occurred_at == datetime(2017, 3, 3, 12, tzinfo=UTC)


def test_each_event_says_who_and_what_caused_it(olist: Folder):
    created, item, _, paid, placed, shipped, delivered = by_stream(read(olist()))["order-o1"]
    actors = [event.metadata["actor"] for event in (created, item, placed, shipped, delivered)]
    assert actors == ["customer:ada", "customer:ada", "marketplace", "seller:s1", "carrier"]
    assert "causation_id" not in created.metadata
    assert item.metadata["causation_id"] == str(created.event_id)
    assert paid.metadata["causation_id"] == str(created.event_id)
    assert placed.metadata["causation_id"] == str(created.event_id)
    assert shipped.metadata["causation_id"] == str(placed.event_id)
    assert delivered.metadata["causation_id"] == str(shipped.event_id)
    assert {event.metadata["correlation_id"] for event in (created, delivered)} == {"o1"}
    assert created.metadata["source"] == "olist"


def test_a_parcel_without_an_approval_was_caused_by_the_order(olist: Folder):
    bare = (
        "o1,c1,delivered,2017-03-01 10:00:00,,2017-03-03 09:00:00,2017-03-07 15:30:00,"
        "2017-03-20 00:00:00"
    )
    entries = read(olist(orders=[bare], order_items=[], order_payments=[]))
    created, shipped, delivered = (event for _, event in entries)
    assert shipped.metadata["causation_id"] == str(created.event_id)
    assert shipped.metadata["actor"] == "not stated"
    assert isinstance(delivered, OrderDelivered)


def test_a_payment_takes_the_time_of_the_approval(olist: Folder):
    events = by_stream(read(olist()))["order-o1"]
    assert (type(events[3]), type(events[4])) == (PaymentRecorded, OrderPlaced)
    assert events[3].occurred_at == events[4].occurred_at == datetime(2017, 3, 1, 14, tzinfo=UTC)


def test_orders_of_the_same_second_go_through_their_lives_together(olist: Folder):
    when = "created,2017-03-01 10:00:00,,,,2017-03-20 00:00:00"
    entries = read(olist(orders=[f"o2,c2,{when}", f"o1,c1,{when}"], order_payments=[]))
    assert [(stream, type(event)) for stream, event in entries] == [
        ("order-o2", OrderCreated),
        ("order-o1", OrderCreated),
        ("order-o2", OrderItemAdded),
        ("order-o1", OrderItemAdded),
        ("order-o1", OrderItemAdded),
    ]
