"""Is it noticed when somebody edits the file? With the raw driver, behind everybody's back."""

from __future__ import annotations

import sqlite3
from collections.abc import Iterator
from contextlib import closing
from dataclasses import replace
from pathlib import Path
from typing import Any
from uuid import UUID

import pytest

from core.digests import verify
from core.errors import BrokenChain
from core.events import COLUMNS
from core.stores import StoredSnapshot, open_store
from tests.conftest import CODEC
from tests.orders.facts import NOON, chair, lamp, opened, paid, placed

FACTS = [opened, lamp, chair, paid, placed]
EVENTS = 20
EVERY_COLUMN = ", ".join(COLUMNS[1:])


@pytest.fixture
def path(tmp_path: Path) -> Path:
    """A log of four orders whose twenty events were all recorded at one instant."""
    store = open_store(f"sqlite:///{tmp_path}/log.db", CODEC)
    store.load(
        (f"order-{n % 4}", replace(FACTS[n // 4], event_id=UUID(int=16 * n + 16), occurred_at=NOON))
        for n in range(EVENTS)
    )
    store.save_snapshots([StoredSnapshot("order-3", 5, EVENTS, "shape", b"{}")])
    store.close()
    return tmp_path / "log.db"


@pytest.fixture
def file(path: Path) -> Iterator[sqlite3.Connection]:
    """The file, opened by somebody who first takes the guards away."""
    with closing(sqlite3.connect(path, isolation_level=None)) as connection:
        for (guard,) in connection.execute("SELECT name FROM sqlite_master WHERE type='trigger'"):
            connection.execute(f"DROP TRIGGER {guard}")
        yield connection


def broken_at(path: Path) -> int:
    """The position that verification names."""
    with closing(open_store(f"sqlite:///{path}", CODEC)) as store, pytest.raises(BrokenChain) as it:
        verify(store.rows(), store.reached())
    return it.value.position


def test_a_file_that_was_left_alone_holds(path: Path) -> None:
    with closing(open_store(f"sqlite:///{path}", CODEC)) as store:
        assert verify(store.rows(), store.reached()).events == EVENTS


@pytest.mark.parametrize("column", [name for name in COLUMNS if name != "position"])
@pytest.mark.parametrize("position", [1, 11, 20])
def test_a_changed_byte_in_any_column_is_found(
    path: Path, file: sqlite3.Connection, position: int, column: str
) -> None:
    [(was,)] = file.execute(f"SELECT {column} FROM events WHERE position = ?", (position,))
    file.execute(f"UPDATE events SET {column} = ? WHERE position = ?", (changed(was), position))
    assert broken_at(path) == position


def changed(was: Any) -> Any:
    """The same value, one bit or one letter off."""
    if isinstance(was, bytes):
        return was[:-1] + bytes([was[-1] ^ 1])
    return was + 100 if isinstance(was, int) else was[:-1] + "~"


@pytest.mark.parametrize("column", ["metadata", "data", "digest", "event_id", "seal"])
def test_text_in_place_of_bytes_is_found(path: Path, file: sqlite3.Connection, column: str) -> None:
    file.execute(f"UPDATE events SET {column} = 'text' WHERE position = 7")
    assert broken_at(path) == 7


def test_a_cell_with_bytes_that_are_not_text_is_found(path: Path, file: sqlite3.Connection) -> None:
    file.execute("UPDATE events SET type = CAST(x'ff00ff' AS TEXT) WHERE position = 7")
    assert broken_at(path) == 7


@pytest.mark.parametrize("position", [1, 2, 11, 20])
def test_a_deleted_event_is_found(path: Path, file: sqlite3.Connection, position: int) -> None:
    file.execute("DELETE FROM events WHERE position = ?", (position,))
    assert broken_at(path) == position


def test_a_deleted_end_is_found(path: Path, file: sqlite3.Connection) -> None:
    file.execute("DELETE FROM events WHERE position > 15")
    assert broken_at(path) == 16


def test_a_log_emptied_altogether_is_found(path: Path, file: sqlite3.Connection) -> None:
    file.execute("DELETE FROM events")
    assert broken_at(path) == 1


@pytest.mark.parametrize("position", [1, 2, 11])
def test_a_deleted_event_is_found_even_when_the_rest_moves_up(
    path: Path, file: sqlite3.Connection, position: int
) -> None:
    file.execute("DELETE FROM events WHERE position = ?", (position,))
    for later in range(position + 1, EVENTS + 1):
        file.execute("UPDATE events SET position = position - 1 WHERE position = ?", (later,))
    assert broken_at(path) == position


@pytest.mark.parametrize("position", [-1, 0, EVENTS + 1])
def test_an_event_put_in_at_either_end_is_found(
    path: Path, file: sqlite3.Connection, position: int
) -> None:
    insert(file, position, "order-new", 1, UUID(int=99).bytes)
    assert broken_at(path) == position


def test_an_event_put_in_between_is_found(path: Path, file: sqlite3.Connection) -> None:
    for later in range(EVENTS, 10, -1):
        file.execute("UPDATE events SET position = position + 1 WHERE position = ?", (later,))
    insert(file, 11, "order-new", 1, UUID(int=99).bytes)
    assert broken_at(path) == 11


def insert(file: sqlite3.Connection, position: int, *place: Any) -> None:
    """A copy of the fifth event, at another place."""
    rest = ", ".join(name for name in COLUMNS if name not in INVENTED)
    file.execute(
        f"INSERT INTO events (position, stream, version, event_id, {rest})"
        f" SELECT ?, ?, ?, ?, {rest} FROM events WHERE position = 5",
        (position, *place),
    )


INVENTED = ("position", "stream", "version", "event_id")


def swap(file: sqlite3.Connection, column: str, one: int, other: int) -> None:
    """Let two rows exchange their positions or versions."""
    key = "position" if column == "position" else "version"
    rows = [(one, -1), (other, one), (-1, other)]
    where = "" if column == "position" else " AND stream = 'order-1'"
    for was, becomes in rows:
        file.execute(f"UPDATE events SET {key} = ? WHERE {key} = ?{where}", (becomes, was))


@pytest.mark.parametrize(("one", "other"), [(1, 2), (9, 12), (5, 9), (19, 20)])
def test_events_of_one_instant_that_changed_positions_are_found(
    path: Path, file: sqlite3.Connection, one: int, other: int
) -> None:
    swap(file, "position", one, other)
    assert broken_at(path) == one


def test_events_of_one_order_that_changed_versions_are_found(
    path: Path, file: sqlite3.Connection
) -> None:
    swap(file, "version", 2, 3)
    assert broken_at(path) == 6


def test_events_that_changed_their_contents_are_found(path: Path, file: sqlite3.Connection) -> None:
    rows = dict(file.execute("SELECT position, data FROM events WHERE position IN (6, 10)"))
    for position, other in ((6, 10), (10, 6)):
        file.execute("UPDATE events SET data = ? WHERE position = ?", (rows[other], position))
    assert broken_at(path) == 6


def test_events_given_other_numbers_are_found(path: Path, file: sqlite3.Connection) -> None:
    file.execute("UPDATE events SET position = 30 WHERE position = 20")
    assert broken_at(path) == 20
    file.execute("UPDATE events SET version = 9 WHERE position = 13")
    assert broken_at(path) == 13


def test_an_order_given_another_name_is_found(path: Path, file: sqlite3.Connection) -> None:
    file.execute("UPDATE events SET stream = 'order-x' WHERE stream = 'order-2'")
    assert broken_at(path) == 3


def replacing(position: str, place: str, event_id: str) -> str:
    """A statement that writes the third event again, under these keys."""
    rest = "occurred_at, recorded_at, metadata, data, digest, seal"
    row = f"{position}, {place}, type, schema_version, {event_id}, {rest}"
    return f"REPLACE INTO events SELECT {row} FROM events WHERE position = 3"


NEW_PLACE, NEW_ID = "'order-x', 1", "randomblob(16)"


@pytest.mark.parametrize(
    "statement",
    [
        "UPDATE events SET data = x'7b7d' WHERE position = 3",
        "UPDATE events SET position = position + 100",
        "DELETE FROM events WHERE position = 3",
        replacing("3", NEW_PLACE, NEW_ID),
        replacing("99", "stream, version", NEW_ID),
        replacing("99", NEW_PLACE, "event_id"),
        f"REPLACE INTO events (position, {EVERY_COLUMN})"
        f" SELECT 3, {EVERY_COLUMN} FROM events WHERE position = 3",
        f"INSERT OR REPLACE INTO events (position, {EVERY_COLUMN})"
        f" SELECT 99, {EVERY_COLUMN} FROM events WHERE position = 3",
        f"INSERT INTO events (position, {EVERY_COLUMN})"
        f" SELECT 3, {EVERY_COLUMN} FROM events WHERE position = 3"
        " ON CONFLICT DO UPDATE SET data = x'7b7d'",
    ],
)
def test_the_guards_refuse_any_change_by_ordinary_means(path: Path, statement: str) -> None:
    with closing(sqlite3.connect(path)) as file, pytest.raises(sqlite3.IntegrityError, match="nev"):
        file.execute(statement)
    with closing(open_store(f"sqlite:///{path}", CODEC)) as store:
        assert verify(store.rows()).events == EVENTS


def test_whoever_would_replace_an_event_keeps_nothing_of_the_transaction(path: Path) -> None:
    with closing(sqlite3.connect(path, isolation_level=None)) as file:
        file.execute("BEGIN")
        file.execute("DELETE FROM snapshots")
        with pytest.raises(sqlite3.IntegrityError, match="events are never replaced"):
            file.execute(replacing("3", NEW_PLACE, NEW_ID))
        assert not file.in_transaction
        assert file.execute("SELECT count(*) FROM snapshots").fetchone() == (1,)
    with closing(open_store(f"sqlite:///{path}", CODEC)) as store:
        assert verify(store.rows()).events == EVENTS
