"""How long do eight processes take that write at once: each its own orders, all the same order?

What an order of the log costs them, beside an insert that gives none, is said by `sharing.py`.
"""

from __future__ import annotations

import multiprocessing
import time
from collections.abc import Callable, Iterator
from contextlib import closing
from functools import partial
from pathlib import Path
from typing import Any

from tests.benchmarks.contenders import Contender, Open, facts
from tests.benchmarks.field import field
from tests.benchmarks.goal_appends import EVENTS, race, warm
from tests.benchmarks.histories import short_order
from tests.benchmarks.measuring import Figures, Race
from tests.benchmarks.places import on_server

WRITERS = 8
HOT = "hot"
PRELOADED = ["tests.benchmarks.peer_structs", "tests.benchmarks.field", "psycopg"]
Work = Callable[[Contender, int, int], int]
"""(contender, number of the process, how much) → how often it worked in vain."""


def distinct(folder: Path, quick: bool, waits: bool = True) -> Iterator[Race]:
    """Each process appends orders of its own, an event a commit; seconds per event."""
    number = 10 if quick else 50
    visits = {
        name: partial(_visit, open_, _own_orders, number, WRITERS * number * EVENTS)
        for name, open_ in field(on_server, waits).items()
    }
    yield race("", visits)


def hot(folder: Path, quick: bool) -> Iterator[Race]:
    """All of them change one order; seconds per command, and how often each was done in vain."""
    times = 3 if quick else 12
    visits = {
        name: partial(_visit, open_, _same_order, times, WRITERS * times)
        for name, open_ in field(on_server).items()
    }
    yield race("", visits)


def _own_orders(one: Contender, number: int, orders: int) -> int:
    names = [f"o{number}-{each}" for each in range(orders)]
    one.append_singly([(name, facts(short_order(name))) for name in names])
    return 0


def _same_order(one: Contender, number: int, times: int) -> int:
    return one.compete(HOT, times)


def _visit(open_: Open, work: Work, much: int, units: int) -> Figures:
    url = on_server(Path())
    with closing(open_(url, False)) as one:
        one.append_orders([(HOT, facts(short_order(HOT)[:4]))])
        context = multiprocessing.get_context("forkserver")
        context.set_forkserver_preload(PRELOADED)
        shared = context.Barrier(WRITERS), context.Lock(), context.Queue()
        asked = [(open_, url, work, number, much, *shared) for number in range(WRITERS)]
        writers = [context.Process(target=_write, args=one_asked) for one_asked in asked]
        for writer in writers:
            writer.start()
        done = [shared[-1].get(timeout=60) for _ in writers]
        for writer in writers:
            writer.join()
        _check(one, work, much)
    began, ended, vain = zip(*done, strict=True)
    seconds = (max(ended) - min(began)) / units
    if work is not _same_order:
        return {"": seconds}
    return {"": seconds, "retries": max(sum(vain) / units, 0.01)}  # never 0: there is a ratio of it


def _write(
    open_: Open, url: str, work: Work, number: int, much: int, ready: Any, opening: Any, told: Any
) -> None:
    with opening:  # some lay their tables out again each time, and trip over each other
        one = open_(url, False)
    with closing(one):
        warm(one, f"first of {number}")
        one.state(HOT)
        ready.wait()
        began = time.perf_counter()
        vain = work(one, number, much)
        told.put((began, time.perf_counter(), vain))


def _check(one: Contender, work: Work, much: int) -> None:
    """Nothing that was acknowledged is lost."""
    if work is _same_order:
        version = one.state(HOT).version
        assert version == 4 + WRITERS * much, f"{type(one).__name__} has {version} versions"
    else:
        events = sum(1 for _ in one.log())
        assert events == 4 + WRITERS * (1 + much) * EVENTS, (
            f"{type(one).__name__} kept {events} events"
        )
