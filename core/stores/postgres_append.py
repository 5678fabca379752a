"""How does a batch come into PostgreSQL? In one statement, whose unique keys are the check."""

from __future__ import annotations

from collections.abc import Sequence
from functools import lru_cache

import psycopg

from core.codec import Encoded
from core.digests import NOTHING
from core.errors import VersionConflict
from core.events import StoredRow
from core.stores.postgres_values import BIGINT, BYTEA, INTEGER, TEXT, Column, column
from core.stores.rows import Fetch
from core.stores.sql_facts import ROW

Place = tuple[int, int, bytes, bytes]
"""Position, recorded_at, digest and seal."""
UNPLACED: Place = (0, 0, NOTHING, NOTHING)
PLACE = "position, recorded_at, digest, seal"

APPEND_ONE = f"""SELECT {PLACE} FROM append_fact(?::text, ?::bigint, ?::text,
  ?::text, ?::integer, ?::bytea, ?::bigint, ?::bytea, ?::bytea)"""
APPEND = f"""SELECT {PLACE} FROM append_facts(?::text, ?::bigint, ?::text,
  ?::text[], ?::integer[], ?::bytea[], ?::bigint[], ?::bytea[], ?::bytea[])"""
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
        places = _placed(fetch, (stream, expected, turn), encoded)
    except (psycopg.IntegrityError, psycopg.errors.DeadlockDetected):
        return None
    if places and places[0][0] <= 0:
        raise VersionConflict(stream, expected, -places[0][0])
    return places


def _placed(fetch: Fetch, behind: tuple[str, int, str], encoded: Sequence[Encoded]) -> list[Place]:
    if len(encoded) == 1:
        return fetch(APPEND_ONE, (*behind, *encoded[0]))
    types, schemas, ids, times, told, bodies = zip(*encoded, strict=True)
    columns = (
        *_kinds(types, schemas),
        column(BYTEA, ids),
        column(BIGINT, [each.to_bytes(8, "big", signed=True) for each in times]),
        column(BYTEA, told),
        column(BYTEA, bodies),
    )
    return fetch(APPEND, (*behind, *columns))


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
