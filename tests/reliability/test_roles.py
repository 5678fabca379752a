"""Can somebody who may only read disturb somebody who appends? Every way to try, while they do."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from contextlib import closing
from dataclasses import replace
from uuid import uuid4

import psycopg
import pytest
from sqlalchemy import make_url
from streamlit.testing.v1 import AppTest

from core import TimeMachine
from core.errors import StoreUnavailable
from core.orders import CreateOrder, OrderCreated
from core.stores import EventStore, migrate_store, open_store
from core.stores.postgres_placing import LOCK
from core.stores.postgres_roles import READER, WRITER
from dashboard import source
from tests import postgres
from tests.cli.conftest import Ask
from tests.cli.conftest import ask as ask
from tests.conftest import CODEC
from tests.dashboard.conftest import APP
from tests.orders.facts import opened
from tests.reliability.conftest import Tell

ATTEMPTS = (
    f"SELECT pg_advisory_lock({LOCK})",
    f"SELECT pg_advisory_xact_lock({LOCK})",
    f"SELECT pg_advisory_lock_shared({LOCK})",
    f"SELECT pg_try_advisory_lock({LOCK})",
    f"SELECT pg_try_advisory_xact_lock({LOCK})",
    "SELECT place(true)",
    "INSERT INTO arriving VALUES ('x', 1, 'A', 1, '', 0, '', '')",
    "SELECT follows('x', 1)",
    "SELECT arrive_facts('x', 0, '{}', '{}', '{}', '{}', '{}', '{}')",
    "SELECT append_fact('x', 0, 'wait', 'A', 1, '', 0, '', '')",
    "SELECT append_facts('x', 0, 'wait', '{}', '{}', '{}', '{}', '{}', '{}')",
    "SELECT settle('x', 0, 1)",
    "LOCK TABLE facts IN ACCESS EXCLUSIVE MODE",
    "LOCK TABLE places IN SHARE ROW EXCLUSIVE MODE",
    "LOCK TABLE facts IN ACCESS SHARE MODE",
    "LOCK TABLE checkpoints IN SHARE MODE",
    "SELECT * FROM events FOR UPDATE",
    "SELECT * FROM events FOR KEY SHARE",
    "SELECT * FROM checkpoints FOR SHARE",
    "SELECT * FROM facts FOR UPDATE",
    "UPDATE checkpoints SET position = 0",
    "DELETE FROM snapshots",
    "TRUNCATE events",
    "INSERT INTO facts (stream) VALUES ('order-x')",
    "CREATE TABLE mine (a integer)",
    "CREATE TEMPORARY TABLE mine (a integer)",
    "CREATE FUNCTION mine() RETURNS integer LANGUAGE sql RETURN 1",
    "SELECT pg_sleep(60)",
    "SELECT pg_sleep_for('1 minute')",
    "SELECT nextval(pg_get_serial_sequence('facts', 'arrival'))",
    "ALTER TABLE facts DISABLE TRIGGER USER",
    f"SET ROLE {WRITER}",
)


@pytest.fixture(autouse=True)
def alone() -> Iterator[None]:
    """Roles are the server's, not a database's: one test after the other."""
    with postgres.alone("roles"):
        yield


@pytest.fixture
def url() -> Iterator[str]:
    """The URL of a log with one event and two roles, in a database of its own."""
    server, name = postgres.server_url(), f"roles_{uuid4().hex[:12]}"
    url = server.set(database=name).render_as_string(hide_password=False)
    with postgres.connect(server) as driver:
        driver.execute(f"CREATE DATABASE {name}")
        migrate_store(url, CODEC, roles=True)
        with closing(TimeMachine.open(url)) as machine:
            machine.handle(CreateOrder("o1", "ada"))
        yield url
        driver.execute(f"DROP DATABASE {name} WITH (FORCE)")
        driver.execute(f"DROP ROLE {READER}, {WRITER}")


def member(url: str, role: str) -> Iterator[str]:
    """The URL of somebody who was given a role."""
    name = f"somebody_{uuid4().hex[:12]}"
    with postgres.connect(url) as driver:
        driver.execute(f"CREATE ROLE {name} LOGIN PASSWORD 'secret' IN ROLE {role}")
        named = make_url(url).set(username=name, password="secret")
        yield named.render_as_string(hide_password=False)
        driver.execute(f"DROP ROLE {name}")


@pytest.fixture
def reader(url: str) -> Iterator[str]:
    """The URL of the log for somebody who reads."""
    yield from member(url, READER)


@pytest.fixture
def writer(url: str) -> Iterator[str]:
    """The URL of the log for somebody who appends."""
    yield from member(url, WRITER)


def write_until(store: EventStore, ended: threading.Event) -> None:
    """Append and append, each time waiting for the position."""
    while not ended.is_set():
        fact = replace(opened, event_id=uuid4())
        store.append(f"order-{fact.event_id}", [fact], 0)


@pytest.mark.parametrize("mode", ["sequenced", "locked"])
def test_a_reader_holds_nobody_up_whatever_is_tried(
    url: str, reader: str, writer: str, mode: str, tell: Tell
) -> None:
    ended = threading.Event()
    with closing(open_store(f"{writer}?mode={mode}", CODEC)) as store:
        thread = threading.Thread(target=write_until, args=(store, ended))
        thread.start()
        before = store.head().position
        with postgres.connect(reader) as driver:
            for attempt in ATTEMPTS:
                with pytest.raises(psycopg.Error) as refused, driver.transaction():
                    driver.execute(attempt)
                assert refused.value.sqlstate in ("42501", "42809"), attempt
            # Even a transaction that has read everything and does not end is in nobody's way.
            driver.execute("BEGIN ISOLATION LEVEL REPEATABLE READ")
            driver.execute("SELECT count(*) FROM events").fetchall()
            here = store.head().position
            while store.head().position < here + 20:
                assert thread.is_alive()
            driver.execute("ROLLBACK")
        ended.set()
        thread.join()
        appended = store.head().position - before
    tell(f"{mode}: {len(ATTEMPTS)} attempts refused, {appended} appends meanwhile")
    assert appended >= 20


def test_the_same_lock_stops_every_append_where_it_was_not_taken_from_everybody() -> None:
    url = postgres.fresh_url()
    with closing(open_store(f"{url}%20-clock_timeout%3D200", CODEC)) as store:
        with postgres.connect(url) as driver:
            driver.execute(f"SELECT pg_advisory_lock({LOCK})")
            with pytest.raises(StoreUnavailable, match="somebody else has locked it"):
                store.append("order-a", [opened], 0)
        assert store.append("order-a", [opened], 0)[0].position == 1


def test_who_appends_changes_nothing_and_leaves_the_read_models_to_others(
    url: str, writer: str, ask: Ask
) -> None:
    with closing(TimeMachine.open(writer)) as machine:
        [created] = machine.handle(CreateOrder("o2", "bob"), actor="bob")
        assert (created.position, machine.order("o2").customer_id) == (2, "bob")
        assert set(machine.status().checkpoints.values()) == {1}
    listed = ask("orders", "--store", writer)
    assert (listed.code, "1 events are newer" in listed.err) == (0, True)
    assert ask("verify", "--store", writer).code == 0
    assert "may not do that" in ask("project", "--store", writer).err
    with postgres.connect(writer) as driver:
        for statement in ("UPDATE facts SET data = ''", "DELETE FROM places", "TRUNCATE snapshots"):
            with pytest.raises(psycopg.errors.InsufficientPrivilege):
                driver.execute(statement)
    assert ask("project", "--store", url).code == 0
    assert ask("orders", "--store", writer, "--json").json["count"] == 2


def test_who_appends_needs_no_snapshot_of_an_order_of_many_versions(writer: str) -> None:
    with closing(TimeMachine.open(writer)) as machine:
        facts = [replace(OrderCreated("o3", "eve"), event_id=uuid4()) for _ in range(120)]
        expected = machine.rebuilt("o1", 1)
        machine.repository.save("o1", facts, expected)
        assert machine.order("o1").customer_id == "eve"
        assert list(machine.store.snapshots("order-o1", 2**62)) == []


def test_a_reader_sees_all_in_the_dashboard_and_on_the_command_line(
    url: str, reader: str, ask: Ask, monkeypatch: pytest.MonkeyPatch
) -> None:
    assert ask("orders", "--store", reader, "--json").json["count"] == 1
    assert ask("history", "o1", "--store", reader).code == 0
    assert ask("verify", "--store", reader).code == 0
    monkeypatch.setenv("EVENTSCOPE_STORE", reader)
    source.machine.cache_clear()
    app = AppTest.from_file(str(APP), default_timeout=60)
    for screen in ("overview", "order", "log"):
        app.run().switch_page(f"screens/{screen}.py").run()
        assert not app.exception
        assert not app.error
    source.machine().close()
    source.machine.cache_clear()


def test_a_read_model_made_anew_is_readable_too(url: str, reader: str, ask: Ask) -> None:
    assert ask("rebuild", "--store", url).code == 0
    assert ask("orders", "--store", reader, "--json").json["count"] == 1


def test_the_roles_can_be_set_right_again_and_again(url: str, reader: str) -> None:
    with postgres.connect(url) as driver:
        driver.execute("GRANT EXECUTE ON FUNCTION pg_advisory_lock(bigint) TO PUBLIC")
        driver.execute(f"REVOKE SELECT ON events FROM {READER}")
    again = migrate_store(url, CODEC, roles=True)
    assert f"The role {READER} was there already." in again.steps
    with postgres.connect(reader) as driver:
        with pytest.raises(psycopg.errors.InsufficientPrivilege):
            driver.execute("SELECT pg_advisory_lock(1)")
        assert driver.execute("SELECT count(*) FROM events").fetchone() == (1,)


@pytest.mark.parametrize(
    ("may", "told"), [("NOCREATEROLE", "needs CREATEROLE"), ("CREATEROLE", "needs a superuser")]
)
def test_who_may_not_make_roles_is_told_what_it_takes(may: str, told: str) -> None:
    url, name = postgres.fresh_url(), f"somebody_{uuid4().hex[:12]}"
    with postgres.connect(url) as driver:
        schema = driver.execute("SELECT current_schema()").fetchone()[0]  # type: ignore[index]  # a row
        driver.execute(f"CREATE ROLE {name} LOGIN {may}")
        driver.execute(f"GRANT ALL ON SCHEMA {schema} TO {name}")
        mine = make_url(url).set(username=name).render_as_string()
        with pytest.raises(StoreUnavailable, match=told):
            migrate_store(mine, CODEC, roles=True)
        made = "SELECT count(*) FROM pg_roles WHERE rolname = %s"
        assert driver.execute(made, (READER,)).fetchone() == (0,)
        driver.execute(f"DROP OWNED BY {name} CASCADE")
        driver.execute(f"DROP ROLE {name}")
