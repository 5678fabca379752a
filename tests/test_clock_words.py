"""Does a clock time mean what people mean by it?"""

from __future__ import annotations

from contextlib import suppress
from datetime import UTC, datetime, timedelta
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from core.clock_words import zone_named
from core.errors import BadMoment, UnknownZone
from core.machine import TimeMachine
from core.moments import AtPosition, AtTime, AtVersion, Now, parse_moment
from core.orders import OrderCreated, OrderPlaced
from tests.laws.strategies import instants

MONDAY = datetime(2017, 11, 27, 12, 0, tzinfo=UTC)  # the reference of these questions
BERLIN, SAO_PAULO = zone_named("Europe/Berlin"), zone_named("America/Sao_Paulo")


def said(words: str, zone: str = "UTC") -> str:
    moment = parse_moment(words, zone_named(zone), MONDAY)
    assert isinstance(moment, AtTime)
    assert moment.time.tzinfo is UTC
    return moment.time.replace(tzinfo=None).isoformat(" ", "auto")


@pytest.mark.parametrize(
    ("words", "instant"),
    [
        ("2017-11-24 17:00", "2017-11-24 17:00:00"),
        ("2017-11-24T17:00:05.25", "2017-11-24 17:00:05.250000"),
        ("2017-11-24", "2017-11-24 00:00:00"),
        ("end of 2017-11-24", "2017-11-24 23:59:59.999999"),
        ("24 Nov 2017 17:00", "2017-11-24 17:00:00"),
        ("Nov 24th, 2017 at 5pm", "2017-11-24 17:00:00"),
        ("24.11.2017 5:30 PM", "2017-11-24 17:30:00"),
        ("24 November", "2017-11-24 00:00:00"),
        ("24 December", "2016-12-24 00:00:00"),
        ("29 February", "2016-02-29 00:00:00"),
        ("Friday 17:00", "2017-11-24 17:00:00"),
        ("17:00 on Friday", "2017-11-24 17:00:00"),
        ("fri", "2017-11-24 00:00:00"),
        ("Monday 12:00", "2017-11-27 12:00:00"),
        ("Monday 12:01", "2017-11-20 12:01:00"),
        ("last Monday", "2017-11-20 00:00:00"),
        ("end of Friday", "2017-11-24 23:59:59.999999"),
        ("yesterday 9:00", "2017-11-26 09:00:00"),
        ("yesterday noon", "2017-11-26 12:00:00"),
        ("today", "2017-11-27 00:00:00"),
        ("today 17:00", "2017-11-27 17:00:00"),
        ("17:00", "2017-11-26 17:00:00"),
        ("12 am", "2017-11-27 00:00:00"),
        ("12 pm", "2017-11-27 12:00:00"),
        ("November 2017", "2017-11-01 00:00:00"),
        ("end of November 2017", "2017-11-30 23:59:59.999999"),
        ("end of 2017-02", "2017-02-28 23:59:59.999999"),
        ("end of 2017", "2017-12-31 23:59:59.999999"),
        ("3 days before", "2017-11-24 12:00:00"),
        ("an hour ago", "2017-11-27 11:00:00"),
        ("2 weeks before 2017-11-24 17:00", "2017-11-10 17:00:00"),
        ("1 month before 31 March 2017", "2017-02-28 00:00:00"),
        ("90 minutes after Friday 17:00", "2017-11-24 18:30:00"),
        ("1 day before 2 hours before Friday 17:00", "2017-11-23 15:00:00"),
    ],
)
def test_people_are_understood(words: str, instant: str) -> None:
    assert said(words) == said(words.upper() if "T" not in words else words) == instant


