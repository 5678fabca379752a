"""Who is there to run against? Ourselves, the floors, and the library where it is installed."""

from __future__ import annotations

import subprocess
import sys
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from functools import partial
from importlib.util import find_spec
from pathlib import Path

from core.serving import PROJECT
from tests.benchmarks.contenders import (
    DEFAULT,
    FULL,
    FUNCTIONS,
    OURS,
    STRUCTS,
    Contender,
    Open,
)
from tests.benchmarks.measuring import Figures, timed
from tests.benchmarks.ours import Ours
from tests.benchmarks.places import Place, in_file, on_server, scratch
from tests.benchmarks.raw_full import Full

MISSING = (
    "eventsourcing is not installed, so nothing is compared with it:"
    ' pip install -e ".[bench]" brings it'
)


def peer_is_here() -> bool:
    """Whether the library to be compared with is installed."""
    return find_spec("eventsourcing") is not None


def field(place: Place = in_file, waits: bool = True) -> dict[str, Open]:
    """Name → how it is opened; whether ours waits for the place of what it appends."""
    everybody: dict[str, Open] = {OURS: partial(Ours, waits=waits), FULL: Full}
    if peer_is_here():
        from tests.benchmarks.peer import Default
        from tests.benchmarks.peer_structs import Structs

        everybody |= {DEFAULT: Default, STRUCTS: Structs}
        if place is on_server:
            everybody[FUNCTIONS] = partial(Default, functions=True)
    return everybody


@contextmanager
def fresh(
    open_: Open, folder: Path, place: Place = in_file, snapshots: bool = False
) -> Iterator[Contender]:
    """A contender on an empty store, which is gone afterwards."""
    with scratch(folder) as here:
        one = open_(place(here), snapshots)
        try:
            yield one
        finally:
            one.close()


def on_fresh(
    folder: Path,
    everybody: Mapping[str, Open],
    place: Place,
    work: Callable[[Contender], Callable[[], object]],
    units: int,
) -> Mapping[str, Callable[[], Figures]]:
    """Name → a visit: the work of each on an empty store, per unit of it."""

    def visit(open_: Open) -> Figures:
        with fresh(open_, folder, place) as one:
            return {"": timed(work(one))[""] / units}

    return {name: partial(visit, open_) for name, open_ in everybody.items()}


def optimized(code: str) -> float:
    """Seconds that code prints in a Python without assertions."""
    run = [sys.executable, "-O", "-c", code]
    done = subprocess.run(run, cwd=PROJECT, check=True, capture_output=True, text=True)
    return float(done.stdout)
