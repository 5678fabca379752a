"""Does who follows many writers see each event once and in order? Would this test see if not?"""

from __future__ import annotations

import random
from collections.abc import Callable
from contextlib import closing
from pathlib import Path

import pytest

from core.digests import verify
from core.stores import open_store
from tests import postgres
from tests.conftest import CODEC, DURABLE
from tests.reliability.conftest import Tell
from tests.reliability.figures import short_and_long
from tests.reliability.following import Followed, run
from tests.reliability.logs import ByCategory, InOneFile, Locked, Log, Naive, Sequenced

OURS: dict[str, Callable[[str], Log]] = {
    "postgres": Sequenced,
    "postgres-locked": Locked,
    "sqlite": InOneFile,
}
CONTROL = 3  # seconds


@pytest.mark.parametrize("seconds", short_and_long(3, 600))
@pytest.mark.parametrize("backend", sorted(OURS))
def test_who_follows_eight_writers_misses_nothing_and_sees_nothing_twice(
    backend: str, seconds: int, tmp_path: Path, chance: random.Random, tell: Tell
) -> None:
    url = DURABLE[backend](tmp_path)
    followed = run(OURS[backend], url, seconds, chance)
    tell(f"{backend}, {seconds} s, {followed}")
    assert followed.appended > 100
    assert followed == Followed(followed.appended)
    with closing(open_store(url, CODEC)) as store:
        assert verify(store.rows()).events == store.head().position == followed.appended


@pytest.mark.parametrize("kind", [Naive, ByCategory])
def test_the_same_test_sees_a_log_lose_events_whose_numbers_are_drawn_before_they_commit(
    kind: Callable[[str], Log], chance: random.Random, tell: Tell
) -> None:
    followed = run(kind, postgres.fresh_url(), CONTROL, chance)
    tell(f"{kind.__name__}, {CONTROL} s, {followed}")
    assert followed.lost > 0
