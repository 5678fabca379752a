"""How does a batch come into PostgreSQL? In one statement, whose unique keys are the check."""

from __future__ import annotations

from collections.abc import Sequence
from functools import cache
from typing import Any

import psycopg

from core.codec import Encoded
from core.digests import NOTHING
from core.errors import VersionConflict
from core.events import StoredRow
from core.stores.sql import ROW

Place = tuple[int, int, bytes, bytes]
"""Position, recorded_at, digest and seal."""
UNPLACED: Place = (0, 0, NOTHING, NOTHING)
PLACE = "position, recorded_at, digest, seal"

SETTLE = f"SELECT {PLACE} FROM settle(%s::text, %s::bigint, %s::bigint)"
KINDS = ("text", "integer", "bytea", "bigint", "bytea", "bytea")
"""Of type, schema, event_id, occurred_at, metadata and data, as the codec puts them."""
FEW = 8

MET = f"""SELECT {ROW} FROM events WHERE event_id = ANY(?::bytea[])
  UNION ALL (SELECT {ROW} FROM events WHERE stream = ? ORDER BY version DESC LIMIT 1)"""
"""Why a key refused a batch: its ids are known, or its stream is further on."""


def insert(
    driver: Any, stream: str, encoded: Sequence[Encoded], expected: int, turn: str
) -> list[Place] | None:
    """Insert a batch behind a version. None if a key refused it; the places it got, if it got any.

    `turn` says how it is placed: `try` if nobody else is at it, `wait` for its turn, `later` not
    in this transaction. Raises `VersionConflict` where the stream is known not to be there.
    """
    columns: list[Any] = [list(column) for column in zip(*encoded, strict=True)]
    if len(encoded) <= FEW:
        columns = [value for column in columns for value in column]
    cursor = driver.cursor(binary=True)
    try:
        cursor.execute(_append(len(encoded)), (stream, expected, turn, *columns), prepare=True)
    except (psycopg.IntegrityError, psycopg.errors.DeadlockDetected):
        return None
    places: list[Place] = cursor.fetchall()
    if places and places[0][0] <= 0:
        raise VersionConflict(stream, expected, -places[0][0])
    return places


def settle(driver: Any, stream: str, expected: int, count: int) -> list[Place]:
    """The places of a committed batch behind a version; given out, if nobody has done it yet."""
    cursor = driver.cursor(binary=True)
    cursor.execute(SETTLE, (stream, expected, expected + count), prepare=True)
    places: list[Place] = cursor.fetchall()
    return places


@cache
def _append(count: int) -> str:
    # Values are sent twice as fast as lists of them; a statement for every length is too many.
    values = f"ARRAY[{', '.join(['%s'] * count)}]" if count <= FEW else "%s"
    arrays = ", ".join(f"{values}::{kind}[]" for kind in KINDS)
    return f"SELECT {PLACE} FROM append_facts(%s::text, %s::bigint, %s::text, {arrays})"


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
