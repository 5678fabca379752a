"""Which instant do people mean by "Friday 17:00", "yesterday 9:00" or "end of November 2017"?

Words that count back (a weekday, a date without a year, an hour alone) mean the last one up to a
reference that the caller gives. A day, month or year means its first instant, with `end of` its
last microsecond. A clock time that a zone skips or repeats is read as before the change.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta, tzinfo
from zoneinfo import ZoneInfo

from core.errors import BadMoment, UnknownZone

DAYS = ("monday", "tuesday", "wednesday", "thursday", "friday", "saturday", "sunday")
MONTHS = (
    *("january", "february", "march", "april", "may", "june", "july"),
    *("august", "september", "october", "november", "december"),
)
UNITS = {
    **{"second": {"seconds": 1}, "minute": {"seconds": 60}, "hour": {"seconds": 3600}},
    **{"day": {"days": 1}, "week": {"days": 7}, "month": {"months": 1}, "year": {"months": 12}},
}
CLOCK = (
    r"(?:at )?(?:(?P<hour>\d{1,2}):(?P<minute>\d\d)(?::(?P<second>\d\d)(?:\.(?P<part>\d{1,6}))?)?"
    r"(?: ?(?P<half>[ap]m))?|(?P<full>\d{1,2}) ?(?P<half_day>[ap]m)|(?P<named>noon|midnight))"
)
NAME, YEAR, NTH = r"(?P<name>[a-z]{3,9})\.?", r"(?P<year>\d{4})", r"(?P<day>\d{1,2})"
DATES = (
    rf"{YEAR}-(?P<month>\d\d)-(?P<day>\d\d)",
    rf"{YEAR}-(?P<month>\d\d)",
    rf"{NTH}\.(?P<month>\d{{1,2}})\.{YEAR}",
    rf"{NTH}(?:st|nd|rd|th)? {NAME}(?:,? {YEAR})?",
    rf"{NAME} {NTH}(?:st|nd|rd|th)?(?:,? {YEAR})?",
    rf"{NAME} {YEAR}",
)
AWAY = r"(?P<count>\d{1,6}|an?|one) (?P<unit>[a-z]+?)s? (?P<way>before|after|ago)(?: (?P<rest>.+))?"
ZONED = r"(?P<rest>.*\S) (?P<zone>utc|gmt|[a-z]+(?:/[a-z0-9_+-]+)+)"
TICK = timedelta(microseconds=1)

Period = tuple[date, date]
"""A day, a month or a year: its first day, and the first day after it."""


@dataclass(frozen=True)
class Span:
    """A length of time; its days and months are those of the calendar. Negative is back."""

    months: int = 0
    days: int = 0
    seconds: int = 0

    def from_(self, instant: datetime, zone: tzinfo) -> datetime:
        """The instant this far from another."""
        local = instant.astimezone(zone)
        months = local.year * 12 + local.month - 1 + self.months
        last = _month(months // 12, months % 12 + 1)[1] - timedelta(days=1)
        day = last.replace(day=min(local.day, last.day)) + timedelta(days=self.days)
        there = datetime.combine(day, local.time(), zone)
        return there.astimezone(UTC) + timedelta(seconds=self.seconds)


def zone_named(name: str) -> tzinfo:
    """The zone of an IANA name such as Europe/Berlin. Raises `UnknownZone`."""
    try:
        return UTC if name.lower() in ("utc", "gmt", "z") else ZoneInfo(name)
    except (KeyError, ValueError, OSError):  # a missing key, a key that is a path, a folder
        raise UnknownZone(name) from None


def zoned(said: str) -> tuple[str, str | None]:
    """The words, and the zone named behind them."""
    match = re.fullmatch(ZONED, said, re.IGNORECASE | re.ASCII)
    return (match["rest"], match["zone"]) if match else (said, None)


def away(said: str) -> tuple[Span, str] | None:
    """`2 hours before @1200` → the span, and the words it counts from (none: the reference)."""
    match = re.fullmatch(AWAY, " ".join(said.split()), re.IGNORECASE | re.ASCII)
    if not match or match["unit"].lower() not in UNITS:
        return None
    if match["rest"] and match["way"].lower() == "ago":
        return None
    count = int(match["count"]) if match["count"].isdigit() else 1
    sign = 1 if match["way"].lower() == "after" else -1
    unit = UNITS[match["unit"].lower()]
    return Span(**{name: sign * count * size for name, size in unit.items()}), match["rest"] or ""


def instant(said: str, zone: tzinfo, now: datetime) -> datetime:
    """The instant these words mean, in UTC. Raises `BadMoment`."""
    words = " ".join(said.lower().split())
    ends = words.startswith("end of ")
    clock, day = _clock_and_day(words.removeprefix("end of "))
    if ends and clock is not None:
        raise BadMoment(said, "an end has no clock time")
    try:
        periods = (
            _year(day) if ends and day.isdigit() else _periods(day, now.astimezone(zone).date())
        )
        found = [_of(period, clock, ends, zone) for period in periods if day or clock is not None]
    except (ValueError, OverflowError):
        raise BadMoment(said, "the calendar does not reach that far") from None
    if not found:
        raise BadMoment(said)
    return next((one for one in found if one <= now), found[-1])


def _year(words: str) -> list[Period]:
    return [(_month(int(words), 1)[0], _month(int(words), 12)[1])]


def _of(period: Period, clock: time | None, ends: bool, zone: tzinfo) -> datetime:
    day = period[1] if ends else period[0]
    local = datetime.combine(day, clock or time(), zone)
    return local.astimezone(UTC) - TICK * ends


def _clock_and_day(words: str) -> tuple[time | None, str]:
    for form in (rf"(?P<words>.*?),? ?\b{CLOCK}", rf"{CLOCK}(?:,| on)? (?P<words>.+)"):
        if match := re.fullmatch(form, words, re.ASCII):
            return _clock(match), match["words"]
    return None, words


def _clock(match: re.Match[str]) -> time:
    if match["named"]:
        return time(12 if match["named"] == "noon" else 0)
    hour, half = int(match["hour"] or match["full"]), match["half"] or match["half_day"]
    if half and not 1 <= hour <= 12:
        raise BadMoment(match[0].strip(), f"{hour} {half} is on no clock")
    if half:
        hour = hour % 12 + 12 * (half == "pm")
    part = (match["part"] or "0").ljust(6, "0")
    try:
        return time(hour, int(match["minute"] or 0), int(match["second"] or 0), int(part))
    except ValueError:
        raise BadMoment(match[0].strip(), "that is on no clock") from None


def _periods(words: str, today: date) -> list[Period]:
    """What these words can mean, the latest first; several only where they recur."""
    if words == "":
        return [_day(today, 0), _day(today, 1)]
    if words in ("today", "yesterday"):
        return [_day(today, words == "yesterday")]
    if weekday := _one_of(DAYS, words.removeprefix("last ")):
        back = (today.isoweekday() - weekday) % 7
        if words.startswith("last "):
            return [_day(today, back or 7)]
        return [_day(today, back), _day(today, back + 7)]
    return _dated(words, today)


def _day(today: date, back: int) -> Period:
    first = today - timedelta(days=back)
    return first, first + timedelta(days=1)


def _dated(words: str, today: date) -> list[Period]:
    for form in DATES:
        match = re.fullmatch(form, words, re.ASCII)
        parts = match.groupdict() if match else {}
        month = _one_of(MONTHS, parts["name"]) if parts.get("name") else parts.get("month")
        if month:
            return _days(words, parts, int(month), today)
    return []


def _days(words: str, parts: dict[str, str | None], month: int, today: date) -> list[Period]:
    year = parts.get("year")
    years = [int(year)] if year else [today.year - back for back in range(9)]
    if not 1 <= month <= 12:
        raise BadMoment(words, "the months go from 1 to 12")
    months = [_month(year, month) for year in years]
    if not parts.get("day"):
        return months
    nth = timedelta(days=int(parts["day"] or 0) - 1)
    found = [(first + nth, first + nth + timedelta(days=1)) for first, _ in months]
    held = [day for day, month in zip(found, months, strict=True) if month[0] <= day[0] < month[1]]
    if not held:
        raise BadMoment(words, "that month has no such day")
    return held


def _month(year: int, month: int) -> Period:
    first = date(year, month, 1)
    return first, date(year + month // 12, month % 12 + 1, 1)


def _one_of(names: tuple[str, ...], word: str) -> int | None:
    """The place of a name, from 1; three letters will do."""
    found = [place for place, name in enumerate(names, 1) if name.startswith(word)]
    return found[0] if found and len(word) >= 3 else None
