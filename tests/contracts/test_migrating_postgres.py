"""Does a log that version 1 laid out in PostgreSQL become the one that is laid out today?"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import closing
from dataclasses import replace
from pathlib import Path
from typing import Any
from uuid import uuid4

import psycopg
import pytest

from core.digests import verify
from core.errors import StoreUnavailable
from core.stores import migrate_store, open_store, postgres_schema
from core.stores.postgres_arriving import APPENDING, ENTRANCE
from core.stores.postgres_queue import QUEUING
from tests import postgres
from tests.conftest import CODEC
from tests.contracts.test_migrating import run
from tests.orders.facts import lamp, opened, placed

Driver = psycopg.Connection[Any]

VERSION_1 = (Path(__file__).parent / "postgres_schema_1.sql").read_text()
APPENDED_BY_VERSION_1 = """SELECT position FROM append(%s, %s, %s, ARRAY[%s], ARRAY[%s]::integer[],
  ARRAY[%s]::bytea[], ARRAY[%s]::bigint[], ARRAY[%s]::bytea[], ARRAY[%s]::bytea[])"""
OLDER = {
    2: f"DROP FUNCTION {QUEUING}",
    3: f"""DROP FUNCTION {QUEUING};
          CREATE FUNCTION enter_queue(of_stream text) RETURNS boolean LANGUAGE sql RETURN true;
          CREATE FUNCTION leave_queue(of_stream text) RETURNS boolean LANGUAGE sql RETURN true""",
}
"""Version → how one queued in it, where not as today."""
UNTIL = {
    4: """DROP INDEX places_by_time;
          CREATE INDEX places_recorded_at ON places (recorded_at, position)""",
    5: "ALTER TABLE facts ADD CONSTRAINT facts_version_check CHECK (version > 0)",
    6: "DROP FUNCTION arrive_facts",
    7: """ALTER TABLE places ALTER COLUMN seen SET NOT NULL;
          DROP VIEW arriving;
          DROP FUNCTION follows""",
}
"""Version → what was laid out otherwise up to it."""
LAID_OUT = (
    "SELECT pg_get_functiondef(oid) FROM pg_proc WHERE proname <> 'folded'"
    " AND pronamespace = current_schema()::regnamespace",
    "SELECT tablename, indexdef FROM pg_indexes WHERE schemaname = current_schema()",
    "SELECT table_name, column_name, ordinal_position, data_type, column_default, is_nullable"
    " FROM information_schema.columns WHERE table_schema = current_schema()",
    "SELECT conrelid::regclass::text, pg_get_constraintdef(oid) FROM pg_constraint"
    " WHERE connamespace = current_schema()::regnamespace",
    "SELECT relname, pg_get_triggerdef(pg_trigger.oid) FROM pg_trigger JOIN pg_class"
    " ON tgrelid = pg_class.oid WHERE relnamespace = current_schema()::regnamespace",
    "SELECT viewname, definition FROM pg_views WHERE schemaname = current_schema()",
    "SELECT tablename, definition FROM pg_rules WHERE schemaname = current_schema()",
    "SELECT proname, proacl FROM pg_proc WHERE pronamespace = current_schema()::regnamespace",
    "SELECT schema_version FROM eventscope",
)
"""What a schema is made of; `folded` depends on the collations that a server has."""


@pytest.fixture
def url() -> str:
    """The URL of a log as version 1 laid it out, with two orders, an event of them unplaced."""
    url = postgres.fresh_url()
    with postgres.connect(url) as driver:
        driver.execute(VERSION_1)
        for stream, version, event, turn in (
            ("order-a", 0, opened, "try"),
            ("order-b", 0, opened, "try"),
            ("order-a", 1, lamp, "later"),
        ):
            fact = CODEC.encode(replace(event, event_id=uuid4()))
            driver.execute(APPENDED_BY_VERSION_1, (stream, version, turn, *fact))
    return url


@pytest.fixture
def role(url: str) -> Iterator[str]:
    """Somebody whom version 1 let append."""
    name = f"role_{uuid4().hex[:12]}"
    with postgres.connect(url) as driver:
        driver.execute(f"CREATE ROLE {name}")
        driver.execute(f"GRANT EXECUTE ON FUNCTION append, place TO {name}")
        yield name
        driver.execute(f"DROP OWNED BY {name}")
        driver.execute(f"DROP ROLE {name}")


def laid_out(url: str) -> list[set[str]]:
    """What the schema of a store is made of, but for its name."""
    with postgres.connect(url) as driver:
        [(schema,)] = driver.execute("SELECT current_schema()").fetchall()
        return [
            {str(row).replace(schema, "here") for row in driver.execute(asked).fetchall()}
            for asked in LAID_OUT
        ]


def test_a_log_of_version_1_is_refused_until_it_has_been_migrated_and_then_goes_on(
    url: str,
) -> None:
    with pytest.raises(StoreUnavailable, match=r"schema 1, here \d+.*`eventscope migrate`"):
        open_store(url, CODEC)
    assert migrate_store(url, CODEC).was == 1
    with closing(open_store(url, CODEC)) as store:
        [one] = store.append("order-a", [placed], 2)
        assert (one.position, one.version) == (4, 3)
        order = [(each.stream, each.version) for each in store.read_all()]
        assert order == [("order-a", 1), ("order-b", 1), ("order-a", 2), ("order-a", 3)]
        assert verify(store.rows()).events == 4


def test_a_log_that_was_migrated_is_made_of_what_a_new_one_is_made_of(url: str) -> None:
    new = postgres.fresh_url()
    migrate_store(url, CODEC)
    migrate_store(new, CODEC)
    assert laid_out(url) == laid_out(new)


@pytest.mark.parametrize("version", range(2, len(postgres_schema.STEPS)))
def test_a_log_of_every_later_version_becomes_one_of_today(
    version: int,
) -> None:
    url, new = postgres.fresh_url(), postgres.fresh_url()
    migrate_store(url, CODEC)
    migrate_store(new, CODEC)
    with postgres.connect(url) as driver:
        driver.execute(OLDER.get(version, ""))
        for last, change in UNTIL.items():
            if version <= last:
                driver.execute(change)
        driver.execute(f"UPDATE eventscope SET schema_version = {version}")
    with pytest.raises(StoreUnavailable, match=rf"schema {version}, here \d+"):
        open_store(url, CODEC)
    assert migrate_store(url, CODEC).was == version
    assert laid_out(url) == laid_out(new)


def test_who_could_append_before_can_append_after_and_nobody_else_can(url: str, role: str) -> None:
    migrate_store(url, CODEC)
    with postgres.connect(url) as driver:
        may = "SELECT has_function_privilege(%s, %s::regproc, 'EXECUTE')"
        for function in f"{APPENDING}, {QUEUING}".split(", "):
            assert driver.execute(may, (role, function)).fetchone() == (True,)
            assert driver.execute(may, ("public", function)).fetchone() == (False,)
        may = "SELECT has_table_privilege(%s, %s, 'INSERT')"
        assert driver.execute(may, (role, ENTRANCE)).fetchone() == (True,)


def test_a_server_that_goes_away_in_the_middle_of_it_is_told_in_a_sentence(
    url: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    gone = run("SELECT pg_terminate_backend(pg_backend_pid())")
    with monkeypatch.context() as later:
        later.setattr(postgres_schema, "STEPS", (*postgres_schema.STEPS, gone))
        with pytest.raises(StoreUnavailable, match="does not answer"):
            migrate_store(url, CODEC)
    assert migrate_store(url, CODEC).was == 1


def test_who_still_appends_as_version_1_did_hears_that_this_is_gone(url: str) -> None:
    migrate_store(url, CODEC)
    with postgres.connect(url) as driver, pytest.raises(psycopg.errors.UndefinedFunction):
        driver.execute(APPENDED_BY_VERSION_1, ("order-a", 2, "try", *CODEC.encode(placed)))
