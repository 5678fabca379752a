"""What happens when many write at once? One wins each version, and no position is lost."""

from __future__ import annotations

import subprocess
import sys
from collections import Counter
from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from pathlib import Path
from threading import Barrier
from typing import Any
from uuid import uuid4

import pytest

from core.digests import verify
from core.errors import DuplicateEvent, VersionConflict
from core.events import Event
from core.machine import TimeMachine
from core.orders.views.order_details import ORDERS
from core.projections import Key, Table
from core.stores import EventStore, open_store
from core.stores.read_models import SqlShelf
from core.stores.shelves import Flush
from tests.conftest import CODEC, DURABLE, Open
from tests.orders.facts import chair, lamp, opened

WRITERS = 8
ROOT = Path(__file__).parents[2]


def fresh(event: Event) -> Event:
    """The same fact, told anew."""
    return replace(event, event_id=uuid4())


def together(work: Callable[[int], object]) -> list[object]:
    """The same work by each writer, all of them starting at once."""
    start = Barrier(WRITERS)

    def run(writer: int) -> object:
        start.wait()
        return work(writer)

    with ThreadPoolExecutor(WRITERS) as pool:
        return list(pool.map(run, range(WRITERS)))


def first_in(store: EventStore) -> bool:
    """Whether this writer got the first version."""
    try:
        store.append("order-a", [fresh(opened)], expected_version=0)
    except VersionConflict as conflict:
        return (conflict.expected, conflict.actual) != (0, 1)
    return True


def test_of_many_writers_with_one_version_in_mind_exactly_one_wins(store: EventStore) -> None:
    assert Counter(together(lambda writer: first_in(store))) == {True: 1, False: WRITERS - 1}
    assert store.head().position == 1


def test_of_many_that_opened_the_log_themselves_exactly_one_wins(durable: Open) -> None:
    stores = [durable() for _ in range(WRITERS)]
    won = together(lambda writer: first_in(stores[writer]))
    assert Counter(won) == {True: 1, False: WRITERS - 1}
    assert verify(stores[0].rows()).events == 1


def persist(store: EventStore, stream: str) -> None:
    """Append ten events one by one, reading again after every conflict."""
    for _ in range(10):
        written = False
        while not written:
            try:
                store.append(stream, [fresh(lamp)], store.version_at(stream))
                written = True
            except VersionConflict:
                continue


def test_whoever_reads_again_and_retries_gets_through(store: EventStore) -> None:
    together(lambda writer: persist(store, "order-a"))
    versions = [one.version for one in store.read_stream("order-a")]
    assert versions == list(range(1, 10 * WRITERS + 1))
    assert verify(store.rows()).events == 10 * WRITERS


def test_writers_of_different_orders_do_not_disturb_each_other(store: EventStore) -> None:
    together(lambda writer: persist(store, f"order-{writer}"))
    assert {store.version_at(f"order-{writer}") for writer in range(WRITERS)} == {10}
    assert verify(store.rows()).streams == WRITERS


def follow(store: EventStore, until: int) -> None:
    """Read the log from its beginning, again and again, until it has that many events."""
    reached = 0
    while reached < until:
        head = store.head().position
        seen = [one.position for one in store.read_all()]
        assert seen == list(range(1, len(seen) + 1))
        assert reached <= head <= len(seen)
        reached = len(seen)


def test_writers_that_take_turns_each_go_on_where_the_other_stopped(durable: Open) -> None:
    doors = durable(), durable()
    for turn in range(12):
        store, stream = doors[turn % 2], f"order-{turn % 3}"
        batch = [fresh(lamp) for _ in range((1, 3, 20)[turn % 3])]
        with pytest.raises(VersionConflict):
            store.append(stream, batch, expected_version=9999)
        last = store.version_at(stream)
        written = store.append(stream, batch, last)
        for again in doors:
            assert again.append(stream, batch, last) == written
            with pytest.raises(DuplicateEvent):
                again.append(stream, [fresh(lamp), batch[0]], last + len(batch))
            with pytest.raises(DuplicateEvent):
                again.append(stream, [one := fresh(lamp), one], last + len(batch))
    positions = [one.position for one in doors[0].read_all()]
    assert positions == list(range(1, 97))
    assert verify(doors[1].rows()).events == 96


def test_a_reader_among_writers_never_sees_a_hole_or_a_step_back(store: EventStore) -> None:
    def work(writer: int) -> None:
        if writer:
            persist(store, f"order-{writer}")
        else:
            follow(store, until=10 * (WRITERS - 1))

    together(work)


PROCESS = """
import sys
from tests.conftest import CODEC
from core.stores import open_store
from tests.contracts.test_concurrency import persist
store = open_store(sys.argv[1], CODEC)
persist(store, "order-shared")
persist(store, "order-" + sys.argv[2])
"""


@pytest.mark.parametrize("backend", sorted(DURABLE))
def test_two_processes_write_one_log(backend: str, tmp_path: Path) -> None:
    url = DURABLE[backend](tmp_path)
    writers = [
        subprocess.Popen([sys.executable, "-c", PROCESS, url, name], cwd=ROOT) for name in "ab"
    ]
    assert [writer.wait(timeout=60) for writer in writers] == [0, 0]
    store = open_store(url, CODEC)
    assert store.version_at("order-shared") == 20
    assert verify(store.rows()).events == 40
    store.close()


def test_whoever_is_outrun_while_it_makes_read_models_takes_those_that_are_there(
    durable: Open, monkeypatch: pytest.MonkeyPatch
) -> None:
    killed, slow, fast = (TimeMachine(durable()) for _ in range(3))
    killed.store.append("order-o1", [opened], 0)
    with monkeypatch.context() as dying:
        dying.setattr(killed.store, "swap", lambda *_: 1 / 0)
        with pytest.raises(ZeroDivisionError):
            killed.project()  # what it has made is gone on from
    slow.store.append("order-o1", [lamp, chair], 1)
    live, faster = SqlShelf.live, iter([fast.project])

    def outrun(shelf: SqlShelf, table: Table[Any], key: Key) -> Any:
        if first := next(faster, None):
            first()
        return live(shelf, table, key)

    monkeypatch.setattr(SqlShelf, "live", outrun)
    assert slow.project() == 3
    [row] = slow.rows(ORDERS)
    assert (row.version, row.items) == (3, 2)
    assert set(slow.projector.checkpoints().values()) == {3}


def test_whoever_finds_all_it_was_to_write_made_by_another_has_nothing_left_to_do(
    durable: Open, monkeypatch: pytest.MonkeyPatch
) -> None:
    slow, fast = TimeMachine(durable()), TimeMachine(durable())
    slow.store.append("order-o1", [opened, lamp], 0)
    write, faster = slow.store.write, iter([fast.project])

    def outrun(flushes: Sequence[Flush]) -> list[bool]:
        if first := next(faster, None):
            first()
        return write(flushes)

    monkeypatch.setattr(slow.store, "write", outrun)
    assert slow.project() == 2
    assert [row.version for row in slow.rows(ORDERS)] == [2]
    assert set(slow.projector.checkpoints().values()) == {2}
