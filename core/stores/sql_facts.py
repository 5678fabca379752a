"""What of the log does a fold need? Of each event its kind and its body, and nothing else."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Sequence
from itertools import chain, repeat
from typing import Any

from core.codec import Codec
from core.events import COLUMNS, Event, StoredFact, StoredRow
from core.stores.sql_views import SqlViews

ROW = ", ".join(COLUMNS)
AT = f"SELECT {ROW} FROM events WHERE position = ?"
AT_VERSION = f"SELECT {ROW} FROM events WHERE stream = ? AND version = ?"
KIND = "CASE schema_version WHEN 1 THEN type ELSE type || ' ' || schema_version END"
"""What `kind_of` says."""
FACT = f"{KIND}, data"
STRETCH = "FROM events WHERE stream = ? AND version >= ? AND version < ?"
STRETCH_BY = f"{STRETCH} AND position + 0 <= ?"
"""Adding nothing keeps a planner from walking through all positions up to the one that is meant."""
OF_TYPES = f"""SELECT {FACT}, version FROM events
  WHERE stream = ? AND version > ? AND version <= ? AND type IN (%s)
  ORDER BY version LIMIT ?"""
ALL_FACTS = f"""SELECT position, stream, {FACT} FROM events
  WHERE position > ? AND position <= ? %s ORDER BY position LIMIT ?"""
FIRST_PAGE, PAGE = 64, 2048
"""A tail behind a snapshot fits in the first page; a long replay moves on to big ones."""

Whole = Callable[[], Iterable[StoredRow]]


class SqlFacts(SqlViews):
    """The facts of a log in a database."""

    page = PAGE
    """How many events of a stream are read at once: many where each page is a journey."""
    newest_facts = f"SELECT {FACT} {STRETCH} ORDER BY version"
    """A stretch of a stream up to its end."""

    def __init__(self, codec: Codec) -> None:
        self._codec = codec

    def facts(
        self, stream: str, from_version: int = 1, to_position: int | None = None
    ) -> Iterator[list[Event]]:
        # Versions have no holes, so a page is a stretch of them: a limit would make the database
        # walk on through all that lies behind the position.
        size, version = FIRST_PAGE, from_version
        while True:
            rows = self.stretch(stream, version, version + size, to_position)
            if rows:
                yield self.told(stream, version, rows)
            if len(rows) < size:
                return
            size, version = self.page, version + size

    def stretch(
        self, stream: str, first: int, end: int, to_position: int | None
    ) -> list[StoredFact]:
        """What a fold needs of some versions of a stream, as far as they are by a position."""
        if to_position is None:
            return self.fetch(self.newest_facts, (stream, first, end))
        sql = f"SELECT {FACT} {STRETCH_BY} ORDER BY version"
        return self.fetch(sql, (stream, first, end, to_position))

    def told(self, stream: str, version: int, rows: Sequence[StoredFact]) -> list[Event]:
        """The facts in these rows, which are those of a stream from a version on."""
        versions = range(version, version + len(rows))
        return self._codec.facts(rows, self._whole(stream, versions))

    def facts_of(
        self, stream: str, types: Sequence[str], after: int, last: int
    ) -> Iterator[tuple[int, Event]]:
        sql, version = OF_TYPES % ", ".join("?" * len(types)), after
        while rows := self.fetch(sql, (stream, version, last, *types, self.page)):
            *told, versions = zip(*rows, strict=True)
            facts = self._codec.facts(zip(*told, strict=True), self._whole(stream, versions))
            yield from zip(versions, facts, strict=True)
            if len(rows) < self.page:
                return
            version = versions[-1]

    def all_facts(
        self, types: Sequence[str] | None, to_position: int | None = None
    ) -> Iterator[list[tuple[int, str, Event]]]:
        named, asked = "", () if types is None else (*types, "")  # none at all is no list in SQL
        if types is not None:
            named = f"AND (version = 1 OR type IN ({', '.join('?' * len(asked))}))"
        position, last = -(2**62), 2**62 if to_position is None else to_position
        while rows := self.fetch(ALL_FACTS % named, (position, last, *asked, PAGE)):
            places = [row[0] for row in rows]
            facts = self._codec.facts([row[2:] for row in rows], self._each(AT, zip(places)))
            yield [(row[0], row[1], fact) for row, fact in zip(rows, facts, strict=True)]
            position = places[-1]

    def _whole(self, stream: str, versions: Iterable[int]) -> Whole:
        return self._each(AT_VERSION, zip(repeat(stream), versions, strict=False))

    def _each(self, sql: str, places: Iterable[tuple[Any, ...]]) -> Whole:
        """The rows at these places, for when one of them cannot be read."""
        return lambda: chain.from_iterable(self.fetch(sql, place) for place in places)
