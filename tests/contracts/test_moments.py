"""Which position is meant? Clock times, versions and positions, for every store there is."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime, timedelta, timezone
from uuid import uuid4

import pytest

from core.errors import BeyondHead, NoSuchVersion, VersionNeedsOrder
from core.moments import AtPosition, AtTime, AtVersion, Now
from core.stores import EventStore, Search
from tests.orders.facts import NOON, chair, lamp, opened, paid, placed

HOUR = timedelta(hours=1)


@pytest.fixture
def timed(store: EventStore) -> EventStore:
    """Positions 1 to 5, recorded at noon, at one, at one, at two and at three."""
    hours = [("order-a", opened, 0), ("order-b", opened, 1), ("order-a", lamp, 1)]
    hours += [("order-a", chair, 2), ("order-b", paid, 3)]
    store.load(
        (stream, replace(event, event_id=uuid4(), occurred_at=NOON + hour * HOUR))
        for stream, event, hour in hours
    )
    return store


def test_now_is_the_newest_position(timed: EventStore) -> None:
    assert (timed.position_at(Now()), timed.position_at(Now(), "order-a")) == (5, 5)


def test_before_everything_is_position_0(store: EventStore) -> None:
    assert store.position_at(Now()) == 0
    assert store.position_at(AtPosition(0)) == 0
    assert store.position_at(AtTime(NOON)) == 0


@pytest.mark.parametrize(
    ("hours", "position"), [(-1, 0), (0, 1), (0.5, 1), (1, 3), (1.5, 3), (2, 4), (3, 5), (99, 5)]
)
def test_a_clock_time_means_all_that_was_known_by_then(
    timed: EventStore, hours: float, position: int
) -> None:
    assert timed.position_at(AtTime(NOON + hours * HOUR)) == position


def test_a_clock_time_is_found_wherever_it_lies_in_a_long_log(store: EventStore) -> None:
    hours = sorted(2 * (place // 7 + place % 40 // 39) for place in range(150))  # some at once
    store.load(
        ("order-a", replace(lamp, event_id=uuid4(), occurred_at=NOON + hour * HOUR))
        for hour in hours
    )
    for hour in range(-1, hours[-1] + 2):
        known = [place for place, told in enumerate(hours, 1) if told <= hour]
        assert store.position_at(AtTime(NOON + hour * HOUR)) == len(known)
        search = Search(since=NOON + hour * HOUR, until=NOON + (hour + 3) * HOUR)
        found = store.search(search, None, False, 500)
        expected = [at for at, told in enumerate(hours, 1) if hour <= told <= hour + 3]
        assert [one.position for one in found] == expected


def test_a_search_may_begin_before_every_time_and_end_after_it(timed: EventStore) -> None:
    first, last = (end.replace(tzinfo=UTC) for end in (datetime.min, datetime.max))
    found = timed.search(Search(since=first, until=last), None, True, 9)
    assert [one.position for one in found] == [5, 4, 3, 2, 1]


def test_a_microsecond_too_early_is_too_early(timed: EventStore) -> None:
    assert timed.position_at(AtTime(NOON + HOUR - timedelta(microseconds=1))) == 1


def test_the_zone_of_a_clock_time_does_not_matter(timed: EventStore) -> None:
    in_sao_paulo = (NOON + HOUR).astimezone(timezone(timedelta(hours=-3)))
    assert timed.position_at(AtTime(in_sao_paulo)) == 3


def test_a_version_means_the_position_where_the_order_reached_it(timed: EventStore) -> None:
    reached = [timed.position_at(AtVersion(version), "order-a") for version in range(4)]
    assert reached == [0, 1, 3, 4]


def test_a_version_that_was_not_reached_is_refused(timed: EventStore) -> None:
    with pytest.raises(NoSuchVersion) as missing:
        timed.position_at(AtVersion(4), "order-a")
    facts = missing.value
    assert (facts.stream, facts.version, facts.last) == ("order-a", 4, 3)


def test_a_version_of_nothing_in_particular_is_refused(timed: EventStore) -> None:
    with pytest.raises(VersionNeedsOrder):
        timed.position_at(AtVersion(1))


def test_a_position_means_itself_up_to_the_head(timed: EventStore) -> None:
    assert [timed.position_at(AtPosition(position)) for position in range(6)] == list(range(6))
    with pytest.raises(BeyondHead) as beyond:
        timed.position_at(AtPosition(6))
    assert (beyond.value.position, beyond.value.head) == (6, 5)


def test_loaded_facts_are_recorded_at_their_own_time(timed: EventStore) -> None:
    recorded = [one.recorded_at for one in timed.read_all()]
    assert recorded == [NOON + hour * HOUR for hour in (0, 1, 1, 2, 3)]
    assert {one.tzinfo for one in recorded} == {UTC}


def test_a_fact_loaded_behind_the_head_gets_the_time_of_the_head(timed: EventStore) -> None:
    timed.load([("order-c", replace(opened, event_id=uuid4(), occurred_at=NOON - HOUR))])
    [late] = timed.read_stream("order-c")
    assert (late.position, late.recorded_at) == (6, NOON + 3 * HOUR)
    assert late.event.occurred_at == NOON - HOUR


def test_an_appended_fact_is_recorded_when_the_log_learns_it(store: EventStore) -> None:
    before = datetime.now(UTC)
    [one] = store.append("order-a", [replace(opened, occurred_at=NOON)], expected_version=0)
    assert before <= one.recorded_at <= datetime.now(UTC)
    assert one.event.occurred_at == NOON


def test_recorded_time_never_goes_backwards_even_when_the_clock_does(store: EventStore) -> None:
    tomorrow = datetime.now(UTC) + timedelta(days=1)
    store.load([("order-a", replace(opened, occurred_at=tomorrow))])
    store.append("order-a", [placed], expected_version=1)
    assert [one.recorded_at for one in store.read_all()] == [tomorrow, tomorrow]
