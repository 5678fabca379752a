"""Which rows of the log are meant? Searches, moments and versions, as SQL."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from sqlalchemy import ColumnElement, Select

from core.errors import BeyondHead, NoSuchVersion, VersionNeedsOrder
from core.instants import to_microseconds
from core.moments import AtPosition, AtTime, AtVersion, Moment
from core.stores import Search
from core.stores.tables import events

Fetch = Callable[[str, tuple[Any, ...]], list[Any]]
"""(SQL that says ? for a value, the values) → the rows."""

NEWEST = "SELECT position FROM events ORDER BY position DESC LIMIT 1"
"""Not max(): where events is a view over two tables, that would walk through all of it."""
NEWEST_BY = """SELECT position FROM events WHERE recorded_at <= ?
  ORDER BY recorded_at DESC, position DESC LIMIT 1"""
"""`recorded_at` never goes backwards, so its index finds the last one by a clock time."""
AT_VERSION = "SELECT position FROM events WHERE stream = ? AND version = ?"
LAST_VERSION = "SELECT version FROM events WHERE stream = ? ORDER BY version DESC LIMIT 1"


def narrowed(wanted: Select[Any], search: Search, actor: ColumnElement[Any]) -> Select[Any]:
    """The same rows, but only those a search means; `actor` is how the database reads one."""
    column = events.c
    if search.types:
        wanted = wanted.where(column.type.in_(search.types))
    if search.stream is not None:
        wanted = wanted.where(column.stream == search.stream)
    if search.to_position is not None:
        wanted = wanted.where(column.position <= search.to_position)
    if search.actor is not None:
        wanted = wanted.where(actor == search.actor)
    return wanted


def within(wanted: Select[Any], search: Search, fetch: Fetch, newest_by: str) -> Select[Any]:
    """The same rows, but only those of the time a search means: positions follow the clock, and
    nothing leads to a row as soon as its position."""
    if search.since is not None:
        before = to_microseconds(search.since) - 1
        wanted = wanted.where(events.c.position > _first(fetch(newest_by, (before,))))
    if search.until is not None:
        until = to_microseconds(search.until)
        wanted = wanted.where(events.c.position <= _first(fetch(newest_by, (until,))))
    return wanted


def position_of(fetch: Fetch, moment: Moment, stream: str | None, newest_by: str) -> int:
    """The position a moment means, as `EventStore.position_at` promises."""
    match moment:
        case AtPosition(position):
            head = _first(fetch(NEWEST, ()))
            if position > head:
                raise BeyondHead(position, head)
            return position
        case AtVersion(version):
            return _position_of_version(fetch, stream, version)
        case AtTime(time):
            return _first(fetch(newest_by, (to_microseconds(time),)))
        case _:
            return _first(fetch(NEWEST, ()))


def _position_of_version(fetch: Fetch, stream: str | None, version: int) -> int:
    if stream is None:
        raise VersionNeedsOrder(version)
    if version == 0:
        return 0
    if rows := fetch(AT_VERSION, (stream, version)):
        return _first(rows)
    raise NoSuchVersion(stream, version, last_version(fetch, stream))


def last_version(fetch: Fetch, stream: str) -> int:
    """The last version of a stream; 0 before its first event."""
    return _first(fetch(LAST_VERSION, (stream,)))


def version_by(fetch: Fetch, stream: str, last: int, position: int) -> int:
    """The version of a stream at a position, given its last.

    Positions rise with versions, so the unique key on (stream, version) finds it in log2(n) steps;
    an index of its own would cost every append.
    """
    low, high = 0, last
    if high and _first(fetch(AT_VERSION, (stream, high))) <= position:
        return high
    while high - low > 1:
        middle = (low + high) // 2
        if _first(fetch(AT_VERSION, (stream, middle))) <= position:
            low = middle
        else:
            high = middle
    return low


def _first(rows: list[Any]) -> int:
    return int(rows[0][0]) if rows else 0


def text(cell: Any) -> str:
    """A cell as text whatever is in it; what was not text does not survive a digest."""
    return (cell or b"").decode(errors="surrogateescape")
