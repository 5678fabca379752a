"""How long do orders stay in each status, which paths did they take, and how does one compare?

All from the stays as of a position. No figure is made up: a stay that has not ended has no length
yet, one whose times the source did not state is no measurement, and one that ends before it begins
holds a late fact. They are counted, each apart, and never mixed into a median.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta, tzinfo
from itertools import pairwise
from typing import Any

from core.orders.order import RANK, Status
from core.orders.views.lifecycle import BreachRow, StayRow

ENDS = (Status.DELIVERED.value, Status.CANCELLED.value)
"""Nobody waits in these."""
NOTHING = timedelta(0)


@dataclass(frozen=True)
class Wait:
    """How long a group of stays lasted; `orders` are those it is counted from, shortest first."""

    median: timedelta
    p90: timedelta
    orders: tuple[str, ...]


@dataclass(frozen=True)
class StatusWait:
    """The stays in one status: those that ended, by the month they began in, and the others."""

    status: str
    ended: Wait | None
    by_month: dict[str, Wait]
    open: tuple[str, ...]
    inferred: tuple[str, ...]
    backwards: tuple[str, ...]


@dataclass(frozen=True)
class Step:
    """One step of a path, and how long it took those that went it, where that can be said."""

    status: str
    next_status: str
    wait: Wait | None


@dataclass(frozen=True)
class Route:
    """A path of statuses so far, the orders that took it, and how long each step took them."""

    statuses: tuple[str, ...]
    orders: tuple[str, ...]
    steps: tuple[Step, ...]


@dataclass(frozen=True)
class Standing:
    """Where one order stands: how long it has waited, and how many had waited less before it."""

    order_id: str
    status: str
    since: datetime
    waited: timedelta
    longer_than: int
    compared: int

    @property
    def share(self) -> float | None:
        """The share of ended stays in this status that were shorter; None if there are none."""
        return self.longer_than / self.compared if self.compared else None


def waits(stays: Iterable[StayRow], zone: tzinfo) -> list[StatusWait]:
    """How long orders stay in each status they leave again; months are those of a zone."""
    by_status = _grouped(stays, lambda stay: stay.status)
    found = sorted(by_status, key=lambda status: RANK[Status(status)])
    return [_status_wait(one, by_status[one], zone) for one in found if one not in ENDS]


def _status_wait(status: str, stays: list[StayRow], zone: tzinfo) -> StatusWait:
    months = _grouped(stays, lambda stay: f"{stay.entered_at.astimezone(zone):%Y-%m}")
    by_month = {month: _wait(months[month]) for month in sorted(months)}
    ended = [stay for stay in stays if stay.left_at]
    return StatusWait(
        status,
        _wait(stays),
        {month: wait for month, wait in by_month.items() if wait},
        _ids(stay for stay in stays if not stay.left_at),
        _ids(stay for stay in ended if stay.inferred),
        _ids(stay for stay in ended if not stay.inferred and _length(stay) < NOTHING),
    )


def routes(stays: Iterable[StayRow]) -> list[Route]:
    """The paths that orders took so far, the most frequent first."""
    paths: dict[tuple[str, ...], list[list[StayRow]]] = defaultdict(list)
    for own in _grouped(stays, lambda stay: stay.order_id).values():
        own.sort(key=lambda stay: RANK[Status(stay.status)])
        paths[tuple(stay.status for stay in own)].append(own)
    found = [_route(statuses, taken) for statuses, taken in paths.items()]
    return sorted(found, key=lambda route: (-len(route.orders), route.statuses))


def _route(statuses: tuple[str, ...], taken: list[list[StayRow]]) -> Route:
    orders = tuple(own[0].order_id for own in taken)
    pairs = enumerate(pairwise(statuses))
    steps = [Step(*pair, _wait([own[place] for own in taken])) for place, pair in pairs]
    return Route(statuses, orders, tuple(steps))


def standing(stays: Iterable[StayRow], order_id: str, until: datetime) -> Standing | None:
    """How long one order has waited where it is by an instant; None if it waits for nothing."""
    known = list(stays)
    here = [one for one in known if one.order_id == order_id and one.left_at is None]
    if not here or here[0].status in ENDS:
        return None
    stay, waited = here[0], until - here[0].entered_at
    lengths = [length for length, _ in _lengths(one for one in known if one.status == stay.status)]
    shorter = sum(length < waited for length in lengths)
    return Standing(order_id, stay.status, stay.entered_at, waited, shorter, len(lengths))


def breaches(rows: Iterable[BreachRow]) -> dict[str, tuple[str, ...]]:
    """Each rule that was broken and the orders that broke it, the most broken first."""
    by_rule = _grouped(rows, lambda row: row.rule)
    found = {rule: tuple(dict.fromkeys(row.order_id for row in by_rule[rule])) for rule in by_rule}
    return dict(sorted(found.items(), key=lambda item: (-len(item[1]), item[0])))


def _wait(stays: Iterable[StayRow]) -> Wait | None:
    lengths = sorted(_lengths(stays))
    if not lengths:
        return None
    last = len(lengths) - 1
    median = (lengths[last // 2][0] + lengths[(last + 1) // 2][0]) / 2
    p90 = lengths[-(-9 * len(lengths) // 10) - 1][0]  # nearest rank: a wait that somebody had
    return Wait(median, p90, tuple(order_id for _, order_id in lengths))


def _lengths(stays: Iterable[StayRow]) -> list[tuple[timedelta, str]]:
    ended = [stay for stay in stays if stay.left_at and not stay.inferred]
    return [(_length(stay), stay.order_id) for stay in ended if _length(stay) >= NOTHING]


def _length(stay: StayRow) -> timedelta:
    return (stay.left_at or stay.entered_at) - stay.entered_at


def _ids(stays: Iterable[StayRow]) -> tuple[str, ...]:
    """The orders of these stays, the longest there first."""
    return tuple(stay.order_id for stay in sorted(stays, key=lambda stay: stay.entered_at))


def _grouped(rows: Iterable[Any], key: Callable[[Any], str]) -> dict[str, list[Any]]:
    groups: dict[str, list[Any]] = defaultdict(list)
    for row in rows:
        groups[key(row)].append(row)
    return groups
