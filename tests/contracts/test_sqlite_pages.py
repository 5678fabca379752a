"""Is a page of the log read right where the file is odd, or somebody is in a hurry?"""

from __future__ import annotations

import sqlite3
import sys
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path
from types import FrameType
from typing import Any

import pytest

from core.errors import StoreUnavailable
from core.orders import OrderCreated
from core.stores import open_store
from core.stores.sqlite import SqliteStore
from tests.conftest import CODEC

EVENTS = 20


@pytest.fixture
def store(tmp_path: Path) -> Iterator[SqliteStore]:
    """A log of twenty events, behind whose back others write to the file."""
    with closing(open_store(f"sqlite:///{tmp_path}/log.db", CODEC)) as store:
        assert isinstance(store, SqliteStore)
        store.load((f"order-{one}", OrderCreated(f"{one}", "ada")) for one in range(EVENTS))
        yield store


def tamper(store: SqliteStore, *statements: str) -> None:
    """Do this to the file, once its guards are gone."""
    with closing(sqlite3.connect(store.url.removeprefix("sqlite:///"))) as file, file:
        for (guard,) in file.execute("SELECT name FROM sqlite_master WHERE type='trigger'"):
            file.execute(f"DROP TRIGGER {guard}")
        for statement in statements:
            file.execute(statement)


@pytest.mark.parametrize("batch_size", [1, 2, 3, 1000])
def test_what_is_behind_a_hole_longer_than_a_page_is_read(
    store: SqliteStore, batch_size: int
) -> None:
    tamper(
        store,
        "DELETE FROM events WHERE position BETWEEN 5 AND 12",
        "UPDATE events SET position = position + 1000000 WHERE position > 17",
        "UPDATE events SET position = -7 WHERE position = 1",
    )
    found = [one.position for one in store.read_all(-(2**62), batch_size=batch_size)]
    assert found == [-7, 2, 3, 4, 13, 14, 15, 16, 17, 1000018, 1000019, 1000020]
    assert [row[0] for row in store.rows()] == found


def test_text_that_is_none_is_told_and_kept_for_whoever_verifies(store: SqliteStore) -> None:
    tamper(store, "UPDATE events SET stream = CAST(x'ff' AS TEXT) WHERE position = 7")
    with pytest.raises(StoreUnavailable, match="Could not decode to UTF-8 column 'stream'"):
        list(store.read_all())
    assert len(list(store.rows())) == EVENTS


def test_who_interrupts_a_page_is_heard_and_the_next_page_is_whole(store: SqliteStore) -> None:
    def interrupt(frame: FrameType, *_: Any) -> None:
        if frame.f_code.co_name == "keep":
            raise KeyboardInterrupt

    before = sys.getprofile()
    sys.setprofile(interrupt)
    try:
        with pytest.raises(KeyboardInterrupt):
            list(store.read_all())
    finally:
        sys.setprofile(before)
    assert len(list(store.read_all())) == EVENTS


@pytest.mark.parametrize("to_position", [None, EVENTS + 60])
def test_a_stream_is_read_in_order_whatever_is_known_of_how_many_there_are(
    store: SqliteStore, to_position: int | None
) -> None:
    for version in range(100):
        store.append("order-long", [OrderCreated(f"{version}", "ada")], version)
    tamper(store, "ANALYZE")
    read = [fact.order_id for page in store.facts("order-long", 1, to_position) for fact in page]
    assert read == [f"{version}" for version in range(100 if to_position is None else 60)]
