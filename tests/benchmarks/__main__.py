"""What does a person ask for? The floors, the goals beside our peers, or some of either."""

from __future__ import annotations

import argparse
import sys
import tempfile
from collections.abc import Callable, Iterator, Sequence
from pathlib import Path

from tests.benchmarks import (
    appending,
    browser,
    comparing,
    memory,
    replaying,
    sample,
    sharing,
    table,
    views,
)
from tests.benchmarks.measuring import QUICK, REPETITIONS, Race, heading, line, run
from tests.benchmarks.places import MEMORY

SECTIONS: dict[str, Callable[[Path, bool], Iterator[Race]]] = {
    "append": appending.races,
    "disk": appending.on_disk,
    "replay": replaying.races,
    "sample": sample.races,
    "reliability": sharing.races,
    "compare": comparing.races,
    "views": views.races,
    "browser": browser.races,
}
EXPLAINED = (
    "ratio: our time over the floor's, each repetition for itself, and the median of those: 1 is"
    f" the floor. {REPETITIONS} repetitions ({QUICK} with --quick) unless a line says otherwise."
)


def main(asked: Sequence[str] | None = None) -> None:
    """Print the table, each line as soon as it is known."""
    parser = argparse.ArgumentParser(prog="python -m tests.benchmarks", description=EXPLAINED)
    parser.add_argument("section", nargs="*", help=f"of {', '.join(SECTIONS)}; default: all")
    parser.add_argument("--quick", action="store_true", help="rougher, within a minute")
    options = parser.parse_args(asked)
    if unknown := set(options.section) - SECTIONS.keys():
        parser.error(f"there is no section {', '.join(sorted(unknown))}")
    print(EXPLAINED, heading(), sep="\n", flush=True)
    for section in options.section or SECTIONS:
        if section in options.section or not (options.quick and section == "browser"):
            _print(SECTIONS[section], options.quick)


def _print(races: Callable[[Path, bool], Iterator[Race]], quick: bool) -> None:
    with tempfile.TemporaryDirectory(dir=MEMORY) as folder:
        for race in races(Path(folder), quick):
            for row in run(race, quick):
                print(line(row), flush=True)


if __name__ == "__main__":
    others = {"goals": table.main, "memory": memory.main}
    asked = sys.argv[1:]
    if asked and asked[0] in others:
        others[asked[0]](asked[1:])
    else:
        main(asked)
