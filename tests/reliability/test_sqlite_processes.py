"""Do many processes share one file in peace? Nobody is locked out, and nobody starves."""

from __future__ import annotations

import os
import time
from multiprocessing import get_context
from multiprocessing.synchronize import Barrier
from pathlib import Path

import pytest

from core import serving
from core.machine import TimeMachine
from core.orders.views.order_details import ORDERS
from core.stores import Search, open_store
from tests.conftest import CODEC
from tests.filled import quietly
from tests.reliability.conftest import Tell
from tests.reliability.dying import ended, facts, fork
from tests.reliability.figures import short_and_long

WRITERS = 8


def append_for(url: str, writer: int, seconds: float, gate: Barrier, told: Path) -> None:
    """Once all are there, append one event after another, and note how long each took (s)."""
    store = open_store(url, CODEC)
    stream, version, took = f"order-{writer}", 0, []
    gate.wait(timeout=120)
    end = time.monotonic() + seconds
    while (now := time.monotonic()) < end:
        version = store.append(stream, facts(1), version)[-1].version
        took.append(time.monotonic() - now)
    told.write_text("\n".join(map(str, took)))
    store.close()


@pytest.mark.parametrize("seconds", short_and_long(4, 60))
def test_of_eight_processes_none_is_locked_out_and_none_starves(
    tmp_path: Path, seconds: int, tell: Tell
) -> None:
    url = f"sqlite:///{tmp_path}/log.db"
    open_store(url, CODEC).close()
    gate = get_context("fork").Barrier(WRITERS)
    told = [tmp_path / f"told-{writer}" for writer in range(WRITERS)]
    writers = [
        fork(lambda one=one: append_for(url, one, seconds, gate, told[one]))
        for one in range(WRITERS)
    ]
    assert ended(writers) == [0] * WRITERS
    took = [[float(line) for line in file.read_text().split()] for file in told]
    mean = sum(map(len, took)) / WRITERS
    slowest = min(map(len, took)) / mean
    every = sorted(one for each in took for one in each)
    p99 = every[len(every) * 99 // 100] * 1000
    tell(f"{len(every):,} appends of {WRITERS} processes, p99 {p99:.0f} ms, slowest {slowest:.0%}")
    assert slowest >= 0.5
    store = open_store(url, CODEC)
    assert store.head().position == len(every)
    store.close()


def project(url: str, until: int) -> None:
    """Keep the read models current until the log has that many events."""
    machine = TimeMachine.open(url)
    while machine.project() < until:
        time.sleep(0.01)
    machine.close()


def look(url: str, until: int) -> None:
    """What a dashboard asks, until the figures have come so far: it never goes back."""
    machine, reached = TimeMachine.open(url), 0
    while reached < until:
        now = min(machine.projector.checkpoints().values())
        assert now >= reached
        reached = now
        if reached:  # before, nobody has read a thing into the figures
            machine.rows(ORDERS, order_by="updated_at", descending=True, limit=20)
        machine.search(Search(), limit=20)
    machine.close()


def bring_in(url: str) -> None:
    """Import the story beside everybody else."""
    machine = TimeMachine.open(url)
    serving.bring_in(machine, serving.STORY, None, quietly)
    machine.close()


def command(url: str, orders: int) -> None:
    """Append through the machine, which projects at once, an order after the other."""
    machine = TimeMachine.open(url)
    for number in range(orders):
        stream = f"order-{os.getpid()}-{number}"
        machine.store.append(stream, facts(3, stream.removeprefix("order-")), 0)
        machine.project()
    machine.close()


@pytest.mark.parametrize("orders", short_and_long(40, 2_000))
def test_dashboard_command_line_importer_and_projector_share_one_file(
    tmp_path: Path, orders: int, tell: Tell
) -> None:
    url = f"sqlite:///{tmp_path}/log.db"
    told = TimeMachine.open("memory:")
    serving.bring_in(told, serving.STORY, None, quietly)
    story = told.store.head().position
    open_store(url, CODEC).close()
    until = 2 * 3 * orders + story
    works = [
        *(lambda: command(url, orders),) * 2,
        *(lambda: project(url, until),) * 2,
        *(lambda: look(url, until),) * 2,
        lambda: bring_in(url),
    ]
    assert ended([fork(work) for work in works]) == [0] * len(works)
    machine = TimeMachine.open(url)
    assert machine.verify().events == until
    assert set(machine.projector.checkpoints().values()) == {until}
    tell(f"{len(works)} processes, {until:,} events, nobody was locked out")
    machine.close()
