"""How long does the whole log take: as objects, as read models, as of a time?"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import ExitStack, closing
from functools import partial
from itertools import islice
from pathlib import Path

from core.moments import AtPosition
from core.orders import orders
from core.orders.views.lifecycle import StayRow
from core.orders.views.order_details import ORDERS
from core.projections import Where
from core.projector import Projector
from tests.benchmarks.contenders import CLASSES, OURS, Contender, flat
from tests.benchmarks.field import field
from tests.benchmarks.goal_appends import EVENTS, race, short_orders
from tests.benchmarks.measuring import Figures, Race, timed
from tests.benchmarks.ours import Ours
from tests.benchmarks.places import in_file
from tests.benchmarks.two_views import (
    COUNTED,
    DAYS,
    DERIVED,
    PROJECTIONS,
    STANDING,
    STANDS,
    VOLUME,
    StandRow,
    by_hand,
)

NUMBER, QUICK_NUMBER = 20_000, 3_000
"""Orders in the log: enough for a rate. That a million stay within memory is `memory`'s row."""
SHARE = 4
"""The others hold a quarter of it: what they take is per event, and filling them is slow."""
WINDOW = 1_002


def shipped(one: Ours) -> Projector:
    """What keeps every view we ship."""
    return one.machine.projector


def deriving(one: Ours) -> Projector:
    """What keeps the event volume and the stays alone."""
    return Projector(one.machine.store, DERIVED, [])


def counting(one: Ours) -> Projector:
    """What keeps the event volume alone."""
    return Projector(one.machine.store, COUNTED, [])


def objects(folder: Path, quick: bool) -> Iterator[Race]:
    """Each event of the log, one after another; seconds per event."""
    with ExitStack() as stack:
        there = _filled(stack, folder, quick)
        yield race("", {name: _per_event(one, name, quick, _read) for name, one in there.items()})


def in_python(folder: Path, quick: bool) -> Iterator[Race]:
    """Two read models from nothing, in Python over the log and into dictionaries, for everybody."""
    with ExitStack() as stack:
        there = _filled(stack, folder, quick)
        _check_counts(there)
        visits = {name: _per_event(one, name, quick, _counted) for name, one in there.items()}
        yield race("", visits, slow=True)


def with_their_past(folder: Path, quick: bool) -> Iterator[Race]:
    """The same two as projections that keep every row there was, beside our own dictionaries that
    forget: nobody else keeps a past."""
    with ExitStack() as stack:
        one = _filled(stack, folder, quick, only=(OURS,))[OURS]
        _projected(one)
        _check_rows(one)
        kept, forgotten = (_per_event(one, OURS, quick, work) for work in (_projected, _counted))
        yield Race("", kept, {"ours into dictionaries": forgotten}, slow=True)


def in_sql(folder: Path, quick: bool) -> Iterator[Race]:
    """The event volume and the stays, which the database tells; the others say theirs in Python."""
    with ExitStack() as stack:
        there = _filled(stack, folder, quick)
        _rebuilt(there[OURS])
        _check_derived(there[OURS])
        work = {name: _rebuilt if name == OURS else _counted for name in there}
        visits = {name: _per_event(one, name, quick, work[name]) for name, one in there.items()}
        yield race("", visits, slow=True)


def counted(folder: Path, quick: bool) -> Iterator[Race]:
    """The event volume alone, which the database counts; the others count days in Python."""
    with ExitStack() as stack:
        there = _filled(stack, folder, quick)
        work = {name: _recounted if name == OURS else _days for name in there}
        visits = {name: _per_event(one, name, quick, work[name]) for name, one in there.items()}
        yield race("", visits, slow=True)


def window(
    folder: Path, quick: bool, projector: Callable[[Ours], Projector] = shipped
) -> Iterator[Race]:
    """What comes new goes into these views: behind a long log, and behind a short one."""
    with ExitStack() as stack:
        long = _filled(stack, folder, quick, only=(OURS,))[OURS]
        short = stack.enter_context(closing(Ours(in_file(_made(folder, "short")))))
        visits = {}
        for name, one in (("behind a long log", long), ("behind a short log", short)):
            assert isinstance(one, Ours)
            projector(one).project()
            visits[name] = _new_events(one, projector(one))
        ours, floor = visits.values()
        yield Race("", ours, {"behind a short log": floor})


