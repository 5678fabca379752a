"""Does whoever changes a stream that many change wait for the others, and never for ever?"""

from __future__ import annotations

from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import closing, nullcontext
from dataclasses import replace
from threading import Event as Signal
from uuid import uuid4

import pytest

from core.errors import CommandRefused, StoreUnavailable, VersionConflict
from core.events import Event, Recorded
from core.machine import TimeMachine
from core.orders import ChangeShippingAddress, CreateOrder, PlaceOrder
from core.stores.postgres import PostgresStore
from core.stores.postgres import open_store as open_postgres
from core.stores.postgres_placing import LOCK
from core.stores.sql_facts import PAGE
from tests import postgres
from tests.conftest import CODEC
from tests.orders.facts import HOME, lamp, opened

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


def waiting(store: PostgresStore) -> bool:
    """Whether somebody waits for another to be done."""
    return number(store, HELD + " AND NOT granted") > 0


def test_whoever_comes_later_goes_on_when_who_was_in_front_is_done_and_hears_what_is_new(
    store: PostgresStore,
) -> None:
    store.append("order-a", [opened], 0)
    with ThreadPoolExecutor(1) as pool, store.queued("order-a", 1) as turn:
        assert list(turn.pages) == [[opened]]
        assert not turn.behind_others
        later = pool.submit(heard, store, 2)
        while not waiting(store):
            assert not later.done()
        store.append("order-a", [lamp], 1)
        assert later.result() == ([[lamp]], True)


def heard(store: PostgresStore, from_version: int) -> tuple[list[list[Event]], bool]:
    """What is told to whoever takes a turn."""
    with store.queued("order-a", from_version) as turn:
        return list(turn.pages), turn.behind_others


def test_what_is_new_is_told_even_if_it_has_no_place_yet(store: PostgresStore, url: str) -> None:
    with postgres.connect(url) as placing:
        placing.execute("BEGIN")
        placing.execute(f"SELECT pg_advisory_xact_lock({LOCK})")
        store.append("order-a", [opened], 0, wait_for_position=False)
        assert list(store.facts("order-a")) == []
        with store.queued("order-a", 1) as turn:
            assert list(turn.pages) == [[opened]]
    assert store.append("order-a", [lamp], 1)[0].position == 2


def test_more_that_is_new_than_is_told_at_once_is_told_all_the_same(store: PostgresStore) -> None:
    others = [replace(lamp, product_id=f"p{n}", event_id=uuid4()) for n in range(PAGE)]
    store.append("order-a", [opened, *others], 0)
    pages, _ = heard(store, 1)
    assert [len(page) for page in pages] == [PAGE, 1]
    assert [fact for page in pages for fact in page] == [opened, *others]


@pytest.mark.parametrize("expected", [0, 1, 2])
def test_a_turn_ends_with_what_is_appended_or_with_the_refusal_of_it(
    store: PostgresStore, expected: int
) -> None:
    store.append("order-a", [opened], 0)
    with store.queued("order-a", 1):
        assert number(store, HELD) == 1
        with nullcontext() if expected == 1 else pytest.raises(VersionConflict):
            store.append("order-a", [lamp], expected)
        assert number(store, HELD) == 0
        assert store.append("order-b", [replace(opened, event_id=uuid4())], 0)
    assert store.version_at("order-a") == (2 if expected == 1 else 1)


def test_whoever_is_stuck_in_front_holds_nobody_up_for_ever(store: PostgresStore, url: str) -> None:
    with postgres.connect(url) as stuck:
        stuck.execute("BEGIN")
        stuck.execute("SELECT enter_queue('order-a', 1)")
        assert store.append("order-a", [opened], 0)
        assert heard(store, 1) == ([[opened]], True)
        assert number(store, HELD) == 1  # and what is another's is left to it


def test_whoever_has_waited_for_others_waits_the_next_time_before_it_decides(
    store: PostgresStore, monkeypatch: pytest.MonkeyPatch
) -> None:
    machine, append, asked = TimeMachine(store), store.append, list[int]()

    def counted(stream: str, events: list[Event], expected: int) -> list[Recorded]:
        asked.append(expected)
        return append(stream, events, expected)

    with ThreadPoolExecutor(1) as pool:
        with store.queued("order-o1", 1):
            command = pool.submit(machine.handle, ChangeShippingAddress("o1", HOME))
            while not waiting(store):
                assert not command.done()
            monkeypatch.setattr(store, "append", counted)
            append("order-o1", [opened], 0)
        command.result()
    append("order-o1", [lamp], 2)
    machine.handle(ChangeShippingAddress("o1", HOME | {"city": "Leith"}))
    assert asked == [1, 3]  # never in vain


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


def test_a_turn_ends_with_the_session_of_who_has_it(store: PostgresStore, url: str) -> None:
    in_front, gone = Signal(), Signal()

    def cut_off() -> None:
        with store.queued("order-a", 1):
            in_front.set()
            gone.wait()

    with ThreadPoolExecutor(1) as pool, postgres.connect(url) as driver:
        cut = pool.submit(cut_off)
        in_front.wait()
        holding = "SELECT pg_terminate_backend(pid, 5000) FROM pg_locks WHERE classid = %s"
        [(facts,)] = driver.execute("SELECT 'facts'::regclass::oid").fetchall()
        driver.execute(holding, (facts,))
        assert driver.execute(HELD).fetchone() == (0,)
        gone.set()
        assert cut.exception() is None
    assert store.append("order-a", [opened], 0)


def test_a_server_that_goes_while_one_has_a_turn_is_told_and_another_turn_can_be_had(
    store: PostgresStore, url: str
) -> None:
    with store.queued("order-a", 1):
        session = number(store, "SELECT pg_backend_pid()")
        with postgres.connect(url) as driver:
            driver.execute("SELECT pg_terminate_backend(%s, 5000)", (session,))
        with pytest.raises(StoreUnavailable, match="does not answer"):
            store.append("order-a", [opened], 0)
    assert heard(store, 1) == ([], False)
