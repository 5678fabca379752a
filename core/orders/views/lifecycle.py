"""Which statuses did each order go through, how long did it stay, and which rules did it break?"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from core.orders.order import REACHES, Status
from core.orders.rules import breach
from core.projections import Projection, Rows, Stays, Table, Transition


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


STAYS = Stays(
    "stays",
    StayRow,
    key=("order_id", "status"),
    view="stays",
    of="order",
    stages=tuple(status.value for status in Status),
    reached_by=tuple((type, status.value) for type, status in REACHES.items()),
    mark="inferred",
)
BREACHES = Table("breaches", BreachRow, key=("order_id", "version"))


def evolve(rows: Rows, transition: Transition) -> None:
    """A refused fact leaves a breach."""
    before, after, recorded = transition.before, transition.after, transition.recorded
    if broken := breach(before, recorded.event):  # type: ignore[arg-type]  # closed list
        told = (broken.rule, broken.reason, recorded.occurred_at)
        rows[BREACHES][after.id, after.version] = BreachRow(after.id, after.version, *told)


stays = Projection("stays", (STAYS,))
lifecycle = Projection("lifecycle", (BREACHES,), evolve)