def at_a_time(folder: Path, quick: bool) -> Iterator[Race]:
    """Where every order stood half-way; the others read their log up to there."""
    with ExitStack() as stack:
        there = _filled(stack, folder, quick)
        ours = there[OURS]
        assert isinstance(ours, Ours)
        ours.machine.project()
        half = _events(OURS, quick) // 2
        asked = partial(ours.machine.values, ORDERS, ("order_id", "status"), AtPosition(half))
        stood = dict(asked())
        expected = by_hand(islice(ours.seen(), half))[1]
        assert stood == {str(name).removeprefix("order-"): one for name, one in expected.items()}

        def stands() -> Figures:
            return {"": timed(asked)[""] / half}

        visits = {name: _half(one, _events(name, quick) // 2) for name, one in there.items()}
        yield race("", {**visits, OURS: stands}, slow=True)


def _read(one: Contender) -> None:
    for _ in one.log():
        pass


def _counted(one: Contender) -> None:
    by_hand(one.seen())


def _projected(one: Contender) -> None:
    assert isinstance(one, Ours)
    known = [(orders, one.machine.repository)]
    Projector(one.machine.store, PROJECTIONS, known).rebuild()


def _recounted(one: Contender) -> None:
    assert isinstance(one, Ours)
    counting(one).rebuild()


def _days(one: Contender) -> None:
    Counter((day, kind) for day, kind, _ in one.seen())


def _rebuilt(one: Contender) -> None:
    assert isinstance(one, Ours)
    deriving(one).rebuild()


def _half(one: Contender, events: int) -> Callable[[], Figures]:
    return lambda: {"": timed(lambda: by_hand(islice(one.seen(), events)))[""] / events}


def _new_events(one: Ours, projector: Projector) -> Callable[[], Figures]:
    def visit() -> Figures:
        start = one.machine.store.head().position
        asked = [
            (f"n{start}-{name}", happened) for name, happened in short_orders(WINDOW // EVENTS)
        ]
        one.machine.store.load(
            (orders.stream(name), CLASSES[kind](name, *values))
            for name, kind, values in flat(asked)
        )
        return timed(projector.project)

    return visit


def _per_event(
    one: Contender, name: str, quick: bool, work: Callable[[Contender], object]
) -> Callable[[], Figures]:
    return lambda: {"": timed(lambda: work(one))[""] / _events(name, quick)}


def _check_counts(there: Mapping[str, Contender]) -> None:
    """Nobody is timed whose read models say something else than the log that was kept."""
    for name, one in there.items():
        counts, stands = by_hand(one.seen())
        placed = sum(number for (_, kind), number in counts.items() if kind == "OrderPlaced")
        assert placed == len(stands), f"{name} placed {placed} of {len(stands)} orders"
        assert set(stands.values()) == {"placed"}, f"{name} has orders that are not placed"


def _check_rows(ours: Contender) -> None:
    """The read models that are kept say what the dictionaries say."""
    assert isinstance(ours, Ours)
    days, stood = ours.machine.rows(DAYS), ours.machine.rows(STANDS)
    _agree(ours, {(row.day, row.type): row.events for row in days}, stood)


def _check_derived(ours: Contender) -> None:
    assert isinstance(ours, Ours)
    days = ours.machine.rows(VOLUME, where=[Where("width", "=", "day")])
    stood = ours.machine.rows(STANDING, where=[Where("left_at", "=", None)])
    counts = {(row.bucket.date().isoformat(), row.type): row.events for row in days}
    _agree(ours, counts, stood)


def _agree(
    ours: Ours, days: Mapping[tuple[str, str], int], stood: Sequence[StandRow | StayRow]
) -> None:
    counts, stands = by_hand(ours.seen())
    assert days == {(day.isoformat(), kind): number for (day, kind), number in counts.items()}
    assert {orders.stream(row.order_id): row.status for row in stood} == stands


def _filled(
    stack: ExitStack, folder: Path, quick: bool, only: tuple[str, ...] = ()
) -> dict[str, Contender]:
    """A long log of short orders in the store of each contender."""
    there = {}
    for name, open_ in field().items():
        if name not in (only or (name,)):
            continue
        one = stack.enter_context(closing(open_(in_file(_made(folder, name)), False)))
        if next(one.log(), None) is None:
            one.fill(short_orders(_number(name, quick)))
        kept = sum(1 for _ in one.log())
        assert kept == _events(name, quick) or name == OURS, f"{name} has {kept} events"
        there[name] = one
    return there


def _number(name: str, quick: bool) -> int:
    number = QUICK_NUMBER if quick else NUMBER
    return number if name == OURS else number // SHARE


def _events(name: str, quick: bool) -> int:
    return EVENTS * _number(name, quick)


def _made(folder: Path, name: str) -> Path:
    here = folder / f"log-{name.replace(', ', '-')}"
    here.mkdir(exist_ok=True)
    return here
