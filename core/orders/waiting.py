"""How long do orders stay in each status, which paths did they take, and how does one compare?

All from the stays as of a position. No figure is made up: a stay that has not ended has no length
yet, one whose times the source did not state is no measurement, and one that ends before it begins
holds a late fact. They are counted, each apart, and never mixed into a median.
"""

from __future__ import annotations

from bisect import bisect_left
from collections import defaultdict
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta, tzinfo
from itertools import pairwise
from typing import Any, TypeVar

from core.orders.order import RANK, Status
from core.orders.views.lifecycle import BreachRow, StayRow

K = TypeVar("K")

ENDS = (Status.DELIVERED.value, Status.CANCELLED.value)
"""Nobody waits in these."""
PLACE: dict[str, int] = {status.value: place for status, place in RANK.items()}
"""Which status comes after which, by the words in the rows."""
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
class Passage:
    """All steps from one status to another, whatever path they are part of, and their wait."""

    status: str
    next_status: str
    orders: tuple[str, ...]
    wait: Wait | None


@dataclass(frozen=True)
class Standing:
    """How long one order stayed in a status, or has so far, and how many others stayed less."""

    order_id: str
    status: str
    since: datetime
    until: datetime | None
    waited: timedelta
    longer_than: int
    compared: int

    @property
    def share(self) -> float | None:
        """The share of other stays in this status that were shorter; None if none has ended."""
        return self.longer_than / self.compared if self.compared else None


def waits(stays: Iterable[StayRow], zone: tzinfo) -> list[StatusWait]:
    """How long orders stay in each status they leave again; months are those of a zone."""
    by_status = _grouped(stays, lambda stay: stay.status)
    found = sorted(by_status, key=lambda status: PLACE[status])
    return [_status_wait(one, by_status[one], zone) for one in found if one not in ENDS]


def _status_wait(status: str, stays: list[StayRow], zone: tzinfo) -> StatusWait:
    months = _grouped(stays, lambda stay: stay.entered_at.astimezone(zone).timetuple()[:2])
    by_month = {f"{month[0]}-{month[1]:02}": _wait(months[month]) for month in sorted(months)}
    ended = [stay for stay in stays if stay.left_at]
    return StatusWait(
        status,
        _wait(stays),
        {month: wait for month, wait in by_month.items() if wait},
        _ids(stay for stay in stays if not stay.left_at),
        _ids(stay for stay in ended if stay.inferred),
        _ids(stay for stay in ended if _backwards(stay)),
    )


def routes(stays: Iterable[StayRow]) -> list[Route]:
    """The paths that orders took so far, the most frequent first."""
    paths: dict[tuple[str, ...], list[list[StayRow]]] = defaultdict(list)
    for own in _grouped(stays, lambda stay: stay.order_id).values():
        own.sort(key=lambda stay: PLACE[stay.status])
        paths[tuple(stay.status for stay in own)].append(own)
    found = [_route(statuses, taken) for statuses, taken in paths.items()]
    return sorted(found, key=lambda route: (-len(route.orders), route.statuses))


def _route(statuses: tuple[str, ...], taken: list[list[StayRow]]) -> Route:
    orders = tuple(own[0].order_id for own in taken)
    pairs = enumerate(pairwise(statuses))
    steps = [Step(*pair, _wait([own[place] for own in taken])) for place, pair in pairs]
    return Route(statuses, orders, tuple(steps))


def passages(stays: Iterable[StayRow]) -> list[Passage]:
    """Every step that orders took, in the order of the statuses: the map of their paths."""
    taken: dict[tuple[str, str], list[StayRow]] = defaultdict(list)
    for stay in stays:
        if stay.next_status:
            taken[stay.status, stay.next_status].append(stay)
    ways = sorted(taken, key=lambda way: [PLACE[status] for status in way])
    return [Passage(*way, _ids(taken[way]), _wait(taken[way])) for way in ways]


def lengths_by_status(stays: Iterable[StayRow]) -> dict[str, list[timedelta]]:
    """How long the stays in each status lasted, shortest first: what others are compared with."""
    by_status = _grouped(stays, lambda stay: stay.status)
    return {name: sorted(length for length, _ in _lengths(by_status[name])) for name in by_status}


def standings(
    own: Iterable[StayRow], lengths: Mapping[str, Sequence[timedelta]], until: datetime
) -> list[Standing]:
    """How long one order stayed in each status by an instant, beside all others that ended."""
    stays = sorted(own, key=lambda stay: PLACE[stay.status])
    waited = [stay for stay in stays if stay.status not in ENDS]
    counted = [stay for stay in waited if stay.left_at is None or _lengths([stay])]
    return [_standing(stay, lengths.get(stay.status, ()), until) for stay in counted]


def _standing(stay: StayRow, lengths: Sequence[timedelta], until: datetime) -> Standing:
    length = (stay.left_at or until) - stay.entered_at
    others = len(lengths) - (stay.left_at is not None)  # one that ended is among them itself
    place = bisect_left(lengths, length)
    return Standing(
        stay.order_id, stay.status, stay.entered_at, stay.left_at, length, place, others
    )


def standing(stays: Iterable[StayRow], order_id: str, until: datetime) -> Standing | None:
    """How long one order has waited where it is by an instant; None if it waits for nothing."""
    known = list(stays)
    here = [one for one in known if one.order_id == order_id and one.left_at is None]
    found = standings(here, lengths_by_status(known), until)
    return found[0] if found else None


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
    return [
        (length, stay.order_id)
        for stay in stays
        if stay.left_at and not stay.inferred
        if (length := stay.left_at - stay.entered_at) >= NOTHING
    ]


def _backwards(stay: StayRow) -> bool:
    return not stay.inferred and stay.left_at is not None and stay.left_at < stay.entered_at


def _ids(stays: Iterable[StayRow]) -> tuple[str, ...]:
    """The orders of these stays, the longest there first."""
    return tuple(stay.order_id for stay in sorted(stays, key=lambda stay: stay.entered_at))


def _grouped(rows: Iterable[Any], key: Callable[[Any], K]) -> dict[K, list[Any]]:
    groups: dict[K, list[Any]] = defaultdict(list)
    for row in rows:
        groups[key(row)].append(row)
    return groups
