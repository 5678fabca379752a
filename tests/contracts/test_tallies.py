"""Does a tally say how many events there were, wherever a page of the log may end?"""

from __future__ import annotations

from collections import Counter
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from itertools import product

import pytest

from core import AtPosition, TimeMachine, projector
from core.errors import StoreUnavailable
from core.moments import Moment, Now
from core.orders import CreateOrder, OrderCreated, PaymentRecorded, orders
from core.orders.views.analytics import EVENT_VOLUME, VolumeRow
from core.projections import END, Projection, Query, Table, Tally, Where
from core.projector import Projector
from core.stores import EventStore, tallies
from tests.conftest import Open
from tests.orders.facts import NOON

LONG_AGO = datetime(1, 1, 1, 0, 30, tzinfo=UTC)
OLD = datetime(1969, 12, 31, 23, 59, 59, 999_999, tzinfo=UTC)
TIMES = [LONG_AGO, OLD, OLD, NOON, NOON + timedelta(minutes=59, seconds=59), NOON, NOON]
LATEST = datetime(9999, 12, 31, 23, 59, 59, 999_999, tzinfo=UTC)
DAYS = Query((Where("width", "=", "day"),))


@pytest.fixture
def counted(store: EventStore, monkeypatch: pytest.MonkeyPatch) -> TimeMachine:
    """Fourteen events in pages of four, projected a few at a time."""
    monkeypatch.setattr(tallies, "PAGE", 4)
    machine = TimeMachine(store)
    for number, time in enumerate([*TIMES, *TIMES[3:], LATEST, NOON, NOON]):
        fact = PaymentRecorded if number % 3 else OrderCreated
        own = ("card", Decimal(1), 1) if number % 3 else ("ada",)
        name = f"o{number}"
        machine.load([(orders.stream(name), fact(name, *own, occurred_at=time))])  # type: ignore[arg-type]
        if number in (0, 2, 3, 8, 13):
            machine.project()
    return machine


def by_hand(machine: TimeMachine, position: int) -> Counter[tuple[str, datetime, str]]:
    found: Counter[tuple[str, datetime, str]] = Counter()
    for one in machine.store.read_all(to_position=position):
        hour = one.occurred_at.replace(minute=0, second=0, microsecond=0)
        found.update([("hour", hour, one.type), ("day", hour.replace(hour=0), one.type)])
    return found


def told(rows: list[VolumeRow]) -> dict[tuple[str, datetime, str], int]:
    return {(row.width, row.bucket, row.type): row.events for row in rows}


def test_a_tally_counts_what_was_there_at_any_position(counted: TimeMachine) -> None:
    for position in range(15):
        rows = counted.rows(EVENT_VOLUME, AtPosition(position))
        assert told(rows) == by_hand(counted, position)
        assert rows == sorted(rows, key=EVENT_VOLUME.key_of)
        assert counted.count(EVENT_VOLUME, AtPosition(position)) == len(rows)
    counted.rebuild()
    assert told(counted.rows(EVENT_VOLUME)) == by_hand(counted, 14)


def test_what_changed_in_a_tally_are_the_numbers_that_are_others(counted: TimeMachine) -> None:
    for position, other in product((0, 3, 4, 9, 14), repeat=2):
        here, there = by_hand(counted, position), by_hand(counted, other)
        rows = counted.rows(EVENT_VOLUME, AtPosition(position), not_at=AtPosition(other))
        assert told(rows) == {key: n for key, n in here.items() if there.get(key) != n}


def test_the_rows_of_a_tally_are_narrowed_sorted_and_paged(counted: TimeMachine) -> None:
    days = [row for row in counted.rows(EVENT_VOLUME) if row.width == "day"]
    assert counted.store.query(EVENT_VOLUME, END, DAYS) == days
    most = sorted(days, key=lambda row: -row.events)
    page = counted.rows(EVENT_VOLUME, None, DAYS.where, "events", True, limit=2, offset=1)
    assert page == most[1:3]
    numbers = counted.values(EVENT_VOLUME, ("type", "events"), AtPosition(2), DAYS.where)
    assert sorted(numbers) == [("OrderCreated", 1), ("PaymentRecorded", 1)]


def test_a_tally_has_come_as_far_as_its_read_model(store: EventStore) -> None:
    machine = TimeMachine(store)
    machine.handle(CreateOrder("a", "ada"))
    machine.load([(orders.stream("b"), OrderCreated("b", "ada"))])
    moments: list[Moment] = [Now(), AtPosition(2), AtPosition(1), AtPosition(0)]
    numbers = [[row.events for row in machine.rows(EVENT_VOLUME, one)] for one in moments]
    assert numbers == [[1, 1], [1, 1], [1, 1], []]


def test_rows_of_another_layout_are_a_sentence_until_they_are_made_anew(durable: Open) -> None:
    store = durable()
    machine = TimeMachine(store)
    older = Table(EVENT_VOLUME.name, VolumeRow, EVENT_VOLUME.key)
    store.shelf(Projection("event_volume", (older,))).reset()
    with pytest.raises(StoreUnavailable, match="read models are of another version"):
        machine.rows(EVENT_VOLUME)
    machine.handle(CreateOrder("a", "ada"))
    assert [row.events for row in machine.rows(EVENT_VOLUME)] == [1, 1]


def test_where_everything_is_counted_the_log_is_not_read(
    counted: TimeMachine, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(projector, "COUNTED", 3)
    monkeypatch.setattr(counted.store, "read_all", None)
    alone = Tally("alone", VolumeRow, EVENT_VOLUME.key, widths=EVENT_VOLUME.widths, view="alone")
    reached: list[int] = []
    Projector(counted.store, [Projection("alone", (alone,))], []).project(
        lambda done, total: reached.append(done)
    )
    assert reached == [3, 6, 9, 12, 14]
    assert told(counted.rows(alone)) == told(counted.rows(EVENT_VOLUME))


def test_the_history_of_a_tally_has_a_row_for_each_event(counted: TimeMachine) -> None:
    spans = list(counted.store.changes(EVENT_VOLUME, 14))
    assert [start for _, start, _ in spans] == [one for one in range(1, 15) for _ in range(2)]
    for position in (1, 4, 6, 14):
        held = [row for row, start, end in spans if start <= position < end]
        assert told(held) == by_hand(counted, position)
    asked = counted.ask("SELECT * FROM event_volume_history ORDER BY 5, 1", AtPosition(9))
    assert len(asked.rows) == 18
    assert [row[5] for row in asked.rows if row[5] and row[5] > 9] == []
    assert counted.ask("SELECT sum(events) FROM event_volume", AtPosition(9)).rows == [(18,)]
