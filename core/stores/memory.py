"""The smallest store that keeps every promise: lists and dictionaries. Read it first."""

from __future__ import annotations

import threading
from bisect import bisect_right
from collections.abc import Iterable, Iterator, Sequence
from typing import TypeVar

from core.codec import Codec, Encoded
from core.errors import BeyondHead, NoSuchVersion, StoreUnavailable, VersionNeedsOrder
from core.events import Event, Recorded, StoredRow, kind_of
from core.exactness import check_stream
from core.instants import from_microseconds, to_microseconds, utc_now
from core.moments import AtPosition, AtTime, AtVersion, Moment
from core.stores import Head, Search, StoredSnapshot
from core.stores.memory_views import MemoryViews, matches
from core.stores.migrating import Migrated
from core.stores.placing import EMPTY_LOG, EMPTY_STREAM, Ends, admit
from core.stores.turns import Unqueued

R = TypeVar("R")


class MemoryStore(MemoryViews, Unqueued):
    """A log that lives as long as the process."""

    keeps = True

    def __init__(self, codec: Codec) -> None:
        super().__init__()
        self.url = "memory:"
        self._codec = codec
        self._streams: dict[str, list[StoredRow]] = {}
        self._ids: dict[bytes, StoredRow] = {}
        self._ends = Ends(EMPTY_LOG, lambda _: EMPTY_STREAM)
        self._snapshots: dict[str, dict[int, StoredSnapshot]] = {}
        self._lock = threading.RLock()

    def append(
        self,
        stream: str,
        events: Sequence[Event],
        expected_version: int,
        wait_for_position: bool = True,
    ) -> list[Recorded]:
        check_stream(stream)
        encoded = [self._codec.encode(event) for event in events]
        with self._lock:
            found = [self._ids.get(event.event_id) for event in encoded]
            known = {row[5]: row for row in found if row}
            actual = len(self._streams.get(stream, []))
            if (
                before := admit(stream, events, encoded, known, expected_version, actual)
            ) is not None:
                return [Recorded(row, self._codec.decode) for row in before]
            now = to_microseconds(utc_now())
            rows = self._add(stream, encoded, now)
        return [Recorded(row, self._codec.decode) for row in rows]

    def load(self, entries: Iterable[tuple[str, Event]]) -> int:
        encoded = [(check_stream(s), self._codec.encode(event)) for s, event in entries]
        with self._lock:
            before = len(self._log)
            for stream, event in encoded:
                if event.event_id not in self._ids:
                    self._add(stream, [event], event.occurred_at)
            return len(self._log) - before

    def _add(self, stream: str, events: Sequence[Encoded], recorded_at: int) -> list[StoredRow]:
        rows = self._ends.place(stream, events, recorded_at)
        for row in rows:
            self._log.append(row)
            self._streams.setdefault(stream, []).append(row)
            self._ids[row[5]] = row
        return rows

    def read_stream(
        self, stream: str, from_version: int = 1, to_position: int | None = None
    ) -> Iterator[Recorded]:
        last = self.version_at(stream, to_position)
        for row in self._streams.get(stream, [])[max(0, from_version - 1) : last]:
            yield Recorded(row, self._codec.decode)

    def facts(
        self, stream: str, from_version: int = 1, to_position: int | None = None
    ) -> Iterator[list[Event]]:
        last = self.version_at(stream, to_position)
        rows = self._streams.get(stream, [])[max(0, from_version - 1) : last]
        if rows:
            yield self._facts(rows)

    def read_versions(self, stream: str, versions: Sequence[int]) -> list[Recorded]:
        rows = self._streams.get(stream, [])
        found = [rows[version - 1] for version in versions if version <= len(rows)]
        return [Recorded(row, self._codec.decode) for row in found]

    def facts_of(
        self, stream: str, types: Sequence[str], after: int, last: int
    ) -> Iterator[tuple[int, Event]]:
        rows = self._streams.get(stream, [])[after:last]
        found = [row for row in rows if row[3] in types]
        return zip([row[2] for row in found], self._facts(found), strict=True)

    def _facts(self, rows: Sequence[StoredRow]) -> list[Event]:
        return self._codec.facts([(kind_of(row[3], row[4]), row[9]) for row in rows], lambda: rows)

    def read_all(
        self, from_position: int = 1, to_position: int | None = None, batch_size: int = 1000
    ) -> Iterator[Recorded]:
        for row in self._log[max(0, from_position - 1) : to_position]:
            yield Recorded(row, self._codec.decode)

    def all_facts(
        self, types: Sequence[str] | None, to_position: int | None = None
    ) -> Iterator[list[tuple[int, str, Event]]]:
        log = self._log[:to_position]
        rows = [row for row in log if types is None or row[2] == 1 or row[3] in types]
        facts = self._facts(rows)
        yield [(row[0], row[1], fact) for row, fact in zip(rows, facts, strict=True)]

    def search(
        self, search: Search, after: int | None, newest_first: bool, limit: int
    ) -> list[Recorded]:
        rows = self._log[: search.to_position]
        found = [
            row
            for row in (reversed(rows) if newest_first else rows)
            if (after is None or (row[0] < after if newest_first else row[0] > after))
            and matches(row, search)
        ]
        return [Recorded(row, self._codec.decode) for row in found[:limit]]

    def rows(self) -> Iterator[StoredRow]:
        yield from self._log

    def head(self) -> Head:
        if not self._log:
            return Head()
        row = self._log[-1]
        return Head(row[0], from_microseconds(row[7]), row[11])

    def at(self, position: int) -> Recorded | None:
        known = 0 < position <= len(self._log)
        return Recorded(self._log[position - 1], self._codec.decode) if known else None

    def version_at(self, stream: str, position: int | None = None) -> int:
        rows = self._streams.get(stream, [])
        return len(rows) if position is None else bisect_right(rows, position, key=_position)

    def position_at(self, moment: Moment, stream: str | None = None) -> int:
        match moment:
            case AtPosition(position):
                if position > len(self._log):
                    raise BeyondHead(position, len(self._log))
                return position
            case AtVersion(version):
                if stream is None:
                    raise VersionNeedsOrder(version)
                rows = self._streams.get(stream, [])
                if version > len(rows):
                    raise NoSuchVersion(stream, version, len(rows))
                return rows[version - 1][0] if version else 0
            case AtTime(time):
                return bisect_right(self._log, to_microseconds(time), key=lambda row: row[7])
            case _:
                return len(self._log)

    def streams(self) -> int:
        return len(self._streams)

    def save_snapshots(self, snapshots: Sequence[StoredSnapshot]) -> None:
        for one in snapshots:
            self._snapshots.setdefault(one.stream, {})[one.version] = one

    def snapshots(self, stream: str, to_position: int) -> Iterator[StoredSnapshot]:
        kept = self._snapshots.get(stream, {})
        for version in sorted(kept, reverse=True):
            if kept[version].position <= to_position:
                yield kept[version]

    def drop_snapshots(self) -> None:
        self._snapshots.clear()

    def reached(self) -> int:
        snapshots = [one.position for kept in self._snapshots.values() for one in kept.values()]
        checkpoints = [shelf.checkpoint() or 0 for shelf in self._shelves.values()]
        return max([0, *snapshots, *checkpoints])

    def remarks(self) -> list[str]:
        return ["In memory: it ends with this process."]

    def close(self) -> None:
        """Nothing to let go of."""


def _position(row: StoredRow) -> int:
    return row[0]


def open_store(url: str, codec: Codec, create: bool = True) -> MemoryStore:
    """A new, empty store."""
    return MemoryStore(codec)


def migrate_store(url: str, codec: Codec, roles: bool = False) -> Migrated:
    """There is none to bring up to date."""
    raise StoreUnavailable(url, "it is gone when the program ends, so there is nothing to migrate")
