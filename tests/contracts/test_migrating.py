"""Does an older store become one of today, all at once or not at all?"""

from __future__ import annotations

import signal
import subprocess
import sys
from contextlib import closing
from pathlib import Path

import pytest
from sqlalchemy import Connection, make_url

from core.digests import verify
from core.errors import StoreUnavailable
from core.stores import EventStore, migrate_store, open_store, postgres_schema, sqlite_schema
from core.stores.migrating import Step
from core.stores.postgres_server import engine
from core.stores.sqlite import SqliteStore
from tests import postgres
from tests.conftest import CODEC, DURABLE
from tests.orders.facts import lamp, opened

ROOT = Path(__file__).parents[2]
SCHEMAS = (postgres_schema, sqlite_schema)
TABLE, INDEX = "CREATE TABLE notes (note text)", "CREATE INDEX notes_by_note ON notes (note)"


def run(statement: str) -> Step:
    """A step of one statement."""

    def take(connection: Connection) -> None:
        connection.exec_driver_sql(statement)

    return Step(f"{statement}.", take)


def todays(url: str) -> int:
    """The version of today's schema, of the kind of store that a URL names."""
    return len((sqlite_schema if url.startswith("sqlite") else postgres_schema).STEPS)


def tomorrow(monkeypatch: pytest.MonkeyPatch, *steps: Step) -> None:
    """Let today's program be one whose schema has gone on by these steps."""
    for schema in SCHEMAS:
        monkeypatch.setattr(schema, "STEPS", (*schema.STEPS, *steps))


@pytest.fixture(params=["postgres", "sqlite"])
def url(request: pytest.FixtureRequest, tmp_path: Path) -> str:
    """Where nothing is yet, once for each kind of store that lasts."""
    return DURABLE[request.param](tmp_path)


@pytest.fixture
def older(url: str) -> str:
    """A store of today with one event, which will be an older one."""
    with closing(open_store(url, CODEC)) as store:
        store.append("order-a", [opened], 0)
    return url


def test_where_nothing_is_a_store_is_laid_out_and_the_second_time_there_is_nothing_to_do(
    url: str,
) -> None:
    first, second = migrate_store(url, CODEC), migrate_store(url, CODEC)
    today = todays(url)
    assert (first.was, first.version, len(first.steps)) == (0, today, today)
    assert (second.was, second.version, second.steps) == (today, today, ())
    with closing(open_store(url, CODEC, create=False)) as store:
        store.append("order-a", [opened], 0)


