"""Which rows of the log are meant? Searches, clock times and positions as SQL."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime
from typing import Any

from sqlalchemy import ColumnElement, Select, select

from core.events import to_microseconds
from core.stores import Search
from core.stores.tables import events


def narrowed(wanted: Select[Any], search: Search, actor: ColumnElement[Any]) -> Select[Any]:
    """The same rows, but only those a search means; `actor` is how the database reads one."""
    column = events.c
    if search.types:
        wanted = wanted.where(column.type.in_(search.types))
    if search.stream is not None:
        wanted = wanted.where(column.stream == search.stream)
    if search.since is not None:
        wanted = wanted.where(column.recorded_at >= to_microseconds(search.since))
    if search.until is not None:
        wanted = wanted.where(column.recorded_at <= to_microseconds(search.until))
    if search.to_position is not None:
        wanted = wanted.where(column.position <= search.to_position)
    if search.actor is not None:
        wanted = wanted.where(actor == search.actor)
    return wanted


def newest_by(time: datetime) -> Select[Any]:
    """The last position recorded by a clock time: `recorded_at` never goes backwards, so its index
    finds it."""
    by = events.c.recorded_at
    newest = select(events.c.position).where(by <= to_microseconds(time))
    return newest.order_by(by.desc(), events.c.position.desc()).limit(1)


def version_by(
    fetch: Callable[[str, tuple[Any, ...]], list[Any]], stream: str, last: int, position: int
) -> int:
    """The version of a stream at a position, given its last.

    Positions rise with versions, so the unique key on (stream, version) finds it in log2(n) steps;
    an index of its own would cost every append.
    """
    sql = "SELECT position FROM events WHERE stream = ? AND version = ?"
    low, high = 0, last
    if high and fetch(sql, (stream, high))[0][0] <= position:
        return high
    while high - low > 1:
        middle = (low + high) // 2
        if fetch(sql, (stream, middle))[0][0] <= position:
            low = middle
        else:
            high = middle
    return low


def text(cell: Any) -> str:
    """A cell as text whatever is in it; what was not text does not survive a digest."""
    return (cell or b"").decode(errors="surrogateescape")
