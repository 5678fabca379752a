"""How does a database count the log? A page at a time, so that a sum is few rows and a short tail.

Of each page of the log a row per key says how many events it has. What stands behind the last whole
page is counted in the log itself: at most a page, and nothing is written for it. Pages are never
changed.
"""

from __future__ import annotations

from collections import Counter
from datetime import timedelta
from math import gcd
from typing import Any

from core.instants import EPOCH
from core.projections import END, Tally
from core.stores.rows import Asked, Fetch, Row
from core.stores.tables import Dialect, write_time

PAGE = 1000
"""Positions of a page: so many events at most are counted when a question is asked."""

ALL = Asked("1 = 1", ())
"""The condition that every key meets."""

MICROSECONDS = 1_000_000
YEAR_ONE = 62_135_596_800
"""How many seconds before 1970 a time can be, at most."""


def pages(fetch: Fetch, tally: Tally[Any], after: int, upto: int) -> list[Row]:
    """The rows of the whole pages between two positions, each with the end of its page.

    A page is looked at once, in stretches that all others consist of: few are left to be added up.
    """
    finest = gcd(*(_seconds(length) for _, length in tally.widths))
    sql = _found(finest, "")
    rows: list[Row] = []
    for before in range(_whole(after), _whole(upto), PAGE):
        found = fetch(sql, (before, before + PAGE))
        for name, length in tally.widths:
            seconds, sums = _seconds(length), Counter[tuple[int, str]]()
            for start, kind, events in found:
                sums[start // seconds * seconds, kind] += events
            rows += [
                (name, write_time(EPOCH + timedelta(seconds=start)), kind, events, before + PAGE)
                for (start, kind), events in sums.items()
            ]
    return rows


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


def through_time(tally: Tally[Any], dialect: Dialect, position: int, schema: str = "") -> Asked:
    """Every row there was up to a position, and from and to where it held: from the log itself."""
    *key, number = tally.columns
    width, bucket, kind = key
    starts = {
        name: _start("occurred_at", _seconds(length), MICROSECONDS) for name, length in tally.widths
    }
    each = " UNION ALL ".join(
        f"SELECT '{name}' AS {width}, {_moment(dialect, start)} AS {bucket}, type AS {kind},"
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
    """The events between two positions, by the key of the tally."""
    width, bucket, kind, number = tally.columns
    sql = " UNION ALL ".join(
        f"SELECT '{name}' AS {width}, {_moment(dialect, 'start')} AS {bucket}, type AS {kind},"
        f" events AS {number} FROM ({_found(_seconds(length), schema)}) AS stretches"
        for name, length in tally.widths
    )
    return Asked(sql, (after, upto) * len(tally.widths))


def _found(seconds: int, schema: str) -> str:
    start = _start("occurred_at", seconds, MICROSECONDS)
    return (
        f"SELECT {start} AS start, type, count(*) AS events FROM {schema}events"
        " WHERE position > ? AND position <= ? GROUP BY 1, 2"
    )


def _moment(dialect: Dialect, second: str) -> str:
    return f"{dialect.second.format(second)} || '.000000'"


def _start(moment: str, seconds: int, fraction: int = 1) -> str:
    """The second in which the stretch of a moment begins, which is told in fractions of one."""
    # Counted from before all time, because a division rounds towards zero.
    stretch = seconds * fraction
    before = -(-YEAR_ONE // seconds)
    return f"(({moment} + {before * stretch}) / {stretch} - {before}) * {seconds}"


def _seconds(length: timedelta) -> int:
    return length // timedelta(seconds=1)
