"""Which place does an event get? The next position, version, digest and seal."""

from __future__ import annotations

from collections.abc import Callable

from core.codec import Encoded
from core.digests import NOTHING, digest, seal
from core.events import StoredRow

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

    def version(self, stream: str) -> int:
        """The last version of a stream."""
        return self._end(stream)[0]

    def _end(self, stream: str) -> StreamEnd:
        end = self._streams.get(stream)
        if end is None:
            end = self._streams[stream] = self._stream_end(stream)
        return end

    def place(self, stream: str, event: Encoded, recorded_at: int) -> StoredRow:
        """The row of the next event of a stream. `recorded_at` (µs) never goes backwards."""
        version, previous = self._end(stream)
        self._position += 1
        self._recorded_at = max(self._recorded_at, recorded_at)
        chained = digest(stream.encode(), version + 1, event, self._recorded_at, previous)
        self._seal = seal(self._seal, chained)
        self._streams[stream] = version + 1, chained
        return (
            self._position,
            stream,
            version + 1,
            event.type,
            event.schema,
            event.event_id,
            event.occurred_at,
            self._recorded_at,
            event.metadata,
            event.data,
            chained,
            self._seal,
        )
