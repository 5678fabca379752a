"""Can the log be trusted? What a digest covers, what a seal covers, and which damage is found."""

from __future__ import annotations

import struct
from collections.abc import Callable
from dataclasses import replace
from hashlib import sha256
from typing import Any, get_args
from uuid import UUID

import pytest

from core.codec import Codec
from core.digests import NOTHING, Verified, row_digest, seal, verify
from core.errors import BrokenChain
from core.events import COLUMNS
from core.instants import to_microseconds
from core.orders import UPCASTERS, OrderEvent
from core.stores import open_store
from tests.orders.facts import NOON, chair, lamp, opened, paid, placed

Log = list[Any]
PLACE = {name: place for place, name in enumerate(COLUMNS)}


@pytest.fixture
def log() -> Log:
    """Six events of two orders, all recorded at one instant."""
    store = open_store("memory:", Codec(get_args(OrderEvent), UPCASTERS))
    told = [("order-a", opened), ("order-b", opened), ("order-a", lamp)]
    told += [("order-b", chair), ("order-a", paid), ("order-b", placed)]
    store.load(
        [
            (s, replace(one, event_id=UUID(int=n), occurred_at=NOON))
            for n, (s, one) in enumerate(told)
        ]
    )
    return list(store.rows())


def broken_at(log: Log, reached: int = 0) -> int:
    """The position at which verification stops."""
    with pytest.raises(BrokenChain) as broken:
        verify(log, reached)
    return broken.value.position


def test_a_log_that_was_left_alone_holds(log: Log) -> None:
    assert verify(log, reached=6) == Verified(events=6, streams=2, seal=log[-1][PLACE["seal"]])


def test_an_empty_log_holds() -> None:
    assert verify([]) == Verified(events=0, streams=0, seal=NOTHING)


def test_a_digest_is_sha_256_over_every_part_behind_its_length(log: Log) -> None:
    row, instant = log[2], b"%d" % to_microseconds(NOON)
    parts = [b"eventscope/1", b"order-a", b"2", UUID(int=2).bytes, b"OrderItemAdded", b"1"]
    parts += [instant, instant, log[0][PLACE["digest"]], b"{}"]
    parts += [
        b'{"order_id":"o1","product_id":"lamp","product_name":"Lamp","quantity":2,'
        b'"unit_price":"9.50"}'
    ]
    told = b"".join(struct.pack(">Q", len(part)) + part for part in parts)
    assert row[PLACE["digest"]] == sha256(told).digest()


def test_a_seal_covers_the_seal_before_it_and_the_digest(log: Log) -> None:
    sealed = sha256(log[2][PLACE["seal"]] + log[3][PLACE["digest"]]).digest()
    assert log[3][PLACE["seal"]] == sealed


def test_the_format_of_digests_never_changes(log: Log) -> None:
    digest, sealed = log[-1][PLACE["digest"]], log[-1][PLACE["seal"]]
    assert digest.hex() == "a10b834bd9d85a55dae181639f536ef8662885a017d52f5605488feec32056d3"
    assert sealed.hex() == "faba417c4ad1fdedc06a9f8ff3410e0dc59efd6071c70f956a4f88b8bb9cc764"


CHANGES = {
    "stream": "order-c",
    "version": 9,
    "type": "OrderCancelled",
    "schema_version": 9,
    "event_id": bytes(range(16)),
    "occurred_at": to_microseconds(NOON) + 1,
    "recorded_at": to_microseconds(NOON) + 1,
    "metadata": b'{"actor":"mallory"}',
    "data": b"{}",
    "digest": bytes(32),
    "seal": bytes(32),
}


@pytest.mark.parametrize("column", CHANGES)
@pytest.mark.parametrize("position", [1, 3, 6])
def test_a_change_of_any_column_is_found_where_it_was_made(
    log: Log, position: int, column: str
) -> None:
    row = list(log[position - 1])
    assert row[PLACE[column]] != CHANGES[column]
    row[PLACE[column]] = CHANGES[column]
    log[position - 1] = tuple(row)
    assert broken_at(log) == position


@pytest.mark.parametrize("position", [1, 2, 3, 5])
def test_a_missing_event_is_found_where_it_was(log: Log, position: int) -> None:
    del log[position - 1]
    assert broken_at(log) == position


def test_a_missing_end_is_found_by_whoever_has_seen_further(log: Log) -> None:
    assert broken_at(log[:4], reached=6) == 5


def renumbered(log: Log) -> Log:
    """The same rows with positions that leave no hole."""
    return [(number, *row[1:]) for number, row in enumerate(log, start=1)]


def test_a_missing_event_is_found_even_when_the_rest_is_renumbered(log: Log) -> None:
    del log[1]
    assert broken_at(renumbered(log)) == 2


def test_an_event_slipped_in_is_found(log: Log) -> None:
    log.insert(3, log[0])
    assert broken_at(renumbered(log)) == 4


@pytest.mark.parametrize(("one", "other"), [(1, 2), (3, 4), (1, 3), (2, 6)])
def test_two_events_that_changed_places_are_found(log: Log, one: int, other: int) -> None:
    log[one - 1], log[other - 1] = log[other - 1], log[one - 1]
    assert broken_at(renumbered(log)) == one


def test_rows_out_of_order_are_found(log: Log) -> None:
    log[2], log[3] = log[3], log[2]
    assert broken_at(log) == 3


@pytest.mark.parametrize(
    ("column", "value"), [("recorded_at", to_microseconds(NOON) - 1), ("version", 2)]
)
def test_what_cannot_have_been_is_found_even_when_digest_and_seal_were_made_to_match(
    log: Log, column: str, value: int
) -> None:
    row = list(log[1])
    row[PLACE[column]] = value
    row[PLACE["digest"]] = row_digest(tuple(row), NOTHING)
    row[PLACE["seal"]] = seal(log[0][PLACE["seal"]], row[PLACE["digest"]])
    log[1] = tuple(row)
    assert broken_at(log[:2]) == 2


@pytest.mark.parametrize("cell", [None, "text", 1.5])
@pytest.mark.parametrize("column", ["data", "metadata", "event_id", "stream", "digest", "seal"])
def test_a_cell_of_another_type_is_a_broken_place_and_no_crash(
    log: Log, column: str, cell: object
) -> None:
    row: list[object] = list(log[3])
    row[PLACE[column]] = cell
    log[3] = tuple(row)
    assert broken_at(log) == 4


def test_progress_is_told_along_the_way(log: Log) -> None:
    store = open_store("memory:", Codec(get_args(OrderEvent), UPCASTERS))
    store.load((f"order-{n}", replace(opened, event_id=UUID(int=n))) for n in range(12_000))
    told: list[int] = []
    tell: Callable[[int], None] = told.append
    verify(store.rows(), progress=tell)
    assert told == [5000, 10_000]
