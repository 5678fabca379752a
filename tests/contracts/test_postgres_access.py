"""Who may do what with a log in PostgreSQL, and what does one hear when it cannot be had?"""

from __future__ import annotations

import os
import sys
from collections.abc import Iterator
from uuid import uuid4

import psycopg
import pytest
from sqlalchemy import URL, make_url

from core.digests import verify
from core.errors import StoreUnavailable, UnknownStore
from core.stores import open_store
from core.stores.postgres import open_store as open_postgres
from core.stores.postgres_arriving import APPENDING, ENTRANCE
from core.stores.postgres_queue import QUEUING
from tests import postgres
from tests.conftest import CODEC
from tests.orders.facts import lamp, opened

PUT = "INSERT INTO arriving VALUES"


@pytest.fixture
def url() -> str:
    """The URL of a log with one event."""
    url = postgres.fresh_url()
    store = open_store(url, CODEC)
    store.append("order-a", [opened], 0)
    store.close()
    return url


@pytest.fixture
def reviewer(url: str) -> Iterator[str]:
    """The URL of the same log, for somebody who may read it."""
    yield from granted(url, "GRANT SELECT ON ALL TABLES IN SCHEMA {schema} TO {name}")


@pytest.fixture
def writer(url: str) -> Iterator[str]:
    """The URL of the same log, for somebody who may also append."""
    yield from granted(
        url,
        "GRANT SELECT ON ALL TABLES IN SCHEMA {schema} TO {name}",
        f"GRANT EXECUTE ON FUNCTION {APPENDING}, {QUEUING} TO {{name}}",
        f"GRANT INSERT ON {ENTRANCE} TO {{name}}",
    )


def granted(url: str, *grants: str) -> Iterator[str]:
    """The URL of a role of its own that was granted this."""
    name = f"role_{uuid4().hex[:12]}"
    with postgres.connect(url) as driver:
        schema = driver.execute("SELECT current_schema()").fetchone()[0]  # type: ignore[index]  # a row
        driver.execute(f"CREATE ROLE {name} LOGIN PASSWORD 'secret'")
        driver.execute(f"GRANT USAGE ON SCHEMA {schema} TO {name}")
        for grant in grants:
            driver.execute(grant.format(schema=schema, name=name))
        yield shown(make_url(url).set(username=name, password="secret"))
        driver.execute(f"DROP OWNED BY {name}")
        driver.execute(f"DROP ROLE {name}")


def shown(url: URL) -> str:
    """A URL as text, with its password."""
    return url.render_as_string(hide_password=False)


def test_a_reviewer_reads_and_verifies_and_cannot_append(reviewer: str) -> None:
    store = open_store(reviewer, CODEC)
    assert [one.event for one in store.read_all()] == [opened]
    assert verify(store.rows()).seal == store.head().seal
    with pytest.raises(StoreUnavailable, match="this user may not do that"):
        store.append("order-a", [lamp], 1)
    with pytest.raises(StoreUnavailable, match="this user may not do that"):
        store.load([("order-a", lamp)])
    store.close()


@pytest.mark.parametrize(
    "statement",
    [
        "SELECT place(true)",
        "SELECT settle('order-a', 0, 1)",
        "SELECT enter_queue('order-a', 1)",
        "INSERT INTO facts (stream) VALUES ('order-x')",
        "INSERT INTO places (position) VALUES (9)",
        "UPDATE facts SET data = ''",
        "DELETE FROM places",
        "TRUNCATE facts",
        "ALTER TABLE facts DISABLE TRIGGER USER",
    ],
)
def test_a_reviewer_has_no_other_way_in(reviewer: str, statement: str) -> None:
    with postgres.connect(reviewer) as driver, pytest.raises(psycopg.errors.Error):
        driver.execute(statement)


def test_who_may_append_may_not_give_out_places_or_change_anything(writer: str) -> None:
    store = open_store(writer, CODEC)
    assert store.append("order-a", [lamp], 1)[0].position == 2
    store.close()
    with postgres.connect(writer) as driver:
        for statement in ("INSERT INTO places (position) VALUES (9)", "DELETE FROM facts"):
            with pytest.raises(psycopg.errors.InsufficientPrivilege):
                driver.execute(statement)


