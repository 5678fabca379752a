"""Do stays say through which statuses an order went, whatever came too late or twice?"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from itertools import product
from types import MappingProxyType

import pytest

from core import AtPosition, TimeMachine
from core.events import Event
from core.orders import (
    OrderCancelled,
    OrderCreated,
    OrderDelivered,
    OrderPlaced,
    OrderShipped,
    ShippingAddressChanged,
)
from core.orders.views.lifecycle import STAYS, StayRow
from core.projections import Projection, Table, Where
from core.projector import Projector
from core.stores import EventStore
from tests.orders.facts import NOON

LONG_AGO = datetime(1969, 12, 31, 23, 59, 59, 999_999, tzinfo=UTC)
GUESSED = MappingProxyType({"inferred": "approval", "note": '"inferred":'})
NOT_GUESSED = MappingProxyType({"note": 'nothing "inferred": here', "said": "inferred"})
HOUR = timedelta(hours=1)
NOTHING = Decimal(0)

LOG: Sequence[tuple[str, Event]] = [
    ("order-a", OrderCreated("a", "ada", occurred_at=LONG_AGO, metadata=GUESSED)),
    ("order-b", OrderShipped("b", "T1", "DHL", occurred_at=NOON)),  # begun in the middle
    ("order-a", ShippingAddressChanged("a", {"city": "Oslo"}, occurred_at=NOON)),
    ("parcel-a", OrderDelivered("a", NOON, occurred_at=NOON)),  # of no order
    ("order-a", OrderShipped("a", "T2", "UPS", occurred_at=NOON, metadata=GUESSED)),
    ("order-a", OrderPlaced("a", {}, NOTHING, occurred_at=NOON + HOUR)),  # too late
    ("order-b", OrderPlaced("b", {}, NOTHING, occurred_at=NOON)),  # too late
    ("order-a", OrderShipped("a", "T3", "UPS", occurred_at=NOON + HOUR)),  # twice
    ("order-b", OrderCancelled("b", "lost", "bob", occurred_at=NOON + HOUR, metadata=NOT_GUESSED)),
    ("order-b", OrderDelivered("b", NOON, occurred_at=NOON + 2 * HOUR)),  # to nobody
    ("order-a", OrderPlaced("a", {}, NOTHING, occurred_at=NOON + 2 * HOUR)),  # again too late
    ("order-a", OrderDelivered("a", NOON, occurred_at=NOON - HOUR)),  # before it was shipped
]

DRAFT = StayRow("a", "draft", LONG_AGO, None, None, 1)
SHIPPED = StayRow("a", "shipped", NOON, None, None, 1)
B = StayRow("b", "shipped", NOON, None, None, 0)
LEFT = StayRow("a", "draft", LONG_AGO, NOON, "shipped", 2)
LAST = [
    StayRow("a", "delivered", NOON - HOUR, None, None, 0),
    LEFT,
    StayRow("a", "shipped", NOON, NOON - HOUR, "delivered", 1),
    StayRow("b", "cancelled", NOON + HOUR, None, None, 0),
    StayRow("b", "shipped", NOON, NOON + HOUR, "cancelled", 0),
]
KNOWN = {0: [], 1: [DRAFT], 2: [DRAFT, B], 4: [DRAFT, B], 5: [LEFT, SHIPPED, B], 12: LAST}
"""Position → the stays as of there."""
KNOWN[8] = KNOWN[5]
KNOWN[9] = KNOWN[10] = KNOWN[11] = [LEFT, SHIPPED, *LAST[3:]]


@pytest.fixture(params=[1, 5, 12])
def machine(request: pytest.FixtureRequest, store: EventStore) -> TimeMachine:
    """Twelve events, projected so many at a time."""
    machine, size = TimeMachine(store), request.param
    for first in range(0, len(LOG), size):
        machine.load(LOG[first : first + size])
        machine.project()
    return machine


def test_stays_are_those_of_any_position(machine: TimeMachine) -> None:
    for position, stays in KNOWN.items():
        assert machine.rows(STAYS, AtPosition(position)) == stays, position
        assert machine.count(STAYS, AtPosition(position)) == len(stays)
    machine.rebuild("stays")
    assert machine.rows(STAYS) == LAST


def test_what_changed_are_the_stays_that_are_others(machine: TimeMachine) -> None:
    for here, there in product(KNOWN, repeat=2):
        rows = machine.rows(STAYS, AtPosition(here), not_at=AtPosition(there))
        assert rows == [row for row in KNOWN[here] if row not in KNOWN[there]], (here, there)


def test_stays_are_narrowed_sorted_and_paged(machine: TimeMachine) -> None:
    at = AtPosition(5)
    assert machine.rows(STAYS, at, [Where("order_id", "=", "b")]) == [B]
    assert machine.rows(STAYS, at, [Where("status", "=", "shipped")]) == [SHIPPED, B]
    assert machine.rows(STAYS, at, [Where("left_at", "=", None)]) == [SHIPPED, B]
    assert machine.rows(STAYS, at, [Where("entered_at", ">=", NOON)]) == [SHIPPED, B]
    assert machine.rows(STAYS, at, (), "left_at", True, limit=1) == [LEFT]
    values = machine.values(STAYS, ("entered_at", "next_status"), at, [Where("inferred", "=", 2)])
    assert values == [(LONG_AGO, "shipped")]


def test_the_history_of_stays_has_a_row_for_each_change(machine: TimeMachine) -> None:
    spans = list(machine.store.changes(STAYS, 12))
    for position, stays in KNOWN.items():
        held = [row for row, start, end in spans if start <= position < end]
        assert sorted(held, key=STAYS.key_of) == stays
    assert [row for row, _, _ in machine.store.changes(STAYS, 1)] == [DRAFT]


def test_stays_are_asked_for_in_sql_as_text(machine: TimeMachine) -> None:
    at = AtPosition(9)
    asked = "SELECT entered_at, left_at, next_status FROM stays WHERE order_id = 'a' ORDER BY 1"
    left = ("1969-12-31 23:59:59.999999", "2026-03-02 12:00:00.000000", "shipped")
    shipped = ("2026-03-02 12:00:00.000000", None, None)
    assert machine.ask(asked, at).rows == [left, shipped]
    through = (
        "SELECT status, left_at IS NULL, from_position, to_position FROM stays_history"
        " WHERE order_id = 'b' ORDER BY 3, 4, 1"
    )
    assert machine.ask(through, at).rows == [
        ("shipped", 1, 2, 9),
        ("cancelled", 1, 9, None),
        ("shipped", 0, 9, None),
    ]


def test_stays_of_another_meaning_are_made_anew(store: EventStore) -> None:
    machine = TimeMachine(store)
    machine.load(LOG)
    machine.project()
    older = Projection("stays", (Table("stays", StayRow, STAYS.key),))
    assert Projector(store, [older], []).unfinished() == ["stays"]
