"""How do thousands of foreign facts come into PostgreSQL at once? By COPY, while writers wait."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from itertools import islice
from typing import Any

from core.codec import Codec
from core.events import Event, StoredRow
from core.exactness import check_stream
from core.stores.placing import EMPTY_LOG, EMPTY_STREAM, Ends, StreamEnd
from core.stores.rows import Row

CHUNK = 2000
LOG_END = "SELECT position, recorded_at, seal FROM places ORDER BY position DESC LIMIT 1"
STREAM_ENDS = """SELECT DISTINCT ON (stream) stream, version, digest FROM events
  WHERE stream = ANY(%s::text[]) ORDER BY stream, version DESC"""
KNOWN = "SELECT event_id FROM facts WHERE event_id = ANY(%s::bytea[])"
ARRIVALS = "pg_get_serial_sequence('facts', 'arrival')"
FACTS = """COPY facts (arrival, stream, version, type, schema_version, event_id, occurred_at,
  metadata, data) FROM STDIN"""
PLACES = "COPY places (position, arrival, recorded_at, digest, seal, seen) FROM STDIN"

Entry = tuple[str, Event]


def load(run: Any, codec: Codec, entries: Iterable[Entry]) -> int:
    """Append in the driver's open transaction; returns how many. Appends wait until it commits,
    so that positions, versions and times can be given here, as every other store gives them."""
    run.execute("LOCK TABLE facts IN SHARE ROW EXCLUSIVE MODE")
    run.execute("SELECT place(true)")
    [seen] = run.execute("SELECT pg_current_snapshot()::text").fetchone()
    [arrival] = run.execute(f"SELECT nextval({ARRIVALS})").fetchone()
    found: dict[str, StreamEnd] = {}
    ends = Ends(_fetchone(run, LOG_END) or EMPTY_LOG, lambda stream: found[stream])
    loaded, waiting = 0, iter(entries)
    while chunk := list(islice(waiting, CHUNK)):
        rows = _placed(run, codec, ends, found, chunk)
        _copy(run, rows, arrival, seen)
        arrival, loaded = arrival + len(rows), loaded + len(rows)
    run.execute(f"SELECT setval({ARRIVALS}, %s)", (arrival,))
    return loaded


def copy_rows(run: Any, name: str, rows: Iterable[Row]) -> None:
    """Put many rows into a table of a read model, in the driver's open transaction."""
    with run.cursor() as cursor, cursor.copy(f'COPY "{name}" FROM STDIN') as copy:
        for row in rows:
            copy.write_row(row)


def _fetchone(run: Any, sql: str) -> Any:
    return run.cursor(binary=True).execute(sql).fetchone()


def _placed(
    run: Any, codec: Codec, ends: Ends, found: dict[str, StreamEnd], chunk: Sequence[Entry]
) -> list[StoredRow]:
    encoded = [(check_stream(stream), codec.encode(one)) for stream, one in chunk]
    cursor = run.cursor(binary=True)
    ids = [one.event_id for _, one in encoded]
    known = {event_id for (event_id,) in cursor.execute(KNOWN, (ids,))}
    strangers = list({stream for stream, _ in encoded} - found.keys())
    found.update(dict.fromkeys(strangers, EMPTY_STREAM))
    for stream, *end in cursor.execute(STREAM_ENDS, (strangers,)):
        found[stream] = (end[0], end[1])
    rows: list[StoredRow] = []
    for stream, one in encoded:
        if one.event_id not in known:
            known.add(one.event_id)
            rows += ends.place(stream, [one], one.occurred_at)
    return rows


def _copy(run: Any, rows: Sequence[StoredRow], arrival: int, seen: str) -> None:
    numbered = list(enumerate(rows, arrival))
    with run.cursor().copy(FACTS) as copy:
        for number, row in numbered:
            copy.write_row((number, *row[1:7], *row[8:10]))
    last = arrival + len(rows) - 1  # no other is asked what was seen
    with run.cursor().copy(PLACES) as copy:
        for number, row in numbered:
            looked = seen if number == last else None
            copy.write_row((row[0], number, row[7], row[10], row[11], looked))
