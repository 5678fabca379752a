"""How does a batch come into PostgreSQL? In one statement, whose unique keys are the check."""

from __future__ import annotations

from collections.abc import Sequence
from functools import lru_cache
from typing import Any

import psycopg

from core.codec import Encoded
from core.digests import NOTHING
from core.errors import VersionConflict
from core.events import StoredRow
from core.stores.postgres_arriving import FACT, GIVEN
from core.stores.postgres_values import BIGINT, BYTEA, INTEGER, TEXT, Column, column
from core.stores.rows import Fetch, Row
from core.stores.sql_facts import ROW

Place = tuple[int, int, bytes, bytes]
"""Position, recorded_at, digest and seal."""
UNPLACED: Place = (0, 0, NOTHING, NOTHING)
PLACE = ", ".join(GIVEN)

FIELDS = "?::text, ?::integer, ?::bytea, ?::bigint, ?::bytea, ?::bytea"
COLUMNS = "?::text[], ?::integer[], ?::bytea[], ?::bigint[], ?::bytea[], ?::bytea[]"
ARRIVE = (
    f"INSERT INTO arriving ({FACT}) VALUES (?::text, ?::bigint + 1, {FIELDS})",
    f"SELECT WHERE arrive_facts(?::text, ?::bigint, {COLUMNS})",
)
APPEND = (
    f"SELECT {PLACE} FROM append_fact(?::text, ?::bigint, ?::text, {FIELDS})",
    f"SELECT {PLACE} FROM append_facts(?::text, ?::bigint, ?::text, {COLUMNS})",
)
"""For a single event, and for many."""
SETTLE = f"SELECT {PLACE} FROM settle(?::text, ?::bigint, ?::bigint)"

MET = f"""SELECT {ROW} FROM events WHERE event_id = ANY(?::bytea[])
  UNION ALL (SELECT {ROW} FROM events WHERE stream = ? ORDER BY version DESC LIMIT 1)"""
"""Why a key refused a batch: its ids are known, or its stream is further on."""


def insert(
    fetch: Fetch, stream: str, encoded: Sequence[Encoded], expected: int, turn: str
) -> list[Place] | None:
    """Insert a batch behind a version. None if a key refused it; the places it got, if it got any.

    `turn` says how it is placed: `try` if nobody else is at it, `wait` for its turn, `later` not
    in this transaction. Raises `VersionConflict` where the stream is known not to be there.
    """
    try:
        if turn == "later":
            if _sent(fetch, ARRIVE, (stream, expected), encoded):
                return []
            turn = "try"  # which says what is in the way
        places = _sent(fetch, APPEND, (stream, expected, turn), encoded)
    except (psycopg.IntegrityError, psycopg.errors.DeadlockDetected):
        return None
    if places and places[0][0] <= 0:
        raise VersionConflict(stream, expected, -places[0][0])
    return places


def _sent(
    fetch: Fetch, statements: tuple[str, str], behind: Row, encoded: Sequence[Encoded]
) -> list[Any]:
    for_one, for_many = statements
    if len(encoded) == 1:
        return fetch(for_one, (*behind, *encoded[0]))
    types, schemas, ids, times, told, bodies = zip(*encoded, strict=True)
    columns = (
        *_kinds(types, schemas),
        column(BYTEA, ids),
        column(BIGINT, [each.to_bytes(8, "big", signed=True) for each in times]),
        column(BYTEA, told),
        column(BYTEA, bodies),
    )
    return fetch(for_many, (*behind, *columns))


@lru_cache(maxsize=64)  # most batches are of a few kinds
def _kinds(types: tuple[str, ...], schemas: tuple[int, ...]) -> tuple[Column, Column]:
    return (
        column(TEXT, [each.encode() for each in types]),
        column(INTEGER, [each.to_bytes(4, "big") for each in schemas]),
    )


def stored_rows(
    stream: str, encoded: Sequence[Encoded], expected: int, places: Sequence[Place]
) -> list[StoredRow]:
    """The stored rows of a batch, put together from what was sent and the places it got."""
    numbered = enumerate(zip(encoded, places, strict=True), expected + 1)
    return [_row(stream, version, one, place) for version, (one, place) in numbered]


def _row(stream: str, version: int, event: Encoded, place: Place) -> StoredRow:
    position, recorded_at, digest, seal = place
    kind, schema, event_id, occurred_at, metadata, data = event
    envelope = (kind, schema, event_id, occurred_at, recorded_at)
    return (position, stream, version, *envelope, metadata, data, digest, seal)
