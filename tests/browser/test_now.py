"""Does a screen at now follow eight processes that append to PostgreSQL, and miss nothing?"""

from __future__ import annotations

import re
import time
from bisect import bisect_left
from collections.abc import Callable
from contextlib import closing
from dataclasses import replace
from statistics import median
from typing import Any
from uuid import uuid4

import psycopg
import pytest
from playwright.sync_api import Page, expect

from core import TimeMachine
from core.orders import CreateOrder
from core.stores import open_store
from core.stores.postgres_schema import LOCK_VIEWS
from tests import postgres
from tests.browser.conftest import Visit, serve
from tests.cli.test_following import projector
from tests.conftest import CODEC
from tests.orders.facts import opened
from tests.reliability.figures import short_and_long
from tests.reliability.following import WRITERS, processes

PACE = 0.05
"""Seconds between the appends of one process."""

Shown = list[tuple[float, int]]
"""When the page showed how many events."""


def append(url: str, number: int, times: int, gate: Any, told: Any) -> None:
    """Append at a pace; tells when each position was acknowledged."""
    acknowledged = []
    with closing(open_store(url, CODEC)) as store:
        gate.wait(timeout=120)
        for n in range(times):
            order = f"p{number}-{n}"
            fact = replace(opened, order_id=order, event_id=uuid4())
            [recorded] = store.append(f"order-{order}", [fact], 0)
            acknowledged.append((recorded.position, time.time()))
            time.sleep(PACE)
    told.put(acknowledged)


def events_on(page: Page) -> int:
    """How many events the screen shows. While it is drawn anew the figure of before may stand there
    a moment longer, before today's."""
    events = page.get_by_test_id("stMetric").filter(has_text="Events").last
    return int(events.inner_text().split("\n")[-1].replace(",", ""))


def shows_one_event(page: Page) -> None:
    """Wait until the page shows one event, and not ten."""
    events = page.get_by_test_id("stMetric").filter(has_text="Events")
    expect(events).to_have_text(re.compile(r"^Events\s*1\s*$"))


def watched(page: Page, until: int) -> Shown:
    """What the page shows, looked at until it shows that many events."""
    shown: Shown = [(time.time(), 0)]
    while shown[-1][1] < until:
        assert time.time() < shown[0][0] + 120, f"{shown[-1][1]} of {until} events came"
        shown.append((time.time(), events_on(page)))
        page.wait_for_timeout(50)
    return shown


@pytest.mark.parametrize("times", short_and_long(60, 6000))
def test_now_follows_eight_processes_that_append_and_nothing_is_missed(
    visit: Visit, times: int, record_property: Callable[[str, object], None]
) -> None:
    url, started = postgres.fresh_url(), processes()
    with closing(TimeMachine.open(url)) as machine:
        machine.handle(CreateOrder("o1", "ada"))
    for address in serve(url):
        page, gate, told = visit(address), started.Barrier(WRITERS + 1), started.Queue()
        shows_one_event(page)
        writing = [
            started.Process(target=append, args=(url, number, times, gate, told))
            for number in range(WRITERS)
        ]
        for each in writing:
            each.start()
        with projector(url):
            gate.wait(timeout=120)
            shown = watched(page, 1 + WRITERS * times)
        acknowledged = [one for _ in writing for one in told.get(timeout=60)]
        for each in writing:
            each.join()
        assert sorted(position for position, _ in acknowledged) == list(
            range(2, 2 + WRITERS * times)
        )
        counts = [count for _, count in shown]
        assert counts == sorted(counts)  # it never goes back
        orders = f"{1 + WRITERS * times:,}"
        expect(page.get_by_test_id("stMetric").filter(has_text="Orders")).to_contain_text(orders)
    lags = [shown[bisect_left(counts, position)][0] - at for position, at in acknowledged]
    record_property(
        "figures",
        f"screen at now, {WRITERS} processes, {len(acknowledged):,} appended: 0 missed,"
        f" seen after {median(lags):.1f} s, the last of them after {max(lags):.1f} s",
    )


def test_a_projector_that_is_stuck_holds_no_screen_up(visit: Visit) -> None:
    url = postgres.fresh_url()
    with closing(TimeMachine.open(url)) as machine:
        machine.handle(CreateOrder("o1", "ada"))
        machine.store.append("order-o2", [replace(opened, event_id=uuid4())], 0)
        with postgres.connect(url) as stuck, stuck.transaction():
            stuck.execute(LOCK_VIEWS)
            for address in serve(url):
                page = visit(address)
                shows_one_event(page)
                expect(page.get_by_text("1 newer events are being read")).to_be_visible()
            raise psycopg.Rollback
