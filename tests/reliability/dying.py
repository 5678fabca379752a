"""How does a process die in the middle of its work? Forked, told to go, and killed."""

from __future__ import annotations

import os
import random
import signal
import time
import traceback
from collections.abc import Callable, Iterable
from decimal import Decimal
from functools import cache
from pathlib import Path
from tempfile import TemporaryDirectory

from core.machine import TimeMachine
from core.orders import OrderItemAdded
from core.stores import EventStore, open_store
from tests.conftest import CODEC

ONE = Decimal(1)


def fork(work: Callable[[], object]) -> int:
    """The number of a new process that does this work and ends: 0, or 1 where the work raised."""
    _have_done_it_once()
    process = os.fork()
    if process:
        return process
    code = 1
    try:
        work()
        code = 0
    except BaseException:
        traceback.print_exc()  # nobody else will
        raise
    finally:
        os._exit(code)


@cache
def _have_done_it_once() -> None:
    """A store's first statements are put together once per process, which takes ten times as long
    as to send them. A child inherits them, so it is killed at its work and not before."""
    with TemporaryDirectory() as folder:
        machine = TimeMachine.open(f"sqlite:///{folder}/log.db")
        machine.load([("order-first", fact) for fact in facts(60)])
        machine.rebuild()
        machine.close()


def kill(processes: Iterable[int]) -> None:
    """End them at once, as a power button would, and wait until they are gone.

    None may have failed before: what does not work cannot be killed at its work.
    """
    codes = []
    for process in processes:
        os.kill(process, signal.SIGKILL)
        codes.append(os.waitstatus_to_exitcode(os.waitpid(process, 0)[1]))
    assert set(codes) <= {0, -signal.SIGKILL}


def ended(processes: Iterable[int]) -> list[int]:
    """Their exit codes, once they have ended by themselves.

    Those still at work when one has failed may wait for it for ever, and are killed.
    """
    codes: dict[int, int] = {}
    every = list(processes)
    while running := [one for one in every if one not in codes]:
        for process in running:
            done, status = os.waitpid(process, os.WNOHANG)
            if done:
                codes[process] = os.waitstatus_to_exitcode(status)
            elif any(codes.values()):
                os.kill(process, signal.SIGKILL)
        time.sleep(0.001)
    return [codes[process] for process in every]


def killed_within(chance: random.Random, seconds: float, work: Callable[[], object]) -> None:
    """Begin the work and kill it somewhere in the time that it usually takes."""
    process = fork(work)
    time.sleep(chance.uniform(0, seconds))
    kill([process])


def facts(number: int, order_id: str = "o1") -> list[OrderItemAdded]:
    """That many new facts of one order."""
    return [OrderItemAdded(order_id, f"p{n}", f"Part {n}", 1, ONE) for n in range(number)]


def append_and_tell(url: str, stream: str, told: Path) -> None:
    """Append for ever, one event at a time, and write down each that was acknowledged."""
    store = open_store(url, CODEC)
    version = store.version_at(stream)
    with told.open("a", buffering=1) as acknowledged:
        while True:
            [fact] = facts(1)
            version = store.append(stream, [fact], version)[-1].version
            acknowledged.write(f"{fact.event_id}\n")


def missing(store: EventStore, told: Iterable[Path]) -> set[str]:
    """What was acknowledged and is not in the log."""
    said = {line for file in told if file.exists() for line in file.read_text().split("\n")[:-1]}
    return said - {str(one.event.event_id) for one in store.read_all()}
