"""Is what `append` returned still there after the power was cut? On SQLite, sector by sector."""

from __future__ import annotations

import json
import sqlite3
import tempfile
from collections import Counter
from collections.abc import Iterator
from pathlib import Path

import pytest

from core.digests import verify
from core.errors import BrokenChain, EventscopeError
from core.machine import TimeMachine
from core.stores import EventStore, open_store
from tests.conftest import CODEC
from tests.reliability.conftest import Tell
from tests.reliability.crash_images import Image, images, preloaded, read
from tests.reliability.figures import seeded, short_and_long

PROJECTED = 20
"""Every which image its read models are brought to the head as well."""


@pytest.fixture
def folder(tmp_path: Path) -> Iterator[Path]:
    """A folder in memory where there is one: what a disk would do is played from the record."""
    memory = Path("/dev/shm")
    with tempfile.TemporaryDirectory(dir=memory if memory.is_dir() else tmp_path) as made:
        yield Path(made)


def after_power_cuts(folder: Path, synchronous: str, number: int, tell: Tell) -> Counter[str]:
    """How many images lost what was acknowledged, were corrupt, could not be read."""
    preloaded(
        folder,
        "tests.reliability.recording",
        "append_and_project",
        str(folder / "log.db"),
        synchronous,
        "160",
    )
    found: Counter[str] = Counter()
    for which, image in enumerate(images(read(folder / "record"), number, seeded())):
        found[verdict(folder / "image", image, which % PROJECTED == 0)] += 1
    tell(f"synchronous={synchronous}: {number:,} images, {dict(found)}")
    return found


def verdict(folder: Path, image: Image, projected: bool) -> str:
    """What became of the log in this image."""
    folder.mkdir(exist_ok=True)
    for old in folder.iterdir():
        old.unlink()
    for suffix, content in image.files.items():
        (folder / f"log.db{suffix}").write_bytes(content)
    try:
        return _judged(open_store(f"sqlite:///{folder}/log.db", CODEC), image, projected)
    except BrokenChain:
        return "corrupt"
    except EventscopeError:
        return "unreadable"


def _judged(store: EventStore, image: Image, projected: bool) -> str:
    try:
        head = verify(store.rows(), store.reached()).events
        with sqlite3.connect(store.url.removeprefix("sqlite:///")) as raw:
            whole = raw.execute("PRAGMA integrity_check").fetchone() == ("ok",)
        raw.close()
        if projected:
            whole &= TimeMachine(store).project() == head
    finally:
        store.close()
    if not whole:
        return "corrupt"
    return "whole" if head >= image.acknowledged else "lost"


@pytest.mark.parametrize("number", short_and_long(1_000, 20_000))
def test_no_power_cut_takes_what_was_acknowledged(folder: Path, number: int, tell: Tell) -> None:
    assert after_power_cuts(folder, "FULL", number, tell) == {"whole": number}


def test_the_power_cuts_would_find_a_log_that_syncs_too_rarely(folder: Path, tell: Tell) -> None:
    assert after_power_cuts(folder, "NORMAL", 60, tell)["lost"]


def test_the_power_cuts_would_find_a_log_that_never_syncs(folder: Path, tell: Tell) -> None:
    found = after_power_cuts(folder, "OFF", 60, tell)
    assert found["corrupt"] + found["unreadable"]
    assert found["whole"] < 60


OFTEN = 40
"""Pages of the write-ahead log at which it is folded back every dozen appends, not every 300."""


def after_failing_syncs(
    folder: Path, synchronous: str, pages: int, last: int, tell: Tell, end: str = "closed"
) -> Counter[str]:
    """Of that many syncs, each failed in its turn: how many were told, or need not have been."""
    came = preloaded(
        folder,
        "tests.reliability.recording",
        "meet_failing_syncs",
        str(folder / "log.db"),
        synchronous,
        str(pages),
        str(last),
        end,
    )
    found: Counter[str] = Counter(json.loads(came.stdout))
    tell(
        f"synchronous={synchronous}, folded at {pages:,} pages, {end}: {last} syncs failed:"
        f" {dict(found)}"
    )
    return found


@pytest.mark.parametrize("last", short_and_long(50, 400))
@pytest.mark.parametrize("pages", [1000, OFTEN])
@pytest.mark.parametrize("end", ["closed", "killed"])
def test_a_sync_that_fails_is_told_and_takes_nothing(
    folder: Path, end: str, pages: int, last: int, tell: Tell
) -> None:
    found = after_failing_syncs(folder, "FULL", pages, last, tell, end)
    assert found["told"] + found["needless"] == found.total() == last
    assert found["told"] > found["needless"]


def test_the_failing_syncs_would_find_what_is_acknowledged_in_spite_of_one(
    folder: Path, tell: Tell
) -> None:
    found = after_failing_syncs(folder, "NORMAL", OFTEN, 30, tell)
    assert found["silent"]
    assert found["lost"]
