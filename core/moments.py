"""When? What a person says: now, a position, a version, a clock time."""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import UTC, datetime

from core.errors import BadMoment


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


def parse_moment(text: str) -> Moment:
    """Read `now`, `v7`, `@1201` or an ISO time (UTC unless it names a zone).

    Raises `BadMoment` for anything else. A plain date means its first instant.
    """
    said = text.strip()
    if said.lower() in ("", "now"):
        return Now()
    if match := re.fullmatch(r"([v@])(\d{1,18})", said, re.IGNORECASE | re.ASCII):
        number = int(match[2])
        return AtVersion(number) if match[1].lower() == "v" else AtPosition(number)
    try:
        time = datetime.fromisoformat(said)
        return AtTime(time.astimezone(UTC) if time.tzinfo else time.replace(tzinfo=UTC))
    except (ValueError, OverflowError):
        raise BadMoment(text) from None
