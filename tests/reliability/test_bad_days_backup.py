"""Is a copy of the log worth anything? One taken under load is whole; one cut short is known."""

from __future__ import annotations

import shutil
import sqlite3
import time
from collections.abc import Callable
from contextlib import closing
from pathlib import Path

import pytest

from core.errors import BeyondHead
from core.machine import TimeMachine
from core.moments import AtPosition
from core.stores import open_store
from tests.conftest import CODEC
from tests.reliability.conftest import Tell
from tests.reliability.dying import append_and_tell, facts, fork, kill
from tests.reliability.figures import short_and_long

WRITERS = 3

Way = Callable[[sqlite3.Connection, Path], object]


def in_one_step(live: sqlite3.Connection, copy: Path) -> None:
    """By SQLite's backup: some pages at a time, it begins anew with each append in between, and
    beside writers who never pause it does not come to the end of a long log."""
    with sqlite3.connect(copy) as backup:
        live.backup(backup)


def vacuumed(live: sqlite3.Connection, copy: Path) -> None:
    """By what any program of SQLite can say."""
    live.execute("VACUUM INTO ?", (str(copy),))


@pytest.mark.parametrize("backups", short_and_long(5, 100))
@pytest.mark.parametrize("back_up", [in_one_step, vacuumed])
def test_a_backup_taken_under_load_is_a_whole_beginning_of_the_log(
    tmp_path: Path, back_up: Way, backups: int, tell: Tell
) -> None:
    url = f"sqlite:///{tmp_path}/log.db"
    store = open_store(url, CODEC)
    writers = [
        fork(lambda one=one: append_and_tell(url, f"order-{one}", tmp_path / f"told-{one}"))
        for one in range(WRITERS)
    ]
    taken = []
    try:
        while not store.head().position:  # on a busy machine they take a while to begin
            time.sleep(0.01)
        for number in range(backups):
            time.sleep(0.1)
            acknowledged = store.head().position
            copy = tmp_path / f"copy-{number}.db"
            with closing(sqlite3.connect(tmp_path / "log.db")) as live:
                back_up(live, copy)
            taken.append((copy, acknowledged))
    finally:
        kill(writers)
    log = [row[11] for row in store.rows()]
    for copy, acknowledged in taken:
        restored = TimeMachine.open(f"sqlite:///{copy}")
        verified = restored.verify()
        assert verified.events >= acknowledged
        assert verified.seal == log[verified.events - 1]
        assert restored.project() == verified.events
        restored.close()
    tell(
        f"{backups} backups {back_up.__name__} under {WRITERS} writers, the last of"
        f" {verified.events:,} of {len(log):,} events: each a whole beginning of the log"
    )
    store.close()


def test_a_copy_without_its_write_ahead_log_is_known_by_a_moment_kept_elsewhere(
    tmp_path: Path,
) -> None:
    live = TimeMachine.open(f"sqlite:///{tmp_path}/log.db")
    live.store.append("order-a", facts(5), 0)
    live.close()  # folds the write-ahead log back into the file
    live = TimeMachine.open(f"sqlite:///{tmp_path}/log.db")
    live.store.append("order-a", facts(4), 5)
    kept_elsewhere = live.status()
    shutil.copy(tmp_path / "log.db", tmp_path / "copy.db")
    copy = TimeMachine.open(f"sqlite:///{tmp_path}/copy.db")
    assert copy.verify().events == 5  # whole in itself: only who knows more can tell
    assert kept_elsewhere.position == 9
    with pytest.raises(BeyondHead):
        copy.position(AtPosition(kept_elsewhere.position))
    copy.close()
    live.close()
