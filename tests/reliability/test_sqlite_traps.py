"""Which traps of SQLite and its driver are closed? Transactions, forks, whoever may only read."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import suppress
from pathlib import Path

import pytest

from core.digests import verify
from core.errors import StoreUnavailable
from core.stores import open_store
from core.stores.sql_facts import ROW
from core.stores.sqlite import SqliteStore
from tests import postgres
from tests.conftest import CODEC
from tests.reliability.conftest import Tell
from tests.reliability.dying import ended, facts, fork
from tests.reliability.figures import short_and_long


@pytest.fixture
def store(tmp_path: Path) -> Iterator[SqliteStore]:
    """A file with three events of one order."""
    opened = open_store(f"sqlite:///{tmp_path}/log.db", CODEC)
    assert isinstance(opened, SqliteStore)
    opened.append("order-a", facts(3), 0)
    yield opened
    opened.close()


def test_two_looks_in_one_transaction_see_the_same(store: SqliteStore) -> None:
    count = "SELECT count(*) FROM events"
    with store.reading() as connection:
        connection.exec_driver_sql("BEGIN")
        before = connection.exec_driver_sql(count).scalar()
        store.append("order-b", facts(1), 0)
        assert connection.exec_driver_sql(count).scalar() == before == 3
        connection.exec_driver_sql("COMMIT")
        assert connection.exec_driver_sql(count).scalar() == 4


def undone(store: SqliteStore, *statements: str) -> None:
    """Statements in a transaction that is then given up."""
    with suppress(ZeroDivisionError), store.writing() as connection:
        for statement in statements:
            connection.exec_driver_sql(statement)
        raise ZeroDivisionError


def test_a_table_made_in_a_transaction_goes_with_it(store: SqliteStore) -> None:
    undone(store, "CREATE TABLE diary (page)")
    assert not store.fetch("SELECT name FROM sqlite_master WHERE name = 'diary'", ())


def test_a_row_written_after_a_released_savepoint_goes_with_its_transaction(
    store: SqliteStore,
) -> None:
    row = "INSERT INTO snapshots VALUES ('order-a', 1, 1, 'shape', x'00')"
    undone(store, "SAVEPOINT inner", row, "RELEASE inner")
    assert not list(store.snapshots("order-a", 9))


COPY = f"SELECT {ROW} FROM events WHERE position = 1"
CHANGES = (
    "UPDATE events SET data = data WHERE position = 1",
    "UPDATE events SET position = 99 WHERE position = 1",
    "DELETE FROM events WHERE position = 1",
    "DELETE FROM events",
    f"INSERT INTO events ({ROW}) {COPY}",
)
OF_SQLITE = (
    f"INSERT OR REPLACE INTO events ({ROW}) {COPY}",
    f"REPLACE INTO events ({ROW}) {COPY}",
    f"INSERT INTO events ({ROW}) {COPY} ON CONFLICT DO UPDATE SET data = x'00'",
    f"INSERT OR IGNORE INTO events ({ROW}) {COPY}",
    "UPDATE OR REPLACE events SET position = 2 WHERE position = 1",
)
OF_POSTGRES = (
    "TRUNCATE events",
    "TRUNCATE facts CASCADE",
    "TRUNCATE places",
    "UPDATE facts SET data = data",
    "DELETE FROM facts",
    "UPDATE places SET position = position + 100",
    "DELETE FROM places",
    "INSERT INTO facts SELECT * FROM facts ON CONFLICT (event_id) DO UPDATE SET data = ''",
)

REFUSED = "events are never|cannot (update|delete|insert)|is not a table"


@pytest.mark.parametrize("statement", [*CHANGES, *OF_SQLITE])
def test_sqlite_refuses_every_way_to_change_an_event(store: SqliteStore, statement: str) -> None:
    before = list(store.rows())
    with pytest.raises(StoreUnavailable, match=REFUSED), store.writing() as connection:
        connection.exec_driver_sql(statement)
    assert list(store.rows()) == before


@pytest.mark.parametrize("statement", [*CHANGES, *OF_POSTGRES])
def test_postgres_refuses_every_way_to_change_an_event(statement: str) -> None:
    url = postgres.fresh_url()
    store = open_store(url, CODEC)
    store.append("order-a", facts(3), 0)
    before = list(store.rows())
    with pytest.raises(StoreUnavailable, match=REFUSED), store.writing() as connection:
        connection.exec_driver_sql(statement)
    assert list(store.rows()) == before
    store.close()


def use_what_was_opened_before_the_fork(store: SqliteStore) -> None:
    """Both ways into the log must refuse, in a sentence."""
    for way in (store.reading, store.writing):
        with pytest.raises(StoreUnavailable, match="open it again"), way():
            pass
    store.close()
    again = open_store(store.url, CODEC)
    again.append("order-child", facts(1), again.version_at("order-child"))
    again.close()


def test_a_fork_gives_its_events_other_ids_than_its_parent(tmp_path: Path) -> None:
    told = tmp_path / "told"
    facts(1)  # what is drawn for the next ids is more than one needs
    child = fork(lambda: told.write_bytes(b"".join(one.event_id.bytes for one in facts(100))))
    assert ended([child]) == [0]
    ids = {one.event_id.bytes for one in facts(100)}
    assert len(told.read_bytes()) == 16 * 100
    assert not [one for one in ids if one in told.read_bytes()]


@pytest.mark.parametrize("times", short_and_long(15, 100))
def test_a_fork_is_told_to_open_the_log_itself(store: SqliteStore, times: int, tell: Tell) -> None:
    for number in range(times):
        child = fork(lambda: use_what_was_opened_before_the_fork(store))
        store.append("order-parent", facts(1), number)
        assert ended([child]) == [0]
    tell(f"{times} forks, each refused in a sentence, the parent's log whole")
    assert verify(store.rows()).events == 3 + 2 * times
