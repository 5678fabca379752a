"""Do the benchmarks still run? How fast anything is, is none of a test's business."""

from __future__ import annotations

import math
from itertools import islice
from pathlib import Path

from tests.benchmarks import appending
from tests.benchmarks.measuring import Race, line, run


def test_each_row_is_a_ratio_of_two_times(tmp_path: Path) -> None:
    races = list(islice(appending.races(tmp_path, quick=True), 2))
    rows = [row for race in races for row in run(race, quick=True)]
    assert [row.workload for row in rows] == [race.workload for race in races]
    for row in rows:
        assert all(math.isfinite(one) and one > 0 for one in (row.ours, row.floor, row.ratio))
        assert row.floor_is in line(row)


def test_the_ratio_is_the_median_of_the_ratios_of_each_turn() -> None:
    ours = iter([9.0, 1.0, 2.0, 3.0, 40.0, 50.0])  # the first of each does not count
    floor = iter([9.0, 1.0, 1.0, 1.0, 10.0, 10.0])
    race = Race("a race", lambda: {"": next(ours)}, {"another": lambda: {"": next(floor)}})
    (row,) = run(race)
    assert (row.ours, row.floor, row.ratio) == (3.0, 1.0, 3.0)
