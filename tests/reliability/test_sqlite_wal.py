"""Does SQLite's write-ahead log stay whole and small? Versions, the queue, the alarm."""

from __future__ import annotations

import logging
import sqlite3
from pathlib import Path

import pytest

from core.errors import StoreUnavailable
from core.orders import OrderCancelled
from core.stores import open_store
from core.stores.sqlite_wal import ALARM, LIMIT, may_lose_pages, said_of
from tests.cli.conftest import Ask, ask, story
from tests.conftest import CODEC
from tests.reliability.conftest import Tell

__all__ = ["ask", "story"]

AFFECTED = [(3, 7, 0), (3, 40, 1), (3, 44, 5), (3, 45, 0), (3, 49, 2), (3, 50, 6), (3, 51, 2)]
SAFE = [(3, 6, 23), (3, 44, 6), (3, 44, 9), (3, 50, 7), (3, 51, 3), (3, 53, 4), (4, 0, 0)]


def test_the_versions_that_may_lose_pages_are_known() -> None:
    assert [version for version in (*AFFECTED, *SAFE) if may_lose_pages(version)] == AFFECTED


def test_an_affected_version_is_named_with_what_guards_against_it() -> None:
    assert said_of((3, 53, 4), queued=True) == "SQLite 3.53.4."
    assert "waits in one queue, so it cannot" in said_of((3, 40, 1), queued=True)
    assert "write from one process only" in said_of((3, 40, 1), queued=False)


def test_status_says_which_sqlite_keeps_the_log(ask: Ask, story: str) -> None:
    assert f"SQLite {sqlite3.sqlite_version}" in ask("status", "--store", story).out
    assert ask("status", "--store", story, "--json").json["remarks"]


def fill(folder: Path, mebibytes: int) -> None:
    """Append about that much, an event of a mebibyte each."""
    store = open_store(f"sqlite:///{folder}/log.db", CODEC)
    version = store.version_at("order-a")
    for number in range(mebibytes):
        big = OrderCancelled("a", "x" * 1_000_000, "ada")
        store.append("order-a", [big], version + number)
    store.close()


def test_a_reader_that_stays_is_told_and_the_log_shrinks_when_it_leaves(
    tmp_path: Path, caplog: pytest.LogCaptureFixture, monkeypatch: pytest.MonkeyPatch, tell: Tell
) -> None:
    monkeypatch.setattr("core.stores.sqlite_wal.TRY_AGAIN", 0.0)
    fill(tmp_path, 1)
    store = open_store(f"sqlite:///{tmp_path}/log.db", CODEC)
    reader = sqlite3.connect(tmp_path / "log.db", isolation_level=None)
    reader.execute("BEGIN")
    reader.execute("SELECT count(*) FROM events").fetchone()
    log = tmp_path / "log.db-wal"
    with caplog.at_level(logging.WARNING, "eventscope"):
        fill(tmp_path, 70)
    grown = log.stat().st_size
    assert grown > ALARM
    for told in (store.remarks()[-1], *(record.message for record in caplog.records)):
        assert "log.db-wal has grown to" in told
    assert len(caplog.records) == 1
    reader.execute("COMMIT")
    store.append("order-a", [OrderCancelled("a", "changed her mind", "ada")], 71)
    tell(f"the write-ahead log: {grown:,} bytes with the reader, {log.stat().st_size:,} without")
    assert log.stat().st_size <= LIMIT
    assert len(store.remarks()) == 1
    reader.close()
    store.close()


def test_a_large_import_leaves_no_large_log_and_no_alarm(
    tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    store = open_store(f"sqlite:///{tmp_path}/log.db", CODEC)
    store.load((f"order-{n}", OrderCancelled("a", "x" * 1_000_000, "ada")) for n in range(70))
    assert (tmp_path / "log.db-wal").stat().st_size <= LIMIT
    assert (len(store.remarks()), caplog.records) == (1, [])
    store.close()


def test_nobody_but_the_writers_in_their_queue_folds_the_log_back(tmp_path: Path) -> None:
    url = f"sqlite:///{tmp_path}/log.db"
    store = open_store(url, CODEC)
    store.append("order-a", [OrderCancelled("a", "changed her mind", "ada")], 0)
    size = (tmp_path / "log.db-wal").stat().st_size
    reader = open_store(url, CODEC)
    assert list(reader.read_all())
    with reader.reading() as connection:
        assert connection.exec_driver_sql("PRAGMA wal_autocheckpoint").scalar() == 0
    with pytest.raises(StoreUnavailable), reader.reading() as connection:
        connection.exec_driver_sql("PRAGMA wal_checkpoint(TRUNCATE)")
    reader.close()
    assert (tmp_path / "log.db-wal").stat().st_size == size
    store.close()
