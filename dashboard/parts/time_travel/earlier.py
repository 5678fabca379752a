"""What set a field before the part of a long history that is in the browser? Ready to read."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import UTC, tzinfo
from itertools import islice

from core.causes import Cause
from core.history import Path
from dashboard.parts.time_travel.between import Told, told
from dashboard.parts.time_travel.model import shown_if_there

PAGE = 60


@dataclass(frozen=True)
class Setting:
    """An event that set a field, and what it held before and after (None: it was not there)."""

    told: Told
    before: str | None
    after: str | None


@dataclass(frozen=True)
class Earlier:
    """The last events before a version that set a field, newest first, and whether more did."""

    path: Path
    before: int
    causes: list[Setting]
    more: bool


def told_earlier(path: Path, before: int, causes: Iterable[Cause], zone: tzinfo = UTC) -> Earlier:
    """The first page of these causes as people read them."""
    found = list(islice(causes, PAGE + 1))
    page = [
        Setting(
            told(one.recorded, zone),
            shown_if_there(one.change.before, zone),
            shown_if_there(one.change.after, zone),
        )
        for one in found[:PAGE]
    ]
    return Earlier(path, before, page, len(found) > PAGE)
