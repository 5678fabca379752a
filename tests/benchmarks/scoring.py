"""Is a goal met? A race's rows against its bars, told in one line."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from tests.benchmarks.contenders import DEFAULT, FULL, LEAN, PEERS, STRUCTS
from tests.benchmarks.goals import Bars, Goal
from tests.benchmarks.measuring import Row, told

SHOWN = (DEFAULT, STRUCTS, FULL, LEAN)
WIDTHS = (4, 50, 12, *(max(8, len(one)) for one in SHOWN), 7, 7)
BEATEN = 0.9
"""Slower than a library by more than a tenth: what goal 20 allows nobody."""


@dataclass(frozen=True)
class Score:
    """What came of one workload: our figures, and how many times as fast as each other."""

    goal: Goal
    workload: str
    figures: dict[str, float]
    faster: dict[str, float]


def score(goal: Goal, workload: str, rows: Sequence[Row]) -> Score:
    """The rows of one race, put together. Where a race has a p95, the p95 is what is compared."""
    figures = {row.figure: row.ours for row in rows}
    compared = "p95" if "p95" in figures else ""
    faster = {row.floor_is: 1 / row.ratio for row in rows if row.figure == compared}
    return Score(goal, workload, figures, faster)


def heading() -> str:
    """The first line of the table."""
    return _joined(["goal", "workload", "ours", *SHOWN, "must", "aim"], "also, and what is missed")


def line(one: Score) -> str:
    """A line of the table: ratios are how many times as fast as that we are."""
    ours = one.figures.get("p95", one.figures.get("", 0.0))
    beside = [_times(one.faster[name]) if name in one.faster else "-" for name in SHOWN]
    missed_must, missed_aim = list(_missed(one, 0)), list(_missed(one, 1))
    verdicts = [_verdict(one, missed) for missed in (missed_must, missed_aim)]
    others = [f"{name} {_times(one.faster[name])}" for name in one.faster if name not in SHOWN]
    others += [f"{name} {_counted(name, value)}" for name, value in one.figures.items() if name]
    told_misses = [f"must: {text}" for text in missed_must] or [f"aim: {t}" for t in missed_aim]
    cells = [one.goal.number, one.workload, told(ours), *beside, *verdicts]
    return _joined(cells, "; ".join([*others, *told_misses]))


def beaten(one: Score) -> Iterator[str]:
    """The libraries that beat us by more than a tenth."""
    for name in PEERS:
        if one.faster.get(name, 1.0) < BEATEN:
            yield f"{one.workload}: {name} {_times(one.faster[name])}"


def _missed(one: Score, bar: int) -> Iterator[str]:
    for name, bars in one.goal.faster.items():
        if name in one.faster and one.faster[name] < bars[bar]:
            yield f"{name} {_times(one.faster[name])} of {_times(bars[bar])}"
    for name, bars in one.goal.within.items():
        if name in one.figures and one.figures[name] > bars[bar]:
            here, most = _counted(name, one.figures[name]), _counted(name, bars[bar])
            yield f"{name or 'time'} {here}, at most {most}"


def _verdict(one: Score, missed: Sequence[str]) -> str:
    if missed:
        return "MISSED"
    wanted: Bars = one.goal.faster
    return "met" if wanted.keys() <= one.faster.keys() else "open"


def _counted(name: str, value: float) -> str:
    return f"{value:.2f}" if name == "retries" else told(value)


def _times(ratio: float) -> str:
    return f"{ratio:.2f} x" if ratio < 10 else f"{ratio:.0f} x"


def _joined(cells: Sequence[str], last: str) -> str:
    padded = [cell.ljust(width) for cell, width in zip(cells, WIDTHS, strict=True)]
    return "  ".join([*padded, last]).rstrip()
