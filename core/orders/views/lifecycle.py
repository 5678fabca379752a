"""Which statuses did each order go through, how long did it stay, and which rules did it break?"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from core.deciders import evolved
from core.events import Recorded
from core.orders.rules import breach
from core.projections import Projection, Rows, Table, Transition


@dataclass(frozen=True)
class StayRow:
    """An order's stay in one status, in the time of the world; `left_at` is open while it lasts.

    A status is never entered twice: it only ever goes further.
    """

    order_id: str
    status: str
    entered_at: datetime
    left_at: datetime | None
    next_status: str | None
    inferred: int
    """How many of its two times the source did not state."""


@dataclass(frozen=True)
class BreachRow:
    """A fact that `decide` would have refused: it happened all the same."""

    order_id: str
    version: int
    rule: str
    reason: str
    occurred_at: datetime


STAYS = Table("stays", StayRow, key=("order_id", "status"))
BREACHES = Table("breaches", BreachRow, key=("order_id", "version"))


def evolve(rows: Rows, transition: Transition) -> None:
    """A change of status ends a stay and begins the next; a refused fact leaves a breach."""
    before, after = transition.before, transition.after
    when = transition.recorded.occurred_at
    if broken := breach(before, transition.recorded.event):  # type: ignore[arg-type]  # closed list
        row = BreachRow(after.id, after.version, broken.rule, broken.reason, when)
        rows[BREACHES][after.id, after.version] = row
    if before.version and before.status is after.status:
        return
    stays = rows[STAYS]
    inferred = int(_inferred(transition.recorded))
    status = after.status.value
    if before.version:
        stay = stays[after.id, before.status.value]
        so_far = inferred + stay.inferred
        ended = evolved(stay, left_at=when, next_status=status, inferred=so_far)
        stays[after.id, stay.status] = ended
    stays[after.id, status] = StayRow(after.id, status, when, None, None, inferred)


def _inferred(recorded: Recorded) -> bool:
    # Asked of the bytes first: to open the envelope costs more than all the rest.
    return b'"inferred"' in recorded.metadata_bytes and "inferred" in recorded.event.metadata


lifecycle = Projection("lifecycle", (STAYS, BREACHES), evolve)
