"""Is what PostgreSQL acknowledged still there after the server was killed under its writers?"""

from __future__ import annotations

import time
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from threading import Event as Flag
from uuid import UUID

import pytest

from core.digests import verify
from core.errors import StoreUnavailable, VersionConflict
from core.stores import EventStore, open_store
from tests.conftest import CODEC
from tests.reliability.conftest import Tell
from tests.reliability.dying import facts
from tests.reliability.figures import seeded, short_and_long
from tests.reliability.servers import Server, own_server

WRITERS = 6
SLACK = "options=-csynchronous_commit%3Doff"
"""Acknowledges before the server has written anything down."""


@pytest.fixture(scope="module")
def server() -> Iterator[Server]:
    """A PostgreSQL to be killed."""
    with own_server() as started:
        yield started


def append_until(store: EventStore, stream: str, stopped: Flag, told: list[UUID]) -> None:
    """Append and note what was acknowledged; while the server is gone, the same again."""
    batch = facts(1)
    while not stopped.is_set():
        try:
            store.append(stream, batch, store.version_at(stream))
            told += [one.event_id for one in batch]
            batch = facts(1)
        except StoreUnavailable:
            time.sleep(0.02)
        except VersionConflict as conflict:
            # What was committed as the server died is seen once it has its place: now.
            if store.version_at(stream) != conflict.actual:
                raise


def killed(server: Server, store: EventStore, kills: int) -> tuple[int, int]:
    """Kill the server under its writers, again and again: (acknowledged, of those missing)."""
    chance, stopped = seeded(), Flag()
    told: list[list[UUID]] = [[] for _ in range(WRITERS)]
    with ThreadPoolExecutor(WRITERS) as pool:
        writers = [
            pool.submit(append_until, store, f"order-{id(store)}-{writer}", stopped, mine)
            for writer, mine in enumerate(told)
        ]
        try:
            for _ in range(kills):
                before = sum(map(len, told))
                while sum(map(len, told)) < before + 10 and not any(one.done() for one in writers):
                    time.sleep(0.01)
                time.sleep(chance.uniform(0, 0.2))
                server.die()
                server.rise()
        finally:
            stopped.set()
    assert [one.exception() for one in writers] == [None] * WRITERS
    there = {one.event.event_id for one in store.read_all()}
    acknowledged = {one for mine in told for one in mine}
    return len(acknowledged), len(acknowledged - there)


@pytest.mark.parametrize("kills", short_and_long(15, 200))
def test_no_killed_server_takes_what_was_acknowledged(
    server: Server, kills: int, tell: Tell
) -> None:
    store = open_store(server.url, CODEC)
    acknowledged, missing = killed(server, store, kills)
    tell(
        f"{kills} kills of the server under {WRITERS} writers: {acknowledged:,} acknowledged,"
        f" {missing} missing"
    )
    assert missing == 0
    assert verify(store.rows()).events >= acknowledged
    store.close()


def test_the_kills_would_find_a_server_that_acknowledges_too_early(
    server: Server, tell: Tell
) -> None:
    open_store(server.url, CODEC).close()  # or the very tables would be lost
    store = open_store(f"{server.url}?{SLACK}", CODEC)
    assert "synchronous_commit off" in store.remarks()[-1]
    acknowledged, missing = killed(server, store, 3)
    tell(f"synchronous_commit=off: {acknowledged:,} acknowledged, {missing:,} missing")
    assert missing
    store.close()
