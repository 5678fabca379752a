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
from core.stores.postgres_arriving import FACT
from tests import postgres
from tests.benchmarks.measuring import Figures, Race
from tests.reliability.following import WRITERS

SINGLY = "the same, an event a commit"
UNSAFE = "8 clients of pgbench insert into a table numbered by a sequence, same columns and keys"
PLAIN = (
    "CREATE TABLE plain (LIKE facts INCLUDING DEFAULTS INCLUDING IDENTITY INCLUDING INDEXES)",
    "ALTER TABLE plain DROP COLUMN xid",
)


def _into(table: str, stream: str, version: str) -> str:
    return f"INSERT INTO {table} ({FACT}) VALUES ({stream}, {version}, {EVENT});"


NEW, ONE = "'order-' || :client_id || '-' || :n", "'order-' || :client_id"
"""A stream for each event, and one for each client."""
EVENT = (
    "'OrderCreated', 1, int8send(:client_id) || int8send(:n), 1700000000000000, '{}',"
    rf" '\x{'ab' * 256}'"
)
INSERT, INSERT_NEXT = _into("plain", NEW, "1"), _into("plain", ONE, ":n")
ARRIVE, ARRIVE_NEXT = _into("arriving", NEW, "1"), _into("arriving", ONE, ":n")
LOCKED = f"SELECT position FROM append_fact({NEW}, 0, 'wait', {EVENT});"
TEN = 10
EACH = f", ARRAY[{TEN}]"
LOCKED_TEN = f"""SELECT count(position) FROM append_facts({NEW}, 0, 'wait',
  array_fill('OrderCreated'::text{EACH}), array_fill(1{EACH}),
  ARRAY(SELECT int8send(:client_id) || int8send({TEN} * :n + k) FROM generate_series(1, {TEN}) k),
  array_fill(1700000000000000{EACH}), array_fill('{{}}'::bytea{EACH}),
  array_fill('\\x{"ab" * 256}'::bytea{EACH}));"""
PLACE = """SELECT place(false);
\\sleep 20 ms
"""
TOLD = re.compile(r"actually processed: (\d+).*?tps = ([\d.]+)", re.DOTALL)


def races(folder: Path, quick: bool, flush: str) -> Iterator[Race]:
    """Seconds per event of eight clients that append an event of 256 bytes a commit."""
    visit = partial(_visit, folder, 1 if quick else 2)
    for told, script, unsafe in (
        ("placed soon after", ARRIVE, INSERT),
        ("each to one stream", ARRIVE_NEXT, INSERT_NEXT),
        ("locked", LOCKED, INSERT),
    ):
        floor = {UNSAFE: partial(visit, unsafe)}
        yield Race(f"8 clients of pgbench append, {told}{flush}", partial(visit, script), floor)
    ten, singly = partial(visit, LOCKED_TEN, TEN), {SINGLY: partial(visit, LOCKED)}
    yield Race(f"8 clients of pgbench append {TEN} events a commit, locked{flush}", ten, singly)


def _visit(folder: Path, seconds: int, script: str, size: int = 1) -> Figures:
    url = postgres.fresh_url()
    open_store(url, codec()).close()
    with postgres.connect(url) as driver:
        for statement in PLAIN:
            driver.execute(statement)
        placing = _pgbench(folder, url, PLACE, 1, seconds) if "arriving" in script else None
        commits, rate = _told(_pgbench(folder, url, script, WRITERS, seconds))
        events = commits * size
        if placing:
            _told(placing)
        [left] = driver.execute("SELECT place(true)").fetchone() or ()
        assert left < rate / 10, f"{left} of {events} events were not placed in time"
        kept = "arrival) FROM plain" if "plain" in script else "position) FROM events"
        found = driver.execute(f"SELECT count(*), max({kept}").fetchone()
        assert found == (events, events), f"of {events} events not each is kept"
    return {"": 1 / rate / size}


def _pgbench(
    folder: Path, url: str, script: str, clients: int, seconds: int
) -> subprocess.Popen[str]:
    programs, named = postgres.binaries(), make_url(url)
    assert programs
    file = folder / f"{len(script)}.sql"
    file.write_text(f"\\set n :n + 1\n{script}")
    how = ["-M", "prepared", "-n", "-c", clients, "-T", seconds, "-D", "n=0", "-f", file]
    return subprocess.Popen(
        list(map(str, [programs / "pgbench", *how])),
        env={
            **os.environ,
            "PGHOST": named.host or "",
            "PGPORT": str(named.port),
            "PGUSER": named.username or "",
            "PGDATABASE": named.database or "",
            "PGOPTIONS": str(named.query["options"]),
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
