"""What became different between two versions, and which events explain it? Ready to read."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, cast

from core.comparing import Difference, explaining
from core.events import Recorded
from core.history import Path
from core.orders.events import OrderEvent
from core.orders.sentences import sentence
from dashboard.parts.time_travel.model import moment, shown


@dataclass(frozen=True)
class Differing:
    """A field that is not what it was (None: not there), and the versions that explain it."""

    path: Path
    before: str | None
    after: str | None
    versions: tuple[int, ...]


@dataclass(frozen=True)
class Cause:
    """An event that is needed to explain a difference."""

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
    causes: list[Cause]


def told_between(first: int, last: int, differences: Sequence[Difference]) -> Between:
    """The differences between two versions as people read them."""
    fields = [
        Differing(
            one.change.path,
            _shown(one.change.before),
            _shown(one.change.after),
            tuple(event.version for event in one.explained_by),
        )
        for one in differences
    ]
    return Between(first, last, fields, [_cause(one) for one in explaining(differences)])


def _shown(value: Any) -> str | None:
    return None if value is None else shown(value)


def _cause(record: Recorded) -> Cause:
    event = record.event
    who = [str(event.metadata.get(name) or "") for name in ("actor", "reason")]
    told = sentence(cast(OrderEvent, event))
    return Cause(record.version, moment(event.occurred_at), told, *who)
