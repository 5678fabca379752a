"""Who gets a version that many want at once? One, and each other hears so in the same words."""

from __future__ import annotations

from collections import Counter
from concurrent.futures import ThreadPoolExecutor
from contextlib import closing
from dataclasses import replace
from pathlib import Path
from threading import Barrier
from uuid import uuid4

import pytest

from core.digests import verify
from core.errors import VersionConflict
from core.stores import open_store
from tests.conftest import BACKENDS, CODEC
from tests.orders.facts import opened
from tests.reliability.conftest import Tell
from tests.reliability.figures import short_and_long

CLIENTS = 32


@pytest.mark.parametrize("rounds", short_and_long(12, 1000))
@pytest.mark.parametrize("backend", sorted(BACKENDS))
def test_of_32_clients_that_want_one_version_exactly_one_gets_it(
    backend: str, rounds: int, tmp_path: Path, tell: Tell
) -> None:
    with (
        closing(open_store(BACKENDS[backend](tmp_path), CODEC)) as store,
        ThreadPoolExecutor(CLIENTS) as pool,
    ):
        together = Barrier(CLIENTS)

        def race(version: int) -> str:
            together.wait()
            try:
                store.append("order-a", [replace(opened, event_id=uuid4())], version)
            except VersionConflict as conflict:
                return f"{conflict.expected - version} {conflict.actual - version}"
            return "won"

        answers: Counter[str] = Counter()
        for version in range(rounds):
            found = Counter(pool.map(race, [version] * CLIENTS))
            assert found == {"won": 1, "0 1": CLIENTS - 1}
            answers += found
        assert verify(store.rows()).events == rounds
    won, refused = answers["won"], answers["0 1"]
    tell(f"{backend}: {CLIENTS} clients, {rounds:,} rounds: {won:,} won, {refused:,} conflicts")
