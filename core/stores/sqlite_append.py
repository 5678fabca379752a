"""Which statements bring an event into the SQLite file? The ends it follows, and the insert."""

from __future__ import annotations

import sqlite3
from collections.abc import Sequence
from typing import Any

from core.codec import Encoded
from core.events import COLUMNS, StoredRow
from core.instants import to_microseconds, utc_now
from core.stores.placing import EMPTY_LOG, EMPTY_STREAM, Ends, StreamEnd
from core.stores.sql import HEAD
from core.stores.sql_facts import ROW

# Refused, it takes back its transaction: to take back itself alone, SQLite would first copy
# every page that it touches.
INSERT = f"INSERT OR ROLLBACK INTO events ({ROW}) VALUES ({', '.join('?' * len(COLUMNS))})"
STREAM_END = "SELECT version, digest FROM events WHERE stream = ? ORDER BY version DESC LIMIT 1"
KNOWN = f"SELECT {ROW} FROM events WHERE event_id IN (%s)"
MANY = 500

# Bytes are kept as they are. Unless it is told so, the driver asks each of them in vain how it
# wants to be kept, which takes longer than keeping it.
sqlite3.register_adapter(bytes, bytes.__bytes__)


def read_ends(run: Any) -> Ends:
    """The ends of the log and of its streams, as they stand now."""

    def stream_end(stream: str) -> StreamEnd:
        return run.execute(STREAM_END, (stream,)).fetchone() or EMPTY_STREAM

    return Ends(run.execute(HEAD).fetchone() or EMPTY_LOG, stream_end)


def place(ends: Ends, stream: str, encoded: Sequence[Encoded]) -> list[StoredRow]:
    """The rows of a batch that is recorded now."""
    return ends.place(stream, encoded, to_microseconds(utc_now()))


def insert(run: Any, rows: Sequence[StoredRow]) -> None:
    """Rows in a transaction of their own: all of them or, with an `IntegrityError`, none.

    Not in one statement of many rows: beside a trigger it would keep them all in a table aside.
    """
    if len(rows) == 1:
        run.execute(INSERT, rows[0])
        return
    try:
        run.execute("BEGIN IMMEDIATE")
        run.executemany(INSERT, rows)
        run.execute("COMMIT")
    except BaseException:
        run.rollback()
        raise


def inserted(
    run: Any, ends: Ends, stream: str, encoded: Sequence[Encoded]
) -> list[StoredRow] | None:
    """The rows of a new batch; None, and nothing written, where an event id is not new."""
    if len({one.event_id for one in encoded}) < len(encoded):
        return None
    rows = place(ends, stream, encoded)
    try:
        run.executemany(INSERT, rows)
    except sqlite3.IntegrityError:
        run.execute("BEGIN IMMEDIATE")  # the transaction went with the rows before the known one
        return None
    return rows


def load(run: Any, ends: Ends, encoded: Sequence[tuple[str, Encoded]]) -> int:
    """Insert foreign facts at their own time, those that are not known; returns how many."""
    known = set(known_rows(run, [one.event_id for _, one in encoded]))
    rows: list[StoredRow] = []
    for stream, one in encoded:
        if one.event_id not in known:
            known.add(one.event_id)
            rows += ends.place(stream, [one], one.occurred_at)
    run.executemany(INSERT, rows)
    return len(rows)


def known_rows(run: Any, event_ids: list[bytes]) -> dict[bytes, StoredRow]:
    """The stored rows of these event ids, as far as there are any."""
    found: dict[bytes, StoredRow] = {}
    for start in range(0, len(event_ids), MANY):
        part = event_ids[start : start + MANY]
        rows = run.execute(KNOWN % ", ".join("?" * len(part)), part)
        found.update({row[5]: row for row in rows})
    return found
