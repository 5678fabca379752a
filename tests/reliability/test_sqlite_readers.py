"""Can somebody who may only read change a byte, or make a file?"""

from __future__ import annotations

import sqlite3
import subprocess
from contextlib import suppress
from pathlib import Path

from core.stores import open_store
from core.stores.sqlite import SqliteStore
from tests.conftest import CODEC
from tests.reliability.conftest import Tell
from tests.reliability.dying import facts
from tests.reliability.test_sqlite_traps import CHANGES, OF_SQLITE, store

__all__ = ["store"]


def hostile(folder: Path) -> list[str]:
    """What somebody who may only read might try, to change the log or to make a file."""
    made = [
        f"ATTACH '{folder}/evil.db' AS evil",
        f"ATTACH 'file:{folder}/evil.db?mode=rwc' AS evil",
        "ATTACH ':memory:' AS evil",
        "ATTACH '' AS evil",
        f"VACUUM INTO '{folder}/copy.db'",
        f"VACUUM main INTO 'file:{folder}/copy.db?mode=rwc'",
        "VACUUM",
        "REINDEX",
        "ANALYZE",
        "CREATE TABLE t (x)",
        "CREATE TEMP TABLE t (x)",
        "CREATE TABLE temp.t AS SELECT * FROM events",
        "CREATE INDEX i ON events (data)",
        "CREATE VIEW v AS SELECT 1",
        "CREATE TRIGGER r AFTER INSERT ON events BEGIN SELECT 1; END",
        "CREATE VIRTUAL TABLE f USING fts5(x)",
        "CREATE VIRTUAL TABLE f USING rtree(a, b, c)",
        "DROP TRIGGER events_are_never_updated",
        "DROP TABLE events",
        "DROP TABLE snapshots",
        "ALTER TABLE events RENAME TO gone",
        "ALTER TABLE events DROP COLUMN seal",
        "INSERT INTO checkpoints VALUES ('x', 1, 'y')",
        "DELETE FROM snapshots",
        "UPDATE sqlite_master SET sql = ''",
        "DELETE FROM sqlite_master",
        "SELECT load_extension('evil')",
        "SELECT writefile('evil', 'x')",
        "SELECT readfile('/etc/passwd')",
        "SELECT edit('x', 'touch evil')",
        "SELECT fts3_tokenizer('simple', x'00')",
    ]
    pragmas = [
        "query_only=OFF",
        "writable_schema=ON",
        "journal_mode=DELETE",
        "journal_mode=OFF",
        "journal_mode=MEMORY",
        "locking_mode=EXCLUSIVE",
        "wal_checkpoint(TRUNCATE)",
        "wal_checkpoint(RESTART)",
        "user_version=9",
        "application_id=9",
        "schema_version=9",
        "auto_vacuum=FULL",
        "incremental_vacuum",
        "optimize",
        "encoding='UTF-16'",
        "page_size=512",
        "trusted_schema=ON",
        "ignore_check_constraints=ON",
        f"temp_store_directory='{folder}'",
        "temp_store=1",
        "secure_delete=ON",
        "foreign_keys=OFF",
        "recursive_triggers=OFF",
        "synchronous=OFF",
        "wal_autocheckpoint=1",
        "mmap_size=1000000000",
    ]
    changes = ("DELETE FROM events", "UPDATE events SET data = x'00'", "VACUUM")
    return [*CHANGES, *OF_SQLITE, *made, *(f"PRAGMA {one}" for one in pragmas), *changes]


def test_whoever_may_only_read_changes_no_byte_and_makes_no_file(
    store: SqliteStore, tmp_path: Path, tell: Tell
) -> None:
    folder = tmp_path
    names, held = {path.name for path in folder.iterdir()}, bytes_of(folder)
    statements = hostile(folder)
    passed = []
    with store.reading() as connection:  # all on one connection: what one unlocks helps the next
        run = connection.connection.driver_connection
        for statement in statements:
            try:
                run.execute(statement).fetchall()
                passed.append(statement)
            except sqlite3.Error:
                continue
    tell(f"{len(statements)} hostile statements: 0 bytes, 0 files; {len(passed)} pragmas pass")
    assert {path.name for path in folder.iterdir()} == names
    assert bytes_of(folder) == held
    assert all(statement.startswith("PRAGMA") for statement in passed)
    store.append("order-a", facts(1), 3)


def bytes_of(folder: Path) -> list[bytes]:
    """The log and its write-ahead log, read by another process: here it would undo our locks."""
    files = [folder / name for name in ("log.db", "log.db-wal")]
    return [subprocess.run(["cat", file], check=True, capture_output=True).stdout for file in files]


def test_a_connection_that_is_only_said_to_be_read_only_makes_files(tmp_path: Path) -> None:
    open_store(f"sqlite:///{tmp_path}/log.db", CODEC).close()
    plain = sqlite3.connect(f"file:{tmp_path}/log.db?mode=ro", uri=True, isolation_level=None)
    plain.execute("PRAGMA query_only=ON")
    with suppress(sqlite3.Error):
        plain.execute(f"VACUUM INTO '{tmp_path}/copy.db'")
    plain.execute(f"ATTACH '{tmp_path}/evil.db' AS evil")
    with suppress(sqlite3.Error):
        plain.execute("SELECT * FROM evil.sqlite_master").fetchall()
    plain.close()
    assert {"copy.db", "evil.db"} & {path.name for path in tmp_path.iterdir()}
