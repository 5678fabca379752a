"""Does a stranger's SQL read nothing, take nothing and leave nothing that is not meant for it?"""

from __future__ import annotations

import hashlib
import sqlite3
from collections.abc import Iterator
from pathlib import Path

import pytest

from core import AtPosition, TimeMachine
from core.errors import BadQuery
from core.serving import bring_in
from core.stores.sandbox import Limits
from tests.filled import quietly


@pytest.mark.parametrize(
    "sql",
    [
        "SELECT * FROM checkpoints",
        "SELECT * FROM snapshots",
        "SELECT * FROM sqlite_master",
        "SELECT * FROM sqlite_schema",
        "SELECT * FROM temp.sqlite_master",
        "SELECT * FROM pragma_table_info('events')",
        "SELECT * FROM main.orders",
        "SELECT data FROM main.events",
        "SELECT orders.total FROM main.orders AS orders",
        "WITH orders AS (SELECT * FROM main.orders) SELECT * FROM orders",
        "WITH orders_history AS (SELECT * FROM main.events) SELECT * FROM orders_history",
        "SELECT (SELECT max(position) FROM main.events)",
        "SELECT count(*) FROM main.events",
        "SELECT EXISTS (SELECT 1 FROM main.orders)",
        "SELECT 'order_details' IN (SELECT name FROM checkpoints)",
        "SELECT 1 WHERE 'x' IN main.checkpoints",
        "SELECT * FROM orders NATURAL JOIN main.orders",
        "SELECT count(*) FROM pragma_database_list",
        "SELECT name FROM sqlite_temp_master",
        "PRAGMA table_info(events)",
        "PRAGMA query_only = OFF",
        "ATTACH DATABASE 'evil.db' AS evil",
        "VACUUM INTO 'evil.db'",
        "CREATE TEMP TABLE mine (a)",
        "CREATE TABLE mine (a)",
        "DELETE FROM events",
        "UPDATE orders SET total = 0",
        "INSERT INTO events DEFAULT VALUES",
        "WITH gone AS (SELECT 1) DELETE FROM events",
        "DROP VIEW orders",
        "BEGIN IMMEDIATE",
        "SELECT load_extension('evil')",
        "SELECT readfile('/etc/passwd')",
        "SELECT fts3_tokenizer('simple')",
        "SELECT sqlite_version()",
        "SELECT randomblob(1000000000)",
        "SELECT zeroblob(2000000000)",
        "SELECT count(*) FROM checkpoints",
        "SELECT count(*) FROM sqlite_master",
        "SELECT count(*) FROM sqlite_temp_schema",
        "SELECT replace(hex(printf('%900000d', 1)), '2', 'a long word') FROM orders",
        "EXPLAIN SELECT * FROM orders",
        "SELECT * FROM dbstat",
    ],
)
def test_whatever_is_hostile_is_refused(told: TimeMachine, sql: str) -> None:
    with pytest.raises(BadQuery):
        told.ask(sql, AtPosition(150))


@pytest.mark.parametrize(
    "sql",
    [
        "WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n) SELECT count(*) FROM n",
        "SELECT count(*) FROM orders_history a, orders_history b, orders_history c, events d",
        "WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n) SELECT max(i) FROM n",
        # One call of one function, inside which nobody looks at a clock:
        "SELECT instr(printf('%999999d', 0), printf('%500000d', 1))",
        "SELECT length(replace(printf('%999999d', 0), printf('%500000d', 1), ''))",
    ],
)
def test_what_takes_too_long_is_stopped(told: TimeMachine, sql: str) -> None:
    with pytest.raises(BadQuery, match="takes longer than"):
        told.ask(sql, limits=Limits(seconds=0.2))


COUNT = "WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n) "


@pytest.mark.parametrize(
    "sql",
    [
        COUNT + "SELECT printf('%900000d', i) AS s FROM n ORDER BY s",
        COUNT + "SELECT count(DISTINCT printf('%900000d', i)) FROM n",
        "SELECT " + ", ".join(["printf('%900000d', 1)"] * 190),
    ],
)
def test_what_takes_too_much_memory_is_stopped(told: TimeMachine, sql: str) -> None:
    with pytest.raises(BadQuery, match="takes more than 64 MiB of memory"):
        told.ask(sql, limits=Limits(seconds=60, memory=64 * 1024 * 1024))


def test_a_mistake_gives_no_secret_name_away(told: TimeMachine) -> None:
    with pytest.raises(BadQuery) as refused:
        told.ask("SELECT name FROM checkpoints")
    assert "beneath" not in str(refused.value)


def test_a_query_leaves_the_file_as_it_was_and_makes_no_other(tmp_path: Path) -> None:
    machine = TimeMachine.open(f"sqlite:///{tmp_path}/log.db")
    bring_in(machine, "story", None, quietly)
    with sqlite3.connect(tmp_path / "log.db") as file:
        file.execute("PRAGMA wal_checkpoint(TRUNCATE)")
    before = {path.name: hashlib.sha256(path.read_bytes()).hexdigest() for path in _files(tmp_path)}
    machine.ask("SELECT * FROM orders_history ORDER BY total")
    for hostile in ("ATTACH 'evil.db' AS e", "VACUUM INTO 'evil.db'", "CREATE TEMP TABLE t (a)"):
        with pytest.raises(BadQuery):
            machine.ask(hostile)
    after = {path.name: hashlib.sha256(path.read_bytes()).hexdigest() for path in _files(tmp_path)}
    assert after == before
    assert not Path("evil.db").exists()
    machine.close()


def _files(folder: Path) -> Iterator[Path]:
    return (path for path in sorted(folder.iterdir()) if not path.name.endswith("-shm"))
