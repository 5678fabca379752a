"""Do the read models keep up with writers who do not project?"""

from __future__ import annotations

import signal
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from decimal import Decimal
from pathlib import Path

import pytest

from core import TimeMachine
from core.orders import OrderCreated, PaymentRecorded
from core.orders.views.order_details import ORDERS
from tests.conftest import DURABLE


@contextmanager
def projector(url: str) -> Iterator[subprocess.Popen[bytes]]:
    """`eventscope project --follow`, as long as it is needed."""
    asked = [sys.executable, "-m", "core.cli", "project", "--follow", "--store", url]
    running = subprocess.Popen(
        asked,
        stdout=subprocess.DEVNULL,
        stderr=subprocess.PIPE,
        # Tests that run in the background hand down that an interrupt is to be ignored.
        preexec_fn=lambda: signal.signal(signal.SIGINT, signal.SIG_DFL),
    )
    try:
        yield running
    finally:
        running.kill()
        running.wait(10)


def until(reached: Callable[[], bool]) -> bool:
    """Whether it came true within a minute, for a machine may be busy."""
    last = time.monotonic() + 60
    while not (true := reached()) and time.monotonic() < last:
        time.sleep(0.02)
    return true


@pytest.fixture(params=["postgres", "sqlite"])
def url(request: pytest.FixtureRequest, tmp_path: Path) -> str:
    return DURABLE[request.param](tmp_path)


def test_it_follows_writers_is_killed_and_goes_on_where_it_was(url: str) -> None:
    machine = TimeMachine.open(url)
    machine.store.append("order-o1", [OrderCreated("o1", "ada")], 0)

    def pay(times: int) -> None:
        for _ in range(times):
            paid = PaymentRecorded("o1", "card", Decimal("1.00"), 1)
            machine.store.append("order-o1", [paid], machine.store.version_at("order-o1"))

    def current() -> bool:
        return set(machine.status().checkpoints.values()) == {machine.store.head().position}

    for _ in range(3):
        with projector(url) as running:
            pay(40)
            assert until(current)
            pay(40)
            running.kill()  # wherever it is
    with projector(url), projector(url):
        pay(40)
        assert until(current)
    before = machine.rows(ORDERS)
    machine.rebuild()
    assert machine.rows(ORDERS) == before
    assert before[0].paid == Decimal(280)


def test_it_ends_without_a_trace_when_it_is_interrupted(url: str) -> None:
    TimeMachine.open(url).close()
    with projector(url) as running:
        assert running.stderr
        assert until(lambda: b"Following" in running.stderr.readline())
        running.send_signal(signal.SIGINT)
        assert running.wait(60) == 0
        assert b"Traceback" not in running.stderr.read()
