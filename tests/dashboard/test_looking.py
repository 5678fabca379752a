"""Does looking leave everything as it was? No screen, at no moment, writes into the store."""

from __future__ import annotations

import hashlib
import shutil
import sqlite3
from pathlib import Path

import pytest

from tests.dashboard.conftest import Open

SCREENS = Path(__file__).parents[2] / "dashboard" / "screens"
MENU = sorted(path.stem for path in SCREENS.glob("*.py"))
MOMENTS = ["@1", "@150", "now"]
ORDER = {"order": "kettle", "clocks": "true", "about": "2026-03-08 12:00"}


@pytest.fixture
def untouched(stores: dict[str, str], tmp_path: Path) -> Path:
    """A copy of the story, at rest: nothing waits in its write-ahead log."""
    file = tmp_path / "untouched.db"
    shutil.copy(stores["story"].removeprefix("sqlite:///"), file)
    with sqlite3.connect(file) as connection:
        connection.execute("PRAGMA wal_checkpoint(TRUNCATE)")
    return file


def fingerprint(file: Path) -> tuple[str, int]:
    """What the file holds, and how much waits to be written into it."""
    waiting = Path(f"{file}-wal")
    size = waiting.stat().st_size if waiting.exists() else 0
    return hashlib.sha256(file.read_bytes()).hexdigest(), size


def test_no_screen_writes_into_the_store(open_app: Open, untouched: Path) -> None:
    before = fingerprint(untouched)
    url = f"sqlite:///{untouched}"
    for screen in MENU:
        for at in MOMENTS:
            query = ORDER if screen == "order" else {}
            app = open_app(f"screens/{screen}.py", store=url, at=at, **query)
            assert not app.exception
            assert not app.error
    assert fingerprint(untouched) == before
