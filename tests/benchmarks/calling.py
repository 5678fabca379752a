"""What does it cost the server that nothing is lost? An append is a statement that pgbench sends.

So the clients are as good as free; what ours does in Python before and after, `sharing.py` has too.
"""

from __future__ import annotations

import os
import re
import subprocess
from collections.abc import Iterator
from functools import partial
from pathlib import Path

from sqlalchemy import make_url

from core.machine import codec
from core.stores import open_store
from tests import postgres
from tests.benchmarks.measuring import Figures, Race
from tests.reliability.following import WRITERS

UNSAFE = "8 clients of pgbench insert into a table numbered by a sequence, same columns and keys"
SLOW_FLUSH = " -ccommit_delay=2000 -ccommit_siblings=0"
"""Each commit waits 2 ms longer for its flush, as it does on a network's disk."""

PLAIN = (
    "CREATE TABLE plain (LIKE facts INCLUDING DEFAULTS INCLUDING IDENTITY INCLUDING INDEXES)",
    "ALTER TABLE plain DROP COLUMN xid",
)

EVENT = (
    "'OrderCreated', 1, int8send(:client_id) || int8send(:n), 1700000000000000, '{}',"
    rf" '\x{'ab' * 256}'"
)
INSERT = f"""\\set n :n + 1
INSERT INTO plain (stream, version, type, schema_version, event_id, occurred_at, metadata, data)
  VALUES ('order-' || :client_id || '-' || :n, 1, {EVENT});
"""
ARRIVE = f"""\\set n :n + 1
INSERT INTO arriving (stream, version, type, schema_version, event_id, occurred_at, metadata, data)
  VALUES ('order-' || :client_id || '-' || :n, 1, {EVENT});
"""
LOCKED = f"""\\set n :n + 1
SELECT position FROM append_fact('order-' || :client_id || '-' || :n, 0, 'wait', {EVENT});
"""
PLACE = """SELECT place(false);
\\sleep 20 ms
"""
TOLD = re.compile(r"actually processed: (\d+).*?tps = ([\d.]+)", re.DOTALL)


def races(folder: Path, quick: bool) -> Iterator[Race]:
    """Seconds per event of eight clients that append an event of 256 bytes a commit."""
    seconds = 1 if quick else 4
    for flush, options in (("", ""), (", flush + 2 ms", SLOW_FLUSH)):
        unsafe = partial(_visit, folder, INSERT, seconds, options)
        for told, script in (("placed soon after", ARRIVE), ("locked", LOCKED)):
            ours = partial(_visit, folder, script, seconds, options)
            yield Race(f"8 clients of pgbench append, {told}{flush}", ours, {UNSAFE: unsafe})


def _visit(folder: Path, script: str, seconds: int, options: str) -> Figures:
    url = postgres.fresh_url()
    open_store(url, codec()).close()
    with postgres.connect(url) as driver:
        for statement in PLAIN:
            driver.execute(statement)
        placing = _pgbench(folder, url, PLACE, 1, seconds, options) if script == ARRIVE else None
        events, rate = _told(_pgbench(folder, url, script, WRITERS, seconds, options))
        if placing:
            _told(placing)
        [left] = driver.execute("SELECT place(true)").fetchone() or ()
        assert left < events / 20, f"{left} of {events} events were not placed in time"
        kept = "arrival) FROM plain" if script == INSERT else "position) FROM events"
        found = driver.execute(f"SELECT count(*), max({kept}").fetchone()
        assert found == (events, events), f"of {events} events not each is kept"
    return {"": 1 / rate}


def _pgbench(
    folder: Path, url: str, script: str, clients: int, seconds: int, options: str
) -> subprocess.Popen[str]:
    programs, named = postgres.binaries(), make_url(url)
    assert programs
    file = folder / f"{len(script)}.sql"
    file.write_text(script)
    how = ["-M", "prepared", "-n", "-c", clients, "-T", seconds, "-D", "n=0", "-f", file]
    return subprocess.Popen(
        list(map(str, [programs / "pgbench", *how])),
        env={
            **os.environ,
            "PGHOST": named.host or "",
            "PGPORT": str(named.port),
            "PGUSER": named.username or "",
            "PGDATABASE": named.database or "",
            "PGOPTIONS": f"{named.query['options']}{options}",
        },
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
    )


def _told(running: subprocess.Popen[str]) -> tuple[int, float]:
    """How many statements it has done, and how many a second."""
    said, trouble = running.communicate()
    found = TOLD.search(said)
    assert running.returncode == 0, trouble
    assert found, said
    return int(found[1]), float(found[2])
