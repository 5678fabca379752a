"""Which place does an event get? The next position, version, digest and seal."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence

from core.codec import Encoded
from core.digests import NOTHING, digest, seal
from core.errors import DuplicateEvent, VersionConflict
from core.events import Event, StoredRow

LogEnd = tuple[int, int, bytes]
"""Position, recorded_at and seal of the log's last event."""
StreamEnd = tuple[int, bytes]
"""Version and digest of a stream's last event."""

EMPTY_LOG: LogEnd = (0, 0, NOTHING)
EMPTY_STREAM: StreamEnd = (0, NOTHING)


class Ends:
    """The end of the log and of each stream, moved on by every event that is placed.

    It is only right while nobody else appends: inside a write transaction, or under a lock.
    """

    def __init__(self, log: LogEnd, stream_end: Callable[[str], StreamEnd]) -> None:
        self._position, self._recorded_at, self._seal = log
        self._stream_end = stream_end
        self._streams: dict[str, StreamEnd] = {}

    def __len__(self) -> int:
        return len(self._streams)

    def version(self, stream: str) -> int:
        """The last version of a stream."""
        return self._end(stream)[0]

    def follows(self, stream: str, version: int) -> bool:
        """Whether this is the last version of a stream, as far as its unique key will not tell:
        that a stream which nobody has asked for begins now is believed."""
        if version == 0:
            self._streams.setdefault(stream, EMPTY_STREAM)
        return self._end(stream)[0] == version

    def _end(self, stream: str) -> StreamEnd:
        end = self._streams.get(stream)
        if end is None:
            end = self._streams[stream] = self._stream_end(stream)
        return end

    def place(self, stream: str, events: Iterable[Encoded], recorded_at: int) -> list[StoredRow]:
        """The rows of the next events of a stream, which the log learns at one instant.

        `recorded_at` (µs) never goes backwards.
        """
        position, sealed = self._position, self._seal
        version, chained = self._end(stream)
        recorded_at = max(recorded_at, self._recorded_at)
        name, learned = stream.encode(), b"%d" % recorded_at
        rows: list[StoredRow] = []
        for event in events:
            position += 1
            version += 1
            chained = digest(name, version, event, learned, chained)
            sealed = seal(sealed, chained)
            kind, schema, event_id, occurred_at, metadata, data = event
            rows.append(
                (
                    position,
                    stream,
                    version,
                    kind,
                    schema,
                    event_id,
                    occurred_at,
                    recorded_at,
                    metadata,
                    data,
                    chained,
                    sealed,
                )
            )
        self._position, self._recorded_at, self._seal = position, recorded_at, sealed
        self._streams[stream] = version, chained
        return rows


def admit(
    stream: str,
    events: Sequence[Event],
    encoded: Sequence[Encoded],
    known: Mapping[bytes, StoredRow],
    expected: int,
    actual: int,
) -> list[StoredRow] | None:
    """Whether a batch may be appended: None if so, its rows if it was appended before.

    `known` are the stored rows whose event ids recur in the batch. Raises `VersionConflict` for a
    stale expectation and `DuplicateEvent` where an id belongs to another event.
    """
    first = [known.get(one.event_id) for one in encoded]
    again = [
        row for one, row in zip(encoded, first, strict=True) if row and _same(stream, one, row)
    ]
    if encoded and len(again) == len(encoded):
        return again
    if expected != actual:
        raise VersionConflict(stream, expected, actual)
    seen: dict[bytes, str] = {event_id: row[1] for event_id, row in known.items()}
    for event in events:
        if event.event_id.bytes in seen:
            raise DuplicateEvent(event.event_id, seen[event.event_id.bytes])
        seen[event.event_id.bytes] = stream
    return None


def _same(stream: str, event: Encoded, row: StoredRow) -> bool:
    return row[1] == stream and (row[3], row[4], row[9]) == (event.type, event.schema, event.data)