@pytest.mark.parametrize(
    ("words", "zone", "instant"),
    [
        ("2017-11-24 17:00", "America/Sao_Paulo", "2017-11-24 19:00:00"),
        ("Friday 17:00", "Europe/Berlin", "2017-11-24 16:00:00"),
        ("2017-11-24 17:00+03:00", "Europe/Berlin", "2017-11-24 14:00:00"),
        ("2017-11-24 17:00 Europe/Berlin", "America/Sao_Paulo", "2017-11-24 16:00:00"),
        ("yesterday 9:00 UTC", "Asia/Tokyo", "2017-11-26 09:00:00"),
        ("today", "Asia/Tokyo", "2017-11-26 15:00:00"),
        ("end of 2017-10-29", "Europe/Berlin", "2017-10-29 22:59:59.999999"),  # 25 hours long
        ("1 day before 2017-10-29 17:00", "Europe/Berlin", "2017-10-28 15:00:00"),  # the same clock
        ("24 hours before 2017-10-29 17:00", "Europe/Berlin", "2017-10-28 16:00:00"),
        ("2017-10-29 02:30", "Europe/Berlin", "2017-10-29 00:30:00"),  # twice: the first
        ("2017-03-26 02:30", "Europe/Berlin", "2017-03-26 01:30:00"),  # never: as before the change
    ],
)
def test_a_clock_time_is_that_of_its_zone(words: str, zone: str, instant: str) -> None:
    assert said(words, zone) == instant


@pytest.mark.parametrize(
    ("words", "why"),
    [
        ("soon", "say now, v7"),
        ("Friday 25:00", "that is on no clock"),
        ("13 pm", "is on no clock"),
        ("31 Feb 2017", "that month has no such day"),
        ("24.13.2017", "the months go from 1 to 12"),
        ("2017-02-30", "that month has no such day"),
        ("2017", "say now, v7"),
        ("end of now", "say now, v7"),
        ("end of Friday 17:00", "an end has no clock time"),
        ("2017-11-24 17:00+01:00 Europe/Berlin", "it names two time zones"),
        ("999999 years before", "the calendar does not reach that far"),
        ("end of 9999", "the calendar does not reach that far"),
        ("2 hours before @7", "only a log knows when @7 was"),
        ("3 moons before", "say now, v7"),
        ("3 days ago Friday", "say now, v7"),
        ("2 hours before soon", "say now, v7"),
        ("1 day before " * 30 + "Friday", "it is too long"),
        ("11/24/2017", "say now, v7"),  # or is it the 11th of the 24th month?
        ("１７:００", "say now, v7"),
    ],
)
def test_what_is_no_moment_is_a_sentence_that_says_why(words: str, why: str) -> None:
    with pytest.raises(BadMoment) as bad:
        parse_moment(words, UTC, MONDAY)
    assert why in str(bad.value)


@pytest.mark.parametrize("name", ["Mars/Olympus", "../etc/passwd", "Europe", "", "BRT"])
def test_a_zone_that_is_none_is_a_sentence(name: str) -> None:
    with pytest.raises(UnknownZone, match="There is no time zone"):
        zone_named(name)


def test_the_plain_forms_keep_their_meaning() -> None:
    assert parse_moment(" NOW ") == parse_moment("") == Now()
    assert (parse_moment("v7"), parse_moment("@1201")) == (AtVersion(7), AtPosition(1201))
    assert parse_moment("2017-11-24T17:00") == AtTime(datetime(2017, 11, 24, 17, tzinfo=UTC))


@given(instants)
def test_every_moment_reads_back_what_it_prints(instant: datetime) -> None:
    for moment in (AtTime(instant), AtPosition(3), AtVersion(0), Now()):
        assert parse_moment(str(moment), SAO_PAULO) == moment


@given(st.text(max_size=40) | st.text("0123456789:- apmv@befor/dnys", max_size=30))
def test_any_text_is_a_moment_or_a_sentence(text: str) -> None:
    with suppress(BadMoment, UnknownZone):
        assert isinstance(parse_moment(text, BERLIN, MONDAY), Now | AtTime | AtVersion | AtPosition)


def test_a_log_knows_when_its_places_were() -> None:
    machine = TimeMachine.open("memory:")
    placed = OrderPlaced("o1", {}, Decimal(0), occurred_at=MONDAY)
    began = OrderCreated("o1", "ada", occurred_at=MONDAY - timedelta(days=5))
    machine.load([("order-o1", began), ("order-o1", placed)])
    assert machine.moment("2 hours after @1") == AtTime(began.occurred_at + timedelta(hours=2))
    assert machine.moment("1 hour before v2", "o1") == AtTime(MONDAY - timedelta(hours=1))
    assert machine.moment("3 days before") == AtTime(MONDAY - timedelta(days=3))
    assert machine.position(machine.moment("Friday 17:00")) == 1
    with pytest.raises(BadMoment, match="@0 is before all time"):
        machine.moment("1 hour before @0")
