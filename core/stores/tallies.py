"""How does a database count the log? A page at a time, so that a sum is few rows and a short tail.

Of each page of the log a row per key says how many events it has. What stands behind the last whole
page is counted in the log itself: at most a page, and nothing is written for it. Pages are never
changed; many are counted by one statement.
"""

from __future__ import annotations

from datetime import timedelta
from math import gcd
from typing import Any

from core.projections import END, Tally
from core.stores.rows import Asked, Fetch
from core.stores.tables import Dialect

PAGE = 1000
"""Positions of a page: so many events at most are counted when a question is asked."""

ALL = Asked("1 = 1", ())
"""The condition that every key meets."""

MICROSECONDS = 1_000_000
YEAR_ONE = 62_135_596_800
"""How many seconds before 1970 a time can be, at most."""


def counted_to(fetch: Fetch, tally: Tally[Any], position: int) -> int:
    """The position, or as far as the log has been counted."""
    found = fetch("SELECT position FROM checkpoints WHERE name = ?", (tally.view,))
    return min(position, found[0][0] if found else 0)


def pages_counted(
    tally: Tally[Any], dialect: Dialect, name: str, after: int, upto: int
) -> Asked | None:
    """What writes the whole pages between two positions into a table; None where there is none."""
    first, last = _whole(after), _whole(upto)
    if first == last:
        return None
    counted = _counted_once(tally, dialect, first, last)
    columns = ", ".join((*tally.columns, "page"))
    return Asked(f'INSERT INTO "{name}" ({columns}) {counted.sql}', counted.values)


def as_of(
    tally: Tally[Any], dialect: Dialect, position: int, keyed: Asked = ALL, schema: str = ""
) -> Asked:
    """The rows as of a position that has been counted, of the keys that meet a condition: the
    pages, and what is behind them."""
    *key, number = tally.columns
    keys = ", ".join(key)
    tail = _counted(tally, dialect, schema, _whole(position), position)
    # The sums of the pages come in the order of the key; only what is left of them is sorted.
    sql = (
        f"(SELECT {keys}, CAST(sum({number}) AS BIGINT) AS {number} FROM"
        f" (SELECT {keys}, sum({number}) AS {number}"
        f' FROM {schema}"{tally.name}" WHERE {keyed.sql} AND page <= ? GROUP BY {keys}'
        f" UNION ALL SELECT {keys}, {number} FROM ({tail.sql}) AS tail WHERE {keyed.sql})"
        f" AS counted GROUP BY {keys})"
    )
    return Asked(sql, (*keyed.values, _whole(position), *tail.values, *keyed.values))


def not_at(
    tally: Tally[Any], dialect: Dialect, position: int, other: int, keyed: Asked = ALL
) -> Asked:
    """Those of a position that are not those of another: a number never stands again."""
    columns = ", ".join(tally.columns)
    here, there = (as_of(tally, dialect, one, keyed) for one in (position, other))
    sql = (
        f"(SELECT {columns} FROM {here.sql} AS here"
        f" EXCEPT SELECT {columns} FROM {there.sql} AS there)"
    )
    return Asked(sql, (*here.values, *there.values))


def through_time(tally: Tally[Any], dialect: Dialect, position: int, schema: str = "") -> Asked:
    """Every row there was up to a position, and from and to where it held: from the log itself."""
    *key, number = tally.columns
    width, bucket, kind = key
    starts = {
        name: _start("occurred_at", _seconds(length), MICROSECONDS) for name, length in tally.widths
    }
    each = " UNION ALL ".join(
        f"SELECT '{name}' AS {width}, {dialect.moment.format(start)} AS {bucket}, type AS {kind},"
        f" position FROM {schema}events WHERE position <= ?"
        for name, start in starts.items()
    )
    sql = (
        f"(SELECT {', '.join(key)}, row_number() OVER one AS {number}, position AS from_position,"
        f" coalesce(lead(position) OVER one, {END}) AS to_position FROM ({each}) AS each"
        f" WINDOW one AS (PARTITION BY {', '.join(key)} ORDER BY position))"
    )
    return Asked(sql, (position,) * len(tally.widths))


def _whole(position: int) -> int:
    """Where the last whole page up to a position ends."""
    return position - position % PAGE


def _counted(tally: Tally[Any], dialect: Dialect, schema: str, after: int, upto: int) -> Asked:
    """The events between two positions, by the key of the tally and by page."""
    sql = " UNION ALL ".join(
        _told(tally, dialect, name, f"({_found(_seconds(length), schema)})")
        for name, length in tally.widths
    )
    return Asked(sql, (after, upto) * len(tally.widths))


def _counted_once(tally: Tally[Any], dialect: Dialect, after: int, upto: int) -> Asked:
    """The same of many events: they are looked at once, in stretches that all others consist of."""
    finest = gcd(*(_seconds(length) for _, length in tally.widths))
    sources = {finest: "found"}
    for _, length in tally.widths:
        start = _start("start", _seconds(length))
        together = "CAST(sum(events) AS BIGINT) AS events"
        gathered = f"SELECT page, type, {start} AS start, {together} FROM found GROUP BY 1, 2, 3"
        sources.setdefault(_seconds(length), f"({gathered})")
    each = " UNION ALL ".join(
        _told(tally, dialect, name, sources[_seconds(length)]) for name, length in tally.widths
    )
    return Asked(f"WITH found AS MATERIALIZED ({_found(finest, '')}) {each}", (after, upto))


def _told(tally: Tally[Any], dialect: Dialect, name: str, source: str) -> str:
    """What was found in stretches of a width, as rows of the tally."""
    width, bucket, kind, number = tally.columns
    return (
        f"SELECT '{name}' AS {width}, {dialect.moment.format('start')} AS {bucket},"
        f" type AS {kind}, events AS {number}, page FROM {source} AS stretches"
    )


def _found(seconds: int, schema: str) -> str:
    page = f"(position + {PAGE - 1}) / {PAGE} * {PAGE}"
    start = _start("occurred_at", seconds, MICROSECONDS)
    return (
        f"SELECT {page} AS page, type, {start} AS start, count(*) AS events"
        f" FROM {schema}events WHERE position > ? AND position <= ? GROUP BY 1, 2, 3"
    )


def _start(moment: str, seconds: int, fraction: int = 1) -> str:
    """The second in which the stretch of a moment begins, which is told in fractions of one."""
    # Counted from before all time, because a division rounds towards zero.
    stretch = seconds * fraction
    before = -(-YEAR_ONE // seconds)
    return f"(({moment} + {before * stretch}) / {stretch} - {before}) * {seconds}"


def _seconds(length: timedelta) -> int:
    return length // timedelta(seconds=1)
