"""Do the benchmarks still run? How fast anything is, is none of a test's business."""

from __future__ import annotations

import math
from itertools import islice
from pathlib import Path

from core.orders import orders
from tests.benchmarks import appending, measuring, raw
from tests.benchmarks.contenders import facts
from tests.benchmarks.field import field, fresh
from tests.benchmarks.goals import Goal
from tests.benchmarks.histories import long_order
from tests.benchmarks.measuring import Race, Row, run
from tests.benchmarks.scoring import line, score


def test_each_row_is_a_ratio_of_two_times(tmp_path: Path) -> None:
    races = list(islice(appending.races(tmp_path, quick=True), 2))
    rows = [row for race in races for row in run(race, quick=True)]
    assert [row.workload for row in rows] == [race.workload for race in races]
    for row in rows:
        assert all(math.isfinite(one) and one > 0 for one in (row.ours, row.floor, row.ratio))
        assert row.floor_is in measuring.line(row)


def test_the_ratio_is_the_median_of_the_ratios_of_each_turn() -> None:
    ours = iter([9.0, 1.0, 1.5, 2.0, 3.0, 40.0, 50.0, 60.0])  # the first of each does not count
    floor = iter([9.0, 1.0, 1.0, 1.0, 1.0, 10.0, 10.0, 10.0])
    race = Race("a race", lambda: {"": next(ours)}, {"another": lambda: {"": next(floor)}})
    (row,) = run(race)
    assert (row.ours, row.floor, row.ratio) == (3.0, 1.0, 3.0)


def test_a_goal_is_missed_by_whoever_is_too_slow_beside_one_of_the_others() -> None:
    goal = Goal("1", "a race", {"raw": (0.5, 0.9)}, {"": (3.0, 1.0)})
    row = Row("a race", 2.0, 1.2, 2.0 / 1.2, "raw")
    told = line(score(goal, "a race", [row]))
    assert "met      MISSED" in told  # 0.6 of raw, and 2 s: as it must be, not as it could be
    assert "raw 0.60 x of 0.90 x" in told


def test_a_goal_stays_open_while_somebody_to_compare_with_is_not_there() -> None:
    goal = Goal("1", "a race", {"raw": (0.5, 0.9), "another": (2, 4)})
    told = line(score(goal, "a race", [Row("a race", 1.0, 1.0, 1.0, "raw")]))
    assert "met" not in told
    assert "open" in told


def test_whoever_is_measured_keeps_the_same_order(tmp_path: Path) -> None:
    happened = list(long_order("long", 120))
    for name, open_ in field().items():
        with fresh(open_, tmp_path, snapshots=True) as one:
            one.fill([("long", facts(happened))])
            for version in (None, 120, 101, 3):
                raw.agree(one.state("long", version), orders.fold(happened[:version]))
            assert len(one.states("long")) == sum(1 for _ in one.log()) == 120, name
