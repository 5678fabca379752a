"""Does a server's own idea of a transaction change what an append means? However it is set up."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from contextlib import closing
from dataclasses import replace
from uuid import uuid4

import pytest

from core.digests import verify
from core.stores import open_store
from tests import postgres
from tests.conftest import CODEC
from tests.contracts.test_concurrency import WRITERS, persist
from tests.orders.facts import opened
from tests.reliability.conftest import Tell
from tests.reliability.figures import short_and_long

ISOLATION = ("repeatable%5C%20read", "serializable")


@pytest.mark.parametrize("mode", ["sequenced", "locked"])
@pytest.mark.parametrize("isolation", ISOLATION)
def test_a_stricter_default_of_the_server_gives_no_wrong_position(
    isolation: str, mode: str, tell: Tell
) -> None:
    strict = f"%20-cdefault_transaction_isolation%3D{isolation}"
    url = postgres.fresh_url()
    with postgres.connect(f"{url}{strict}") as driver:  # or this would prove nothing
        assert driver.execute("SHOW transaction_isolation").fetchone() != ("read committed",)
    with (
        closing(open_store(f"{url}{strict}&mode={mode}", CODEC)) as store,
        ThreadPoolExecutor(WRITERS) as pool,
    ):
        list(pool.map(lambda _: persist(store, "order-a"), range(WRITERS)))
        assert [one.version for one in store.read_all()] == list(range(1, 10 * WRITERS + 1))
        assert verify(store.rows()).events == store.head().position == 10 * WRITERS
    tell(f"{isolation.replace('%5C%20', ' ')}, {mode}: {10 * WRITERS} appends, 0 wrong positions")


@pytest.mark.parametrize("appends", short_and_long(100, 20_000))
def test_a_transaction_open_in_another_database_holds_no_reader_up(
    appends: int, tell: Tell
) -> None:
    url, server, name = postgres.fresh_url(), postgres.server_url(), f"other_{uuid4().hex[:12]}"
    with postgres.connect(server) as driver:
        driver.execute(f"CREATE DATABASE {name}")
        with (
            postgres.connect(server.set(database=name)) as other,
            closing(open_store(url, CODEC)) as writer,
            closing(open_store(url, CODEC)) as reader,
        ):
            other.execute("BEGIN")
            other.execute("CREATE TABLE busy AS SELECT pg_current_xact_id()")
            for n in range(1, appends + 1):
                writer.append(f"order-{n}", [replace(opened, event_id=uuid4())], 0)
                assert [one.position for one in reader.read_all(n)] == [n]
            other.execute("ROLLBACK")
        driver.execute(f"DROP DATABASE {name} WITH (FORCE)")
    tell(f"open transaction in another database: {appends:,} appends, each seen by the next read")
