"""Which goals are met? Every row of the table, or some, each told as soon as it is known."""

from __future__ import annotations

import argparse
import tempfile
from collections.abc import Callable, Iterator, Sequence
from functools import partial
from itertools import groupby
from pathlib import Path

from tests.benchmarks import goal_appends, goal_log, goal_states, goal_writers
from tests.benchmarks.field import MISSING, peer_is_here
from tests.benchmarks.goals import GOALS, Goal
from tests.benchmarks.measuring import Race, run
from tests.benchmarks.places import MEMORY, on_server, server
from tests.benchmarks.scoring import Score, beaten, heading, line, score

EXPLAINED = (
    "Each number says how many times as fast as that we are: medians of the ratios within a turn,"
    " everybody in turn, files in memory. Where there is a p95, it is the p95 that is compared."
)
append = partial(partial, goal_appends.appends)
append_on_server = partial(append, place=on_server, number=200)
RACES: dict[str, Callable[[Path, bool], Iterator[Race]]] = {
    "1": append(work="an event a commit"),
    "2": append(work="an order a commit"),
    "3": append(work="command cycle"),
    "3b": append(work="command cycle, each order read anew"),
    "4": goal_appends.on_disk,
    "5": append_on_server(work="an event a commit", waits=False),
    "5b": append_on_server(work="an event a commit"),
    "6": append_on_server(work="an order a commit", waits=False),
    "6b": append_on_server(work="an order a commit"),
    "7": append_on_server(work="command cycle"),
    "8": partial(goal_writers.distinct, waits=False),
    "8b": goal_writers.distinct,
    "9": goal_writers.hot,
    "10": goal_states.replays,
    "11": partial(goal_states.replays, place=on_server),
    "12": goal_states.at_versions,
    "13": partial(goal_states.at_versions, place=on_server),
    "14": goal_states.at_times,
    "14b": partial(goal_states.at_times, place=on_server),
    "15": goal_states.all_states,
    "16": goal_log.objects,
    "17": goal_log.in_python,
    "17b": goal_log.with_their_past,
    "18": goal_log.in_sql,
    "18a": goal_log.counted,
    "18b": partial(goal_log.window, projector=goal_log.deriving),
    "18c": goal_log.window,
    "19": goal_log.at_a_time,
}
"""The number of a goal → its races in a folder, roughly or well."""


def main(asked: Sequence[str]) -> None:
    """Print the table, or the rows that are asked for."""
    parser = argparse.ArgumentParser(prog="python -m tests.benchmarks goals", description=EXPLAINED)
    parser.add_argument("number", nargs="*", help=f"of {', '.join(RACES)}; default: all")
    parser.add_argument("--quick", action="store_true", help="rougher, on less")
    options = parser.parse_args(asked)
    if unknown := set(options.number) - RACES.keys():
        parser.error(f"there is no row {', '.join(sorted(unknown))}")
    print(EXPLAINED, *([] if peer_is_here() else [MISSING]), heading(), sep="\n", flush=True)
    numbers = set(options.number) or RACES.keys()
    losses = []
    with server(), tempfile.TemporaryDirectory(dir=MEMORY) as folder:
        for goal in GOALS:
            if goal.number in numbers:
                losses += _told(goal, Path(folder), options.quick)
    _nobody_beats_us(losses)


def _told(goal: Goal, folder: Path, quick: bool) -> list[str]:
    losses = []
    try:
        for one in _scores(goal, folder, quick):
            print(line(one), flush=True)
            losses += beaten(one)
    except AssertionError as error:
        print(f"{goal.number:4}  {goal.workload}: a wrong answer, not timed: {error}", flush=True)
    return losses


def _scores(goal: Goal, folder: Path, quick: bool) -> Iterator[Score]:
    for race in RACES[goal.number](folder, quick):
        for workload, rows in groupby(run(race, quick), lambda row: row.race):
            yield score(goal, workload or goal.workload, list(rows))


def _nobody_beats_us(losses: Sequence[str]) -> None:
    verdict = "met" if not losses else f"MISSED: {'; '.join(losses)}"
    print(f"20    no library beats us by more than a tenth in any of these rows: {verdict}")
