"""How long does one process take to add to the log: an event, an order, a command at a time?"""

from __future__ import annotations

import tempfile
import time
from collections.abc import Callable, Iterator, Mapping
from dataclasses import replace
from functools import partial
from pathlib import Path

from core.orders import orders
from core.stores.soon import DELAY
from tests.benchmarks import raw
from tests.benchmarks.contenders import BATCH, OURS, Contender, Open, Orders, facts
from tests.benchmarks.field import field, fresh, on_fresh
from tests.benchmarks.histories import short_order
from tests.benchmarks.measuring import Figures, Race
from tests.benchmarks.ours import Ours
from tests.benchmarks.places import Place, in_file, on_server
from tests.benchmarks.raw_full import Batch

EVENTS = 6
AN_ORDER = "an order a commit"
WORK: Mapping[str, Callable[[Contender, Orders], object]] = {
    "an event a commit": lambda one, asked: one.append_singly(asked),
    AN_ORDER: lambda one, asked: one.append_orders(asked),
    "command cycle": lambda one, asked: one.handle(asked),
    "command cycle, each order read anew": lambda one, asked: _anew(one)(asked),
}


def appends(
    folder: Path,
    quick: bool,
    work: str,
    place: Place = in_file,
    number: int = 500,
    waits: bool = True,
) -> Iterator[Race]:
    """Short orders, appended one way by everybody; seconds per event."""
    asked = short_orders(number // 5 if quick else number)
    everybody = field(place, waits)
    if place is on_server and work == AN_ORDER:
        everybody[BATCH] = Batch
    _check(folder, everybody, place, work)
    visits = on_fresh(folder, everybody, place, partial(_work, work, asked), EVENTS * len(asked))
    yield race("", visits)


def on_disk(folder: Path, quick: bool) -> Iterator[Race]:
    """The first two, where a flush has to reach a disk."""
    with tempfile.TemporaryDirectory() as disk:
        for work in list(WORK)[:2]:
            (one,) = appends(Path(disk), quick, work, number=75)
            yield replace(one, workload=f"append, SQLite on a disk, {work}")


def race(workload: str, visits: Mapping[str, Callable[[], Figures]], slow: bool = False) -> Race:
    """Everybody's visits as a race of ours; without a name of its own it is called as its goal."""
    others = {name: visit for name, visit in visits.items() if name != OURS}
    return Race(workload, visits[OURS], others, slow)


def short_orders(number: int) -> Orders:
    """(name, facts) of so many short orders."""
    return [(f"o{one}", facts(short_order(f"o{one}"))) for one in range(number)]


def _work(work: str, asked: Orders, one: Contender) -> Callable[[], object]:
    warm(one, "first")
    return partial(WORK[work], one, asked)


def warm(one: Contender, name: str) -> None:
    """Append an order, so that connections and statements are ready, also of whoever places."""
    one.append_orders([(name, facts(short_order(name)))])
    time.sleep(2 * DELAY)


def _anew(one: Contender) -> Callable[[Orders], object]:
    """Commands in which nothing is in hand; of others nothing ever is."""
    return one.handle_anew if isinstance(one, Ours) else one.handle


def _check(folder: Path, everybody: Mapping[str, Open], place: Place, work: str) -> None:
    """Nobody is timed who has an order otherwise than it was kept."""
    expected = orders.fold(short_order("o0"))
    for open_ in everybody.values():
        with fresh(open_, folder, place) as one:
            WORK[work](one, short_orders(1))
            raw.agree(one.state("o0"), expected)
