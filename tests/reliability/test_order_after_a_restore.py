"""Does a log go on where it was, restored into a cluster whose transactions are counted anew?"""

from __future__ import annotations

import os
import shutil
import subprocess
import tempfile
from collections.abc import Iterator
from contextlib import closing
from dataclasses import replace
from pathlib import Path
from uuid import uuid4

import pytest
from sqlalchemy import URL, make_url

from core.digests import verify
from core.stores import open_store
from core.stores.postgres_append import insert
from core.stores.postgres_line import Line
from tests import postgres
from tests.conftest import CODEC
from tests.orders.facts import opened
from tests.reliability.conftest import Tell
from tests.reliability.figures import short_and_long

pytestmark = pytest.mark.skipif(
    postgres.OWN in os.environ, reason="there is no telling where the tools of one's server are"
)


@pytest.fixture
def younger() -> Iterator[URL]:
    """The server of a cluster that was just made."""
    folder = Path(tempfile.mkdtemp(prefix="eventscope-younger-"))
    (folder / "run").write_text(str(os.getpid()))
    yield make_url(postgres.start(folder))
    postgres.stop(int((folder / "pid").read_text()))
    shutil.rmtree(folder, ignore_errors=True)  # as whoever watches over it may be doing


def tool(name: str, url: URL, *options: str, **more: bytes) -> bytes:
    """Run one of the server's own tools against it."""
    address = ["-h", url.host or "", "-p", str(url.port), "-U", url.username or ""]
    folder = postgres.binaries()
    assert folder
    asked = [folder / name, *address, "-d", url.database or "", *options]
    return subprocess.run(asked, check=True, capture_output=True, **more).stdout


@pytest.mark.parametrize("appends", short_and_long(200, 1000))
def test_a_restored_log_hides_nothing_and_goes_on(younger: URL, appends: int, tell: Tell) -> None:
    url = postgres.fresh_url()
    schema = str(make_url(url).query["options"]).partition("=")[2]
    with closing(open_store(url, CODEC)) as old, postgres.connect(url) as driver:
        for _ in range(3000):  # so that the numbers of this cluster are the other's future
            driver.execute("SELECT pg_current_xact_id()")
        for n in range(50):
            old.append(f"order-{n}", [replace(opened, event_id=uuid4())], 0)
        old_seal = old.head().seal
        fact = CODEC.encode(replace(opened, event_id=uuid4()))
        insert(Line(driver).fetch, "order-unplaced", [fact], 0, "later")
        copy = tool("pg_dump", postgres.server_url(), "--schema", schema)
        [(theirs,)] = driver.execute("SELECT pg_current_xact_id()::text::bigint").fetchall()
    tool("psql", younger, "-q", "-v", "ON_ERROR_STOP=1", input=copy)
    with postgres.connect(younger) as driver:
        [(ours,)] = driver.execute("SELECT pg_current_xact_id()::text::bigint").fetchall()
    assert ours + appends < theirs
    with closing(open_store(postgres.within(younger, schema), CODEC)) as restored:
        assert restored.head().position == 51
        recorded = restored.at(50)
        assert recorded is not None
        assert recorded.seal == old_seal
        for n in range(appends):
            [one] = restored.append(f"order-new-{n}", [replace(opened, event_id=uuid4())], 0)
            assert one.position == 52 + n
            assert restored.version_at(one.stream) == 1
        assert verify(restored.rows()).events == 51 + appends
    tell(f"restored from transaction {theirs:,} to {ours:,}: {appends:,} appended, 0 hidden")
