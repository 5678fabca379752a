"""What happens when the clock goes wrong? Order and versions stand, and time never runs back."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from core.digests import verify
from core.machine import TimeMachine
from core.moments import AtTime
from core.orders.commands import AddItem, CreateOrder
from core.stores import EventStore, open_store
from tests.conftest import BACKENDS, CODEC
from tests.reliability.dying import ONE, facts

NOON = datetime(2026, 3, 2, 12, 0, tzinfo=UTC)
HOUR, DAY = timedelta(hours=1), timedelta(days=1)
CLOCKS = {
    "set back an hour": [NOON, NOON + HOUR, NOON, NOON + HOUR, NOON + 2 * HOUR],
    "set forward a day and back": [NOON, NOON + DAY, NOON + HOUR, NOON + DAY, NOON + 2 * DAY],
    "frozen": [NOON] * 5,
}


@pytest.mark.parametrize("backend", ["memory", "sqlite"])  # PostgreSQL asks the server's clock
@pytest.mark.parametrize("clock", CLOCKS.values(), ids=CLOCKS)
def test_recorded_times_never_run_back(
    backend: str, clock: list[datetime], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    store = open_store(BACKENDS[backend](tmp_path), CODEC)
    for version, now in enumerate(clock):
        for asked in ("core.stores.sqlite_append.utc_now", "core.stores.memory.utc_now"):
            monkeypatch.setattr(asked, lambda now=now: now)
        store.append("order-a", facts(1), version)
    times = [one.recorded_at for one in store.read_all()]
    assert times == [max(clock[: n + 1]) for n in range(len(clock))]
    assert [one.version for one in store.read_stream("order-a")] == [1, 2, 3, 4, 5]
    assert store.position_at(AtTime(times[-1])) == verify(store.rows()).events == 5
    store.close()


def test_what_happened_later_by_a_wrong_clock_is_still_taken(store: EventStore) -> None:
    machine = TimeMachine(store)
    machine.handle(CreateOrder("o1", "ada"), at=NOON)
    machine.handle(AddItem("o1", "lamp", "Lamp", 1, ONE), at=NOON - DAY)
    machine.handle(AddItem("o1", "chair", "Chair", 1, ONE), at=NOON + 3000 * DAY)
    assert machine.order("o1").version == 3
    recorded = [one.recorded_at for one in store.read_all()]
    assert recorded == sorted(recorded)
    assert machine.verify().events == 3
