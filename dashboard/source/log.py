"""What does the log say, event by event?"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from core import Recorded
from core.orders import orders
from core.orders.sentences import sentence
from core.stores import Search
from dashboard.parts.time_travel.model import late
from dashboard.source import machine

PREFIX = orders.stream("")


@dataclass(frozen=True)
class LogRow:
    """An event of the log, as a line people read."""

    position: int
    occurred_at: datetime
    order_id: str
    version: int
    type: str
    sentence: str
    actor: str
    late: str


def narrowed(
    types: tuple[str, ...],
    order_id: str | None,
    actor: str | None,
    since: datetime | None,
    until: datetime | None,
    position: int,
) -> Search:
    """Which events of the log, up to a position."""
    stream = orders.stream(order_id.strip().removeprefix(PREFIX)) if order_id else None
    return Search(types, stream, actor.strip() if actor else None, since, until, position)


def log_page(search: Search, after: int | None, newest_first: bool, limit: int) -> list[LogRow]:
    """A page of the log as lines people read."""
    found = machine().search(search, after, newest_first, limit)
    return [_line(one) for one in found]


def _line(recorded: Recorded) -> LogRow:
    event = recorded.event
    return LogRow(
        recorded.position,
        recorded.occurred_at,
        recorded.stream.removeprefix(PREFIX),
        recorded.version,
        recorded.type,
        sentence(event),  # type: ignore[arg-type]  # the codec's list of events is closed
        event.metadata.get("actor", ""),
        late(recorded.occurred_at, recorded.recorded_at),
    )
