"""What does it cost to have a state: the newest, any of the past, or all of them?"""

from __future__ import annotations

import sqlite3
from collections.abc import Callable, Iterator
from contextlib import closing, contextmanager
from functools import partial
from itertools import islice
from pathlib import Path
from random import Random

from core import TimeMachine
from core.causes import causes
from core.history import Path as Field
from core.history import at_path
from core.moments import AtVersion
from core.orders import Order, OrderEvent, orders
from core.repository import Repository
from tests.benchmarks import raw
from tests.benchmarks.histories import long_order
from tests.benchmarks.measuring import Figures, Race, spread, timed
from tests.benchmarks.places import machine_at, path_in

BY_HAND = "A: raw sqlite3, decode, fold by hand"
BARE = "B: our fold of events in memory"
REPLAY = "one replay, no snapshots"
WITH_SNAPSHOT = "raw sqlite3: snapshot, tail, decode, fold by hand"
EVENTS = "SELECT type, data FROM events WHERE stream = ? AND version > ? AND version <= ?"
SNAPSHOT = (
    "SELECT version, state FROM snapshots WHERE stream = ? AND version <= ?"
    " ORDER BY version DESC LIMIT 1"
)
SHORT, LONG = 1_000, 100_000
PAGE = 60
"""As many as the order screen lists at once."""
SUM: Field = ("total",)
FIELDS: dict[Field, str] = {
    ("customer_id",): "what one event set",
    ("shipping_address", "street"): "what every tenth event set",
    ("items", "product-7", "quantity"): "what two events set",
    SUM: "a sum that nine in ten events change",
}
NAME = "long"
STREAM = orders.stream(NAME)
WHOLE = 2**62


def races(folder: Path, quick: bool) -> Iterator[Race]:
    """Replays of growing length, states at random versions, and all states of an order."""
    lengths = (100, SHORT, 10_000) if quick else (100, SHORT, 10_000, LONG)
    for length in lengths:
        with _long(folder, length) as (machine, path):
            yield _replay(machine, path, length)
    with _long(folder, SHORT) as (short, path), _long(folder, lengths[-1]) as (long, long_path):
        yield from _random_versions(short, long, long_path, 50 if quick else 400)
        yield from _all_states(short, path)
    with _long(folder, 10_000) as (machine, _):
        for path, told in FIELDS.items():
            yield _provenance(machine, path, told)
        yield from _whole_provenance(machine)


@contextmanager
def _long(folder: Path, length: int) -> Iterator[tuple[TimeMachine, Path]]:
    """A store that holds one order of this length, with its snapshots."""
    here = folder / str(length)
    fresh = not here.exists()
    here.mkdir(exist_ok=True)
    with closing(machine_at(here)) as machine:
        if fresh:
            machine.load([(STREAM, event) for event in long_order(NAME, length)])
        yield machine, path_in(here)


def _replay(machine: TimeMachine, path: Path, length: int) -> Race:
    whole = Repository(machine.store, orders, snapshots=False)
    times = max(1, 2_000 // length)
    decoded: list[OrderEvent] = list(long_order(NAME, length))
    raw.agree(_by_hand(path), whole.get(NAME))
    return Race(
        f"replay {length:,} events, no snapshots",
        lambda: timed(lambda: whole.get(NAME), times),
        {
            BY_HAND: lambda: _reading(path, lambda file: timed(lambda: _all(file), times)),
            BARE: lambda: timed(lambda: orders.fold(decoded), times),
        },
        slow=length >= LONG,
    )


def _reading(path: Path, visit: Callable[[sqlite3.Connection], Figures]) -> Figures:
    with closing(raw.opened(path)) as file:
        return visit(file)


def _all(file: sqlite3.Connection) -> raw.Plain:
    return raw.fold(file.execute(f"{EVENTS} ORDER BY version", (STREAM, 0, WHOLE)))


def _by_hand(path: Path) -> raw.Plain:
    with closing(raw.opened(path)) as file:
        return _all(file)


def _random_versions(
    short: TimeMachine, long: TimeMachine, path: Path, number: int
) -> Iterator[Race]:
    length = long.store.version_at(STREAM)
    choose = Random(7).choices
    near, far = (choose(range(1, last + 1), k=number) for last in (SHORT, length))
    with closing(raw.opened(path)) as file:
        for version in far[:10]:
            raw.agree(_remembered(file, version), _at(long, version))
    yield Race(
        f"state at a random version of {length:,}",
        lambda: spread([partial(_at, long, version) for version in far]),
        {
            WITH_SNAPSHOT: lambda: _reading(
                path, lambda file: spread([partial(_remembered, file, one) for one in far])
            ),
            f"ours at a random version of {SHORT:,}": lambda: spread(
                [partial(_at, short, version) for version in near]
            ),
        },
    )


def _at(machine: TimeMachine, version: int) -> Order:
    return machine.order(NAME, AtVersion(version))


def _remembered(file: sqlite3.Connection, version: int) -> raw.Plain:
    known = file.execute(SNAPSHOT, (STREAM, version)).fetchone()
    order = raw.Plain(raw.read_order(known[1]) if known else None)
    tail = file.execute(f"{EVENTS} ORDER BY version", (STREAM, order.version, version))
    return raw.fold(tail, order)


def _all_states(machine: TimeMachine, path: Path) -> Iterator[Race]:
    floors = {BY_HAND: lambda: _reading(path, lambda file: timed(lambda: _kept(file), 3))}
    yield Race(
        f"all {SHORT:,} states of an order",
        lambda: timed(lambda: _states(machine), 3),
        floors,
    )
    yield Race(
        f"history of {SHORT:,}: states and differences",
        lambda: timed(lambda: machine.history(NAME), 3),
        floors,
    )


def _provenance(machine: TimeMachine, path: Field, told: str) -> Race:
    """Why is a field here? Against one replay of the same order that asks nothing."""
    newest = next(causes(machine.repository, STREAM, path))
    assert newest.change.after == at_path(_replayed(machine), path)
    return Race(
        f"why {told} (10,000 versions): the last {PAGE} causes",
        lambda: timed(lambda: _asked(machine, path, PAGE)),
        {REPLAY: lambda: timed(lambda: _replayed(machine))},
    )


def _whole_provenance(machine: TimeMachine) -> Iterator[Race]:
    """The same read to its very end: every cause there ever was."""
    for path, told in FIELDS.items():
        yield Race(
            f"why {told}: every cause there ever was",
            partial(timed, partial(_asked, machine, path)),
            {REPLAY: lambda: timed(lambda: _replayed(machine))},
        )
    yield Race(
        f"why {FIELDS[SUM]}: every cause, without who and when",
        lambda: timed(lambda: list(causes(machine.repository, STREAM, SUM))),
        {REPLAY: lambda: timed(lambda: _replayed(machine))},
    )


def _replayed(machine: TimeMachine) -> Order:
    return Repository(machine.store, orders, snapshots=False).get(NAME)


def _asked(machine: TimeMachine, path: Field, most: int | None = None) -> list[object]:
    """The newest causes, or all of them, and who did it."""
    return [one.recorded for one in islice(causes(machine.repository, STREAM, path), most)]


def _states(machine: TimeMachine) -> list[Order]:
    return list(machine.repository.states(NAME))


def _kept(file: sqlite3.Connection) -> list[tuple[object, ...]]:
    order, states = raw.Plain(), []
    for kind, data in file.execute(f"{EVENTS} ORDER BY version", (STREAM, 0, WHOLE)):
        order.take(kind, raw.DECODE[kind](data))
        states.append(order.kept())
    return states
