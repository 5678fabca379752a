"""Which stores must keep the promises? One name per kind of store, and a fresh one per test."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from pathlib import Path
from typing import get_args

import pytest
from hypothesis import HealthCheck, settings

from core.codec import Codec
from core.orders import UPCASTERS, OrderEvent
from core.stores import EventStore, open_store
from tests import postgres

SLOW = [HealthCheck.too_slow]  # a busy machine is no broken law
settings.register_profile("eventscope", deadline=None, suppress_health_check=SLOW)
settings.load_profile("eventscope")

CODEC = Codec(get_args(OrderEvent), UPCASTERS)

DURABLE: dict[str, Callable[[Path], str]] = {
    "postgres": lambda folder: postgres.fresh_url(),
    "postgres-locked": lambda folder: f"{postgres.fresh_url()}&mode=locked",
    "sqlite": lambda folder: f"sqlite:///{folder}/log.db",
}
"""Stores that outlive the process. A new one joins with a line: name → the URL of an empty log."""

BACKENDS: dict[str, Callable[[Path], str]] = {"memory": lambda folder: "memory:", **DURABLE}

Open = Callable[[], EventStore]


def pytest_configure() -> None:
    """Name this run, so that its workers share one server."""
    postgres.begin_run()


def pytest_terminal_summary(terminalreporter: pytest.TerminalReporter) -> None:
    """Show what the tests of promises have seen."""
    reports = [one for kind in ("passed", "failed") for one in terminalreporter.getreports(kind)]
    told = [text for one in reports for name, text in one.user_properties if name == "figures"]
    if told:
        terminalreporter.section("figures")
        terminalreporter.write_line("\n".join(map(str, told)))


def pytest_sessionfinish(session: pytest.Session) -> None:
    """Whoever has no workers' input is the process that the run began with."""
    if not hasattr(session.config, "workerinput"):
        postgres.end_run()


@pytest.fixture(params=sorted(BACKENDS))
def url(request: pytest.FixtureRequest, tmp_path: Path) -> str:
    """The URL of an empty log, once for each kind of store."""
    return BACKENDS[request.param](tmp_path)


@pytest.fixture
def store(url: str) -> Iterator[EventStore]:
    """An empty log, once for each kind of store."""
    opened = open_store(url, CODEC)
    yield opened
    opened.close()


@pytest.fixture(params=sorted(DURABLE))
def durable(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Open]:
    """Opens one and the same log again and again, once for each kind of store that lasts."""
    url, opened = DURABLE[request.param](tmp_path), []

    def door() -> EventStore:
        opened.append(open_store(url, CODEC))
        return opened[-1]

    yield door
    for each in opened:
        each.close()
