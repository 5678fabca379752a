"""How much memory does a long log take? Each whole-log task in a process of its own, at its peak.

`python -m tests.benchmarks memory [--events N]`; the store is kept for all of them in one file.
"""

from __future__ import annotations

import argparse
import resource
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import closing
from dataclasses import replace
from pathlib import Path
from uuid import uuid4

from core import TimeMachine
from core.events import Event
from core.orders import orders
from core.serving import PROJECT
from tests.benchmarks.histories import short_order
from tests.benchmarks.places import MEMORY, machine_at

MILLION = 1_000_000
LIMIT = 300
"""Megabytes resident, whatever the length of the log."""


def _import(machine: TimeMachine, events: int) -> None:
    machine.load(_entries(events))


def _read_all(machine: TimeMachine, events: int) -> None:
    assert sum(1 for one in machine.store.read_all() if one.event) >= events


def _verify(machine: TimeMachine, events: int) -> None:
    assert machine.verify().events >= events


def _rebuild(machine: TimeMachine, events: int) -> None:
    machine.rebuild()


TASKS: dict[str, Callable[[TimeMachine, int], None]] = {
    "import": _import,
    "read_all": _read_all,
    "verify": _verify,
    "rebuild": _rebuild,
}


def main(asked: Sequence[str]) -> None:
    """Print a line per task: its peak, and how long it took."""
    parser = argparse.ArgumentParser(prog="python -m tests.benchmarks memory", description=__doc__)
    parser.add_argument("task", nargs="*", help=f"of {', '.join(TASKS)}; default: all")
    parser.add_argument("--events", type=int, default=MILLION)
    parser.add_argument("--inside", help=argparse.SUPPRESS)
    options = parser.parse_args(asked)
    if options.inside:
        print(*_measured(Path(options.inside), options.task[0], options.events))
        return
    print(f"peak resident memory of each task, at most {LIMIT} MB; {options.events:,} events")
    with tempfile.TemporaryDirectory(dir=MEMORY) as folder:
        for task in options.task or TASKS:
            print(_line(folder, task, options.events), flush=True)


def _line(folder: str, task: str, events: int) -> str:
    run = [sys.executable, "-m", "tests.benchmarks", "memory", task]
    run += ["--events", str(events), "--inside", folder]
    done = subprocess.run(run, cwd=PROJECT, capture_output=True, text=True, check=True)
    peak, taken = map(float, done.stdout.split())
    verdict = "met" if peak <= LIMIT else "MISSED"
    return f"{task:10}  {peak:6.0f} MB  {taken:7.1f} s  {events / taken:9,.0f} events/s  {verdict}"


def _measured(folder: Path, task: str, events: int) -> tuple[float, float]:
    start = time.perf_counter()
    with closing(machine_at(folder)) as machine:
        TASKS[task](machine, events)
    # Linux counts it in kilobytes.
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
    return peak, time.perf_counter() - start


def _entries(events: int) -> Iterator[tuple[str, Event]]:
    pattern = short_order("pattern")
    for number in range(-(-events // len(pattern))):
        name = f"o{number}"
        for one in pattern:
            fact = replace(one, order_id=name, event_id=uuid4())
            yield orders.stream(name), fact
