"""How are two things compared on a busy machine? In turn, again and again, and only as a ratio."""

from __future__ import annotations

import gc
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, replace
from statistics import median, quantiles

Figures = Mapping[str, float]
"""What was measured in a visit → seconds. Where there is one thing only, its name is empty."""

Visit = Callable[[], Figures]
"""Does the work once. What has to be ready for it is made outside the time it measures."""

REPETITIONS, FEWER, QUICK = 7, 3, 2
COLUMNS = (("workload", 54), ("ours", -10), ("floor", -10), ("ratio", -7))


@dataclass(frozen=True)
class Race:
    """A workload: ours, and what else does it; what that is → how."""

    workload: str
    ours: Visit
    floors: Mapping[str, Visit]
    slow: bool = False
    """Whether it has to do with fewer repetitions."""


@dataclass(frozen=True)
class Row:
    """A line of the table: medians in seconds, and the median of the ratios."""

    workload: str
    ours: float
    floor: float
    ratio: float
    floor_is: str
    figure: str = ""
    race: str = ""


def run(race: Race, quick: bool = False) -> Iterator[Row]:
    """The rows of a race, after a visit to each that does not count."""
    visits = [race.ours, *race.floors.values()]
    usual, slow = QUICK if quick else REPETITIONS, race.slow
    repetitions = (1 if quick else FEWER) if slow else usual
    for visit in () if quick and slow else visits:
        visit()
    turns = [_turn(visits, number) for number in range(repetitions)]
    for name in turns[0][0]:
        workload = ": ".join(filter(None, (race.workload, name)))
        if slow:
            workload += f" ({repetitions} rep.)"
        for place, floor_is in enumerate(race.floors, start=1):
            pairs = [(turn[0][name], turn[place][name]) for turn in turns]
            yield replace(_row(workload, floor_is, pairs), figure=name, race=race.workload)


def _turn(visits: Sequence[Visit], number: int) -> list[Figures]:
    """Everybody once. Another begins in each turn, so that nobody always comes second."""
    seen: dict[int, Figures] = {}
    for step in range(len(visits)):
        place = (number + step) % len(visits)
        gc.collect()
        seen[place] = visits[place]()
    return [seen[place] for place in range(len(visits))]


def _row(workload: str, floor_is: str, pairs: Sequence[tuple[float, float]]) -> Row:
    ours, floor = (median(side) for side in zip(*pairs, strict=True))
    return Row(workload, ours, floor, median(one / other for one, other in pairs), floor_is)


def timed(work: Callable[[], object], times: int = 1) -> Figures:
    """How long the work takes, the mean of `times` in a row."""
    start = time.perf_counter()
    for _ in range(times):
        work()
    return {"": (time.perf_counter() - start) / times}


def spread(works: Sequence[Callable[[], object]]) -> Figures:
    """How long each of these takes: the median and the 95th percentile."""
    taken = []
    for work in works:
        start = time.perf_counter()
        work()
        taken.append(time.perf_counter() - start)
    return percentiles(taken)


@contextmanager
def staged(name: str, taken: dict[str, float]) -> Iterator[Callable[[int, int], None]]:
    """A stage of an import, timed; nobody is told how it goes on."""
    start = time.perf_counter()
    yield lambda done, total: None
    taken[name] = time.perf_counter() - start


def percentiles(taken: Sequence[float]) -> Figures:
    """The median and the 95th percentile."""
    return {"p50": median(taken), "p95": quantiles(taken, n=20)[-1]}


def heading() -> str:
    """The first line of the table."""
    return _line([name for name, _ in COLUMNS], "what the floor is")


def line(row: Row) -> str:
    """A line of the table."""
    ratio = f"{row.ratio:.2f}" if row.ratio >= 0.1 else f"{row.ratio:.4f}"
    return _line([row.workload, told(row.ours), told(row.floor), ratio], row.floor_is)


def _line(cells: Sequence[str], last: str) -> str:
    widths = [width for _, width in COLUMNS]
    padded = [
        cell.ljust(width) if width > 0 else cell.rjust(-width)
        for cell, width in zip(cells, widths, strict=True)
    ]
    return "  ".join([*padded, last])


def told(seconds: float) -> str:
    """A duration as people read it."""
    if seconds < 1e-3:
        return f"{seconds * 1e6:.1f} µs"
    return f"{seconds * 1e3:.2f} ms" if seconds < 1 else f"{seconds:.2f} s"
