"""Can it be trusted? Each event's digest, the seal over the log, and the walk that checks both.

A digest covers an event's exact stored bytes and its predecessor in the stream. A seal covers
every digest up to a position: two logs with the same seal are the same log.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from hashlib import sha256
from operator import index
from typing import Any

from core.codec import Encoded
from core.errors import BrokenChain
from core.events import StoredRow

FORMAT = b"eventscope/1"
NOTHING = bytes(32)
"""The digest before the first event of a stream, and the seal of an empty log."""


class _Measured(dict[Any, bytes]):
    """Something behind its length (8 bytes, big-endian); made once, since few come again and
    again: lengths, versions, names."""

    def __init__(self, written: Callable[[Any], bytes]) -> None:
        super().__init__()
        self._written = written

    def __missing__(self, told: Any) -> bytes:
        measured = self._written(told)
        if len(self) < 10_000:
            self[told] = measured
        return measured


def _measured(part: bytes) -> bytes:
    return PREFIX[len(part)] + part


PREFIX = _Measured(lambda length: length.to_bytes(8, "big"))
NUMBER = _Measured(lambda number: _measured(b"%d" % index(number)))
NAME = _Measured(lambda name: _measured(name.encode()))
START = _measured(FORMAT)


@dataclass(frozen=True)
class Verified:
    """A log that holds: how much was checked, and the seal that vouches for it."""

    events: int
    streams: int
    seal: bytes


def digest(stream: bytes, version: int, event: Encoded, learned: bytes, previous: bytes) -> bytes:
    """SHA-256 over each part behind its length (8 bytes, big-endian), so that no two differ alike.

    `stream` is UTF-8; times are microseconds since 1970, UTC, and `learned` is one in digits.
    """
    kind, schema, event_id, occurred, metadata, data = event
    at = b"%d" % occurred
    size = PREFIX
    parts = (  # written out: every append and every verification pays for a loop here
        START,
        size[len(stream)],
        stream,
        NUMBER[version],
        size[len(event_id)],
        event_id,
        NAME[kind],
        NUMBER[schema],
        size[len(at)],
        at,
        size[len(learned)],
        learned,
        size[len(previous)],
        previous,
        size[len(metadata)],
        metadata,
        size[len(data)],
        data,
    )
    return sha256(b"".join(parts)).digest()


def seal(previous: bytes, event_digest: bytes) -> bytes:
    """The seal after one more event."""
    return sha256(previous + event_digest).digest()


def row_digest(row: StoredRow, previous: bytes) -> bytes:
    """The digest a stored row should carry after the digest before it in its stream."""
    encoded = Encoded(row[3], row[4], row[5], row[6], row[8], row[9])
    return digest(row[1].encode(), row[2], encoded, b"%d" % row[7], previous)


def verify(
    rows: Iterable[StoredRow],
    reached: int = 0,
    progress: Callable[[int], None] | None = None,
) -> Verified:
    """Re-hash every stored byte, in log order; raise `BrokenChain` at the first broken position.

    `reached` is a position somebody has seen before (a checkpoint, a snapshot): a log that ends
    short of it has lost its tail.
    """
    position, recorded_at, sealed = 0, 0, NOTHING
    heads: dict[str, tuple[int, bytes]] = {}
    for row in rows:
        position += 1
        version, previous = heads.get(row[1], (0, NOTHING))
        if reason := _fault(row, position, version + 1, previous, recorded_at, sealed):
            raise BrokenChain(min(position, row[0]), reason)
        heads[row[1]] = row[2], row[10]
        recorded_at, sealed = row[7], row[11]
        if progress and position % 5000 == 0:
            progress(position)
    if position < reached:
        raise BrokenChain(position + 1, f"the event is missing, although {reached} were known")
    return Verified(position, len(heads), sealed)


def _fault(
    row: StoredRow, position: int, version: int, previous: bytes, recorded_at: int, sealed: bytes
) -> str:
    if not isinstance(row[7], int):
        return "the time it was recorded is not a number"
    if row[0] != position:
        return "the event is missing" if row[0] > position else "the number is not one of the log"
    if row[2] != version:
        return f"{row[1]} continues with version {row[2]} where version {version} belongs"
    if row[7] < recorded_at:
        return "it was recorded before its predecessor"
    if not _intact(row, previous):
        return f"version {version} of {row[1]} is not what was recorded"
    if row[11] != seal(sealed, row[10]):
        return "it does not stand where it was recorded"
    return ""


def _intact(row: StoredRow, previous: bytes) -> bool:
    try:
        return row[10] == row_digest(row, previous)
    except (TypeError, AttributeError, UnicodeError):
        return False  # a cell of another type than ever was written