@pytest.mark.parametrize("version", ["0", "3", "-1", "NULL", "(random() + 3)::integer"])
def test_who_may_append_leaves_no_hole_in_a_stream(writer: str, version: str) -> None:
    with postgres.connect(writer) as driver:
        fact = CODEC.encode(lamp)
        done = driver.execute(f"{PUT} ('order-a', {version}, %s, %s, %s, %s, %s, %s)", fact)
        assert done.statusmessage == "INSERT 0 0"
        done = driver.execute(f"{PUT} ('order-a', 2, %s, %s, %s, %s, %s, %s)", fact)
        assert done.statusmessage == "INSERT 0 1"


def test_what_has_arrived_is_shown_by_no_way_in(writer: str) -> None:
    store = open_store(writer, CODEC)
    store.append("order-a", [lamp], 1, wait_for_position=False)
    with postgres.connect(writer) as driver:
        assert driver.execute("SELECT count(*) FROM arriving").fetchone() == (0,)
    assert store.head().position == 2
    store.close()


def test_a_lost_connection_is_said_once_and_the_next_call_goes_through(url: str) -> None:
    store = open_postgres(url, CODEC)
    [(used,)] = store.fetch("SELECT pg_backend_pid()", ())
    with postgres.connect(url) as driver:
        driver.execute("SELECT pg_terminate_backend(%s, 5000)", (used,))
    with pytest.raises(StoreUnavailable, match="does not answer"):
        store.head()
    assert store.head().position == 1
    store.append("order-a", [lamp], 1)
    store.close()


def test_a_server_that_is_not_there_does_not_answer(url: str) -> None:
    nowhere = make_url(url).set(host="127.0.0.1", port=1)
    with pytest.raises(StoreUnavailable, match="the server does not answer"):
        open_store(shown(nowhere), CODEC)


def test_a_database_that_is_not_there_is_named_as_the_reason(url: str) -> None:
    with pytest.raises(StoreUnavailable, match="no such database"):
        open_store(shown(make_url(url).set(database="nowhere")), CODEC)


@pytest.mark.skipif(postgres.OWN in os.environ, reason="one's own server has its own users")
def test_a_wrong_password_is_refused_and_no_password_is_shown(url: str) -> None:
    guarded = make_url(url).set(username=postgres.GUARDED, password="guess")
    with pytest.raises(StoreUnavailable, match="refuses this user or password") as refused:
        open_store(shown(guarded), CODEC)
    assert "guess" not in str(refused.value)


def test_an_empty_database_is_no_store_until_one_is_made() -> None:
    url = postgres.fresh_url()
    with pytest.raises(StoreUnavailable, match="holds no store"):
        open_store(url, CODEC, create=False)
    open_store(url, CODEC).close()
    open_store(url, CODEC, create=False).close()


def test_tables_of_somebody_else_are_left_alone() -> None:
    url = postgres.fresh_url()
    with postgres.connect(url) as driver:
        driver.execute("CREATE TABLE events (page text)")
        with pytest.raises(StoreUnavailable, match="already exists"):
            open_store(url, CODEC)
        assert driver.execute("SELECT to_regclass('facts') IS NULL").fetchone() == (True,)


def test_a_store_of_a_newer_version_is_refused(url: str) -> None:
    with postgres.connect(url) as driver:
        driver.execute("UPDATE eventscope SET schema_version = 99")
    with pytest.raises(StoreUnavailable, match="newer"):
        open_store(url, CODEC)


@pytest.mark.parametrize(
    "url", ["postgresql+asyncpg://u:hush@h/d", "postgresql://u:hush@h/d?mode=x"]
)
def test_a_url_that_names_no_store_is_refused_without_its_password(url: str) -> None:
    with pytest.raises(UnknownStore) as refused:
        open_store(url, CODEC)
    assert "hush" not in str(refused.value)


def test_a_missing_driver_is_a_sentence_with_the_remedy(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "core.stores.postgres", None)
    with pytest.raises(StoreUnavailable, match=r"pip install 'eventscope\[postgres\]'") as missing:
        open_store("postgresql://u:hush@h/d", CODEC)
    assert "hush" not in str(missing.value)


def test_a_mode_that_does_not_exist_is_refused(url: str) -> None:
    with pytest.raises(UnknownStore, match="sequenced or locked"):
        open_store(f"{url}&mode=quick", CODEC)