def test_an_older_store_is_refused_with_the_remedy_and_the_remedy_helps(
    older: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    was = todays(older)
    tomorrow(monkeypatch, run(TABLE), run(INDEX))
    with pytest.raises(
        StoreUnavailable, match=rf"schema {was}, here {was + 2}.*`eventscope migrate`"
    ):
        open_store(older, CODEC)
    migrated = migrate_store(older, CODEC)
    assert (migrated.was, migrated.version) == (was, was + 2)
    assert migrated.steps == (f"{TABLE}.", f"{INDEX}.")
    with closing(open_store(older, CODEC)) as store:
        store.append("order-a", [lamp], 1)
        assert verify(store.rows()).events == 2


def test_a_step_that_fails_leaves_the_store_as_it_was(
    older: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    with monkeypatch.context() as later:
        tomorrow(later, run(TABLE), run("CREATE INDEX wrong ON nothing (note)"))
        with pytest.raises(StoreUnavailable):
            migrate_store(older, CODEC)
    with closing(open_store(older, CODEC)) as store:
        assert verify(store.rows()).events == 1
    tomorrow(monkeypatch, run(TABLE))  # which a half-done migration would have made already
    assert migrate_store(older, CODEC).version == todays(older)


KILLED = """
import os, signal, sys
from core.stores import migrate_store, postgres_schema, sqlite_schema
from core.stores.migrating import Step
from core.stores.postgres_server import engine
from tests.conftest import CODEC
from tests.contracts.test_migrating import TABLE, run
die = Step("It dies.", lambda connection: os.kill(os.getpid(), signal.SIGKILL))
for schema in (postgres_schema, sqlite_schema):
    schema.STEPS = (*schema.STEPS, run(TABLE), die)
migrate_store(sys.argv[1], CODEC)
"""


@pytest.mark.parametrize("laid_out", [False, True])
def test_killed_in_the_middle_it_leaves_what_was_there(
    url: str, laid_out: bool, monkeypatch: pytest.MonkeyPatch
) -> None:
    before = migrate_store(url, CODEC).version if laid_out else 0
    died = subprocess.run([sys.executable, "-c", KILLED, url], cwd=ROOT, check=False)
    assert died.returncode == -signal.SIGKILL
    tomorrow(monkeypatch, run(TABLE))
    assert migrate_store(url, CODEC).was == before
    with closing(open_store(url, CODEC)) as store:
        store.append("order-a", [opened], 0)


def guards_and_indexes(store: EventStore) -> set[str]:
    """How the log of a file is kept and found, but for its table."""
    assert isinstance(store, SqliteStore)
    listed = "SELECT sql FROM sqlite_master WHERE type != 'table' AND tbl_name = 'events'"
    return {sql for (sql,) in store.fetch(listed, ()) if sql}


@pytest.mark.parametrize("was", range(1, len(sqlite_schema.STEPS)))
def test_a_file_of_every_older_schema_is_brought_to_what_is_laid_out_today(
    tmp_path: Path, was: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    url, fresh = f"sqlite:///{tmp_path}/log.db", f"sqlite:///{tmp_path}/fresh.db"
    with monkeypatch.context() as then:
        then.setattr(sqlite_schema, "STEPS", sqlite_schema.STEPS[:was])
        with closing(open_store(url, CODEC)) as store:
            assert isinstance(store, SqliteStore)
            if was == 1:
                with store.writing() as connection:
                    connection.exec_driver_sql(
                        "CREATE INDEX ix_events_recorded_at ON events (recorded_at)"
                    )
            store.append("order-a", [opened], 0)
    with pytest.raises(StoreUnavailable, match=f"schema {was}, here {todays(url)}"):
        open_store(url, CODEC)
    assert migrate_store(url, CODEC).steps == tuple(one.does for one in sqlite_schema.STEPS[was:])
    with closing(open_store(url, CODEC)) as store, closing(open_store(fresh, CODEC)) as new:
        assert guards_and_indexes(store) == guards_and_indexes(new) != set()
        store.append("order-a", [lamp], 1)
        assert verify(store.rows()).events == 2


def test_whoever_was_killed_while_laying_it_out_is_followed_by_whoever_opens_it(url: str) -> None:
    subprocess.run([sys.executable, "-c", KILLED, url], cwd=ROOT, check=False)
    with pytest.raises(StoreUnavailable, match="holds no store"):
        open_store(url, CODEC, create=False)
    with closing(open_store(url, CODEC)) as store:
        store.append("order-a", [opened], 0)


def test_a_newer_store_is_not_brought_back(older: str, monkeypatch: pytest.MonkeyPatch) -> None:
    with monkeypatch.context() as later:
        tomorrow(later, run(TABLE))
        migrate_store(older, CODEC)
    with pytest.raises(StoreUnavailable, match="newer version"):
        migrate_store(older, CODEC)


def test_a_database_of_somebody_else_is_not_migrated(tmp_path: Path) -> None:
    url = postgres.fresh_url()
    with postgres.connect(url) as driver:
        driver.execute("CREATE TABLE events (page text)")
    with pytest.raises(StoreUnavailable, match="already exists"):
        migrate_store(url, CODEC)


def test_a_store_in_memory_has_nothing_to_migrate() -> None:
    with pytest.raises(StoreUnavailable, match="nothing to migrate"):
        migrate_store("memory:", CODEC)


def test_who_waited_for_another_to_lay_the_tables_out_sees_them() -> None:
    url = postgres.fresh_url()
    with engine(make_url(url)).connect() as waiting:
        waiting.exec_driver_sql("BEGIN")
        assert postgres_schema.version_of(waiting) == 0
        open_store(url, CODEC).close()
        assert postgres_schema.version_of(waiting) > 0
        waiting.exec_driver_sql("ROLLBACK")
