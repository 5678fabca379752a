"""When? What a person says: now, a position, a version, a clock time."""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, datetime, tzinfo

from core.clock_words import away, instant, zone_named, zoned
from core.errors import BadMoment
from core.instants import utc_now


@dataclass(frozen=True)
class Now:
    """The newest position of the log."""

    def __str__(self) -> str:
        return "now"


@dataclass(frozen=True)
class AtPosition:
    """A place in the log; 0 is before everything."""

    position: int

    def __str__(self) -> str:
        return f"@{self.position}"


@dataclass(frozen=True)
class AtVersion:
    """A version of one order; 0 is before its first event."""

    version: int

    def __str__(self) -> str:
        return f"v{self.version}"


@dataclass(frozen=True)
class AtTime:
    """A clock time: everything the log had learned by then, that instant included."""

    time: datetime

    def __str__(self) -> str:
        return self.time.isoformat()


Moment = Now | AtPosition | AtVersion | AtTime


def world_time(said: str, moment: Moment) -> datetime:
    """When, in the world, a moment is; `now` is the present. Raises `BadMoment` for a place."""
    if isinstance(moment, Now):
        return utc_now()
    if isinstance(moment, AtTime):
        return moment.time
    raise BadMoment(said, "a time in the world is asked for, such as 2017-11-24 17:00")


LONGEST = 200

When = Callable[[Moment], datetime | None]
"""Says when a place of the log was recorded; None for position 0, which is before all time."""


def parse_moment(
    text: str, zone: tzinfo = UTC, now: datetime | None = None, when: When | None = None
) -> Moment:
    """Read `now`, `v7`, `@1201`, an ISO time, or what people say: `Friday 17:00`, `3 days before`.

    Clock times are those of `zone` unless they name one. Words count back from `now` (default: the
    present); `when` is needed to count from a version or a position. A plain date means its first
    instant. Raises `BadMoment`, `UnknownZone`.
    """
    if len(text) > LONGEST:
        raise BadMoment(f"{text[:20]}…", "it is too long")
    said, named = zoned(text.strip())
    zone = zone_named(named) if named else zone
    if said.lower() in ("", "now"):
        return Now()
    if match := re.fullmatch(r"([v@])(\d{1,18})", said, re.IGNORECASE | re.ASCII):
        number = int(match[2])
        return AtVersion(number) if match[1].lower() == "v" else AtPosition(number)
    if (time := _iso(text, said, named, zone)) is not None:
        return AtTime(time)
    reference = utc_now() if now is None else now
    if found := away(said):
        span, rest = found
        start = _counted_from(text, parse_moment(rest, zone, now, when), reference, when)
        try:
            return AtTime(span.from_(start, zone))
        except (ValueError, OverflowError):
            raise BadMoment(text, "the calendar does not reach that far") from None
    try:
        return AtTime(instant(said, zone, reference))
    except BadMoment as bad:
        raise BadMoment(text, bad.reason) from None


def _iso(text: str, said: str, named: str | None, zone: tzinfo) -> datetime | None:
    try:
        time = datetime.fromisoformat(said)
        if time.tzinfo and named:
            raise BadMoment(text, "it names two time zones")
        return (time if time.tzinfo else time.replace(tzinfo=zone)).astimezone(UTC)
    except (ValueError, OverflowError):
        return None


def _counted_from(text: str, moment: Moment, now: datetime, when: When | None) -> datetime:
    if isinstance(moment, Now):
        return now
    if isinstance(moment, AtTime):
        return moment.time
    if when is None:
        raise BadMoment(text, f"only a log knows when {moment} was")
    if (start := when(moment)) is None:
        raise BadMoment(text, f"{moment} is before all time")
    return start
