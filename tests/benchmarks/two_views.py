"""Which two read models does everybody build? Events by day and type, and how orders stand."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass, replace
from datetime import date

from core.deciders import evolved
from core.orders.views.analytics import EVENT_VOLUME
from core.orders.views.lifecycle import STAYS
from core.projections import Projection, Rows, Table, Transition

Seen = tuple[date, str, object]
"""The day and the type of an event, and the order it belongs to."""
STATUS = {"OrderCreated": "draft", "OrderPlaced": "placed"}
"""What the types of the short order say of its status."""


@dataclass(frozen=True)
class DayRow:
    """How many events of a type happened on a day."""

    day: str
    type: str
    events: int


@dataclass(frozen=True)
class StandRow:
    """Where an order stands."""

    order_id: str
    status: str


DAYS = Table("days", DayRow, key=("day", "type"))
STANDS = Table("stands", StandRow, key=("order_id",))


def _count(rows: Rows, transition: Transition) -> None:
    key = (transition.recorded.occurred_at.date().isoformat(), transition.recorded.type)
    counted = rows[DAYS].get(key)
    more = evolved(counted, events=counted.events + 1) if counted else DayRow(*key, 1)
    rows[DAYS][key] = more


def _stand(rows: Rows, transition: Transition) -> None:
    before, after = transition.before, transition.after
    if before.version == 0 or before.status is not after.status:
        rows[STANDS][after.id,] = StandRow(after.id, after.status.value)


PROJECTIONS = (Projection("days", (DAYS,), _count), Projection("stands", (STANDS,), _stand))


VOLUME = replace(EVENT_VOLUME, name="volume", view="volume")
STANDING = replace(STAYS, name="standing", view="standing")
COUNTED = (Projection("volume", (VOLUME,)),)
DERIVED = (*COUNTED, Projection("standing", (STANDING,)))
"""The event volume and the stays of orders as we ship them, by themselves: no handler fills them,
and the last stay of an order says where it stands."""


def by_hand(log: Iterable[Seen]) -> tuple[Counter[tuple[date, str]], dict[object, str]]:
    """The same two in dictionaries, which forget what was: what a handler is told to do."""
    counts: Counter[tuple[date, str]] = Counter()
    stands: dict[object, str] = {}
    for day, kind, order in log:
        counts[day, kind] += 1
        if kind in STATUS:
            stands[order] = STATUS[kind]
    return counts, stands
