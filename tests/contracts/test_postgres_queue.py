"""Does whoever changes a stream that many change wait for the others, and never for ever?"""

from __future__ import annotations

from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import closing
from threading import Event as Signal

import pytest

from core.errors import CommandRefused, VersionConflict
from core.machine import TimeMachine
from core.orders import ChangeShippingAddress, CreateOrder, PlaceOrder
from core.stores.postgres import PostgresStore
from core.stores.postgres import open_store as open_postgres
from tests import postgres
from tests.conftest import CODEC
from tests.orders.facts import HOME

HELD = """SELECT count(*) FROM pg_locks
  WHERE locktype = 'advisory' AND classid = 'facts'::regclass::oid"""


@pytest.fixture
def url() -> str:
    """The URL of an empty log."""
    return postgres.fresh_url()


@pytest.fixture
def store(url: str) -> Iterator[PostgresStore]:
    """An empty log."""
    with closing(open_postgres(url, CODEC)) as made:
        yield made


def number(store: PostgresStore, asked: str) -> int:
    """What a statement counts."""
    [(counted,)] = store.fetch(asked, ())
    return int(counted)


def test_whoever_comes_later_goes_on_when_who_was_in_front_has_left(store: PostgresStore) -> None:
    done: list[str] = []

    def later() -> None:
        with store.queued("order-a"):
            done.append("later")

    with ThreadPoolExecutor(1) as pool:
        with store.queued("order-a"):
            waiting = pool.submit(later)
            while not number(store, HELD + " AND NOT granted"):
                assert not waiting.done()
            done.append("earlier")
        waiting.result()
    assert done == ["earlier", "later"]


def test_whoever_is_stuck_in_front_holds_nobody_up_for_ever(store: PostgresStore, url: str) -> None:
    with postgres.connect(url) as stuck:
        stuck.execute("SELECT enter_queue('order-a')")
        with store.queued("order-a"):
            assert number(store, HELD) == 1
        assert number(store, HELD) == 1  # and what is another's is left to it


def test_a_queue_is_left_however_a_command_ends(
    store: PostgresStore, monkeypatch: pytest.MonkeyPatch
) -> None:
    machine = TimeMachine(store)
    machine.handle(CreateOrder("o1", "ada"))
    machine._handler._shared.add("order-o1")
    machine.handle(ChangeShippingAddress("o1", HOME))
    assert number(store, HELD) == 0
    with pytest.raises(CommandRefused):
        machine.handle(PlaceOrder("o1", HOME))
    assert number(store, HELD) == 0

    def outrun(stream: str, events: object, expected: int) -> None:
        raise VersionConflict(stream, expected, expected + 1)

    with monkeypatch.context() as others:
        others.setattr(store, "append", outrun)
        with pytest.raises(VersionConflict):
            machine.handle(ChangeShippingAddress("o1", HOME | {"city": "Leith"}))
    assert number(store, HELD) == 0


def test_a_queue_ends_with_the_session_of_who_is_in_front(store: PostgresStore, url: str) -> None:
    in_front, gone = Signal(), Signal()

    def cut_off() -> int:
        with store.queued("order-a"):
            [(session,)] = store.fetch("SELECT pg_backend_pid()", ())
            in_front.set()
            gone.wait()
        return int(session)

    with ThreadPoolExecutor(1) as pool, postgres.connect(url) as driver:
        waiting = pool.submit(cut_off)
        in_front.wait()
        holding = "SELECT pg_terminate_backend(pid, 5000) FROM pg_locks WHERE classid = %s"
        [(facts,)] = driver.execute("SELECT 'facts'::regclass::oid").fetchall()
        driver.execute(holding, (facts,))
        assert driver.execute(HELD).fetchone() == (0,)
        gone.set()
        assert waiting.exception() is None
    with store.queued("order-a"):
        assert number(store, HELD) == 1
