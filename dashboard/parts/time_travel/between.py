"""What became different between two versions, and which events explain it? Ready to read."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, tzinfo
from typing import cast

from core.comparing import Difference, explaining
from core.events import Recorded
from core.history import Path
from core.orders.events import OrderEvent
from core.orders.sentences import sentence
from dashboard.parts.time_travel.model import moment, shown_if_there


@dataclass(frozen=True)
class Differing:
    """A field that is not what it was (None: not there), and the versions that explain it."""

    path: Path
    before: str | None
    after: str | None
    versions: tuple[int, ...]


@dataclass(frozen=True)
class Told:
    """An event among those that explain something."""

    version: int
    at: str
    sentence: str
    actor: str
    reason: str


@dataclass(frozen=True)
class Between:
    """All that differs between two versions, and the smallest set of events that explains it."""

    first: int
    last: int
    fields: list[Differing]
    causes: list[Told]


def told_between(
    first: int, last: int, differences: Sequence[Difference], zone: tzinfo = UTC
) -> Between:
    """The differences between two versions as people read them."""
    fields = [
        Differing(
            one.change.path,
            shown_if_there(one.change.before, zone),
            shown_if_there(one.change.after, zone),
            tuple(event.version for event in one.explained_by),
        )
        for one in differences
    ]
    return Between(first, last, fields, [told(one, zone) for one in explaining(differences)])


def told(record: Recorded, zone: tzinfo = UTC) -> Told:
    """What happened, when, and by whom and why as far as that was said."""
    event = record.event
    who = [str(event.metadata.get(name) or "") for name in ("actor", "reason")]
    happened = sentence(cast(OrderEvent, event))
    return Told(record.version, moment(event.occurred_at, zone), happened, *who)
