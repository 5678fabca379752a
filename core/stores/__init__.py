"""Where is it kept? What every store promises, and the door that opens one by its URL."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Sequence
from contextlib import AbstractContextManager
from dataclasses import dataclass
from datetime import datetime
from importlib import import_module
from typing import Any, Protocol

from core.codec import Codec
from core.digests import NOTHING
from core.errors import StoreUnavailable, UnknownStore
from core.events import Event, Recorded, StoredRow
from core.moments import Moment
from core.projections import Table
from core.stores.migrating import Migrated
from core.stores.sandbox import Answer, Limits
from core.stores.shelves import ReadModels
from core.stores.turns import Pages, Turn


@dataclass(frozen=True)
class Head:
    """The end of the log: how far it reaches, until when, and the seal that vouches for it."""

    position: int = 0
    recorded_at: datetime | None = None
    seal: bytes = NOTHING


@dataclass(frozen=True)
class StoredSnapshot:
    """A state at a version, as bytes; disposable."""

    stream: str
    version: int
    position: int
    fingerprint: str
    state: bytes


@dataclass(frozen=True)
class Search:
    """Which events of the log; what is not given does not matter."""

    types: tuple[str, ...] = ()
    stream: str | None = None
    actor: str | None = None
    since: datetime | None = None
    until: datetime | None = None
    to_position: int | None = None


class EventStore(ReadModels, Protocol):
    """The log. Positions are dense; what a reader has seen, no later append comes before."""

    url: str
    keeps: bool
    """Whether this user may also keep what follows from the log: snapshots and read models."""

    def append(
        self,
        stream: str,
        events: Sequence[Event],
        expected_version: int,
        wait_for_position: bool = True,
    ) -> list[Recorded]:
        """All or nothing, durable on return. A stale expectation is a `VersionConflict`; the same
        events appended again return what was recorded the first time. Who waits for the position
        reads its own write at once; who does not may get position 0, and the place soon after."""
        ...

    def queued(self, stream: str, from_version: int) -> AbstractContextManager[Turn]:
        """The facts of a stream from a version on, behind whoever else changes it now, where there
        is such a queue. A turn ends with what is appended in it, or with nothing; whether nobody
        else changed the stream in it, the append tells."""
        ...

    def load(self, entries: Iterable[tuple[str, Event]]) -> int:
        """Bulk append of foreign facts, (stream, event) in order of their time, all or nothing, at
        their own time where the log allows. Known ids are skipped. Returns how many were not."""
        ...

    def read_stream(
        self, stream: str, from_version: int = 1, to_position: int | None = None
    ) -> Iterator[Recorded]:
        """The events of a stream, oldest first, up to a position."""
        ...

    def facts(self, stream: str, from_version: int = 1, to_position: int | None = None) -> Pages:
        """The same events in pages, each without its envelope: no more than a fold needs."""
        ...

    def read_versions(self, stream: str, versions: Sequence[int]) -> list[Recorded]:
        """The events of a stream that have these versions, in any order."""
        ...

    def facts_of(
        self, stream: str, types: Sequence[str], after: int, last: int
    ) -> Iterator[tuple[int, Event]]:
        """The facts of some types alone, each behind its version: after one version, to another."""
        ...

    def read_all(
        self, from_position: int = 1, to_position: int | None = None, batch_size: int = 1000
    ) -> Iterator[Recorded]:
        """The events of the log in position order; never more than a batch in memory."""
        ...

    def all_facts(
        self, types: Sequence[str] | None, to_position: int | None = None
    ) -> Iterator[list[tuple[int, str, Event]]]:
        """The facts of the log in pages of (position, stream, fact), in position order: all of
        them, or those of some types and the first of each stream."""
        ...

    def search(
        self, search: Search, after: int | None, newest_first: bool, limit: int
    ) -> list[Recorded]:
        """A page of the log; `after` is the position the previous page ended with."""
        ...

    def rows(self) -> Iterator[StoredRow]:
        """The stored rows exactly as they are, for verification; nothing is decoded."""
        ...

    def head(self) -> Head:
        """The end of the log."""
        ...

    def at(self, position: int) -> Recorded | None:
        """The event at a position."""
        ...

    def version_at(self, stream: str, position: int | None = None) -> int:
        """The version of a stream at a position (by default its last); 0 before its first event."""
        ...

    def position_at(self, moment: Moment, stream: str | None = None) -> int:
        """The position a moment means. `BeyondHead`, `NoSuchVersion`, `VersionNeedsOrder`."""
        ...

    def streams(self) -> int:
        """How many streams the log holds."""
        ...

    def save_snapshots(self, snapshots: Sequence[StoredSnapshot]) -> None:
        """Keep snapshots, all or none; one of the same stream and version is replaced."""
        ...

    def snapshots(self, stream: str, to_position: int) -> Iterator[StoredSnapshot]:
        """The snapshots of a stream up to a position, newest first."""
        ...

    def drop_snapshots(self) -> None:
        """Forget them all: they are disposable."""
        ...

    def reached(self) -> int:
        """The furthest position any checkpoint or snapshot has seen: a witness of the log's end."""
        ...

    def ask(self, sql: str, tables: Sequence[Table[Any]], position: int, limits: Limits) -> Answer:
        """The answer to a SELECT over these read models and `events` as of a position, and over
        their histories; it reads nothing else and changes nothing. Raises `BadQuery`."""
        ...

    def remarks(self) -> list[str]:
        """What a person should know about how the log is kept here, one sentence each."""
        ...

    def close(self) -> None:
        """Let go of files and connections."""
        ...


SCHEMES = {
    "memory": "core.stores.memory",
    "sqlite": "core.stores.sqlite",
    "postgresql": "core.stores.postgres",
}
"""URL scheme → the module whose `open_store` and `migrate_store` answer to it."""

EXTRAS = {"postgresql": "postgres"}
"""URL scheme → the extra of this project that brings its driver."""


def open_store(url: str, codec: Codec, create: bool = True) -> EventStore:
    """Open the store a URL names: `sqlite:///orders.db`, `memory:`, `postgresql+psycopg://…`.

    Raises `UnknownStore` for a scheme nobody answers to, `StoreUnavailable` where the store is of
    another version, locked, read-only, damaged, something else, or missing (without `create`).
    """
    opened: EventStore = _kind(url).open_store(url, codec, create)
    return opened


def migrate_store(url: str, codec: Codec, roles: bool = False) -> Migrated:
    """Lay out the store a URL names, or bring an older one to today's version, in one transaction.

    With `roles` there are also a role that reads and one that appends. Raises as `open_store` does.
    """
    migrated: Migrated = _kind(url).migrate_store(url, codec, roles)
    return migrated


def _kind(url: str) -> Any:
    """The module that answers to the scheme of a URL."""
    scheme = url.partition(":")[0].partition("+")[0]
    if scheme not in SCHEMES:
        raise UnknownStore(_shown(url), f"a store's URL begins with {' or '.join(SCHEMES)}")
    try:
        return import_module(SCHEMES[scheme])
    except ImportError:
        if scheme not in EXTRAS:
            raise
        missing = f"its driver is not installed (pip install 'eventscope[{EXTRAS[scheme]}]')"
        raise StoreUnavailable(_shown(url), missing) from None


def _shown(url: str) -> str:
    """A URL without its password."""
    return re.sub(r"(://[^/:@]*):.*@", r"\1:***@", url)
