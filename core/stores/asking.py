"""How is a question about a read model said in SQL, so that its cost follows the answer?

As of a position, a row holds if it began by then and ended after. An index can follow one of these
two only, and either leads through half of the history. So a question goes another way where there
is one: a page in the order of an index, from the highest value there was by then; a table of few
keys key by key; what changed between two positions by the positions alone; a tally by its pages.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from functools import cache
from typing import Any

from core.projections import END, Derived, Query, Table, Where
from core.stores import derived
from core.stores.rows import Asked, named
from core.stores.tables import HIGHS, Dialect, Kind, climbing, compared

LAST = "~"
"""Sorts after every time that is kept as text."""


def rows_asked(
    table: Table[Any], columns: Sequence[str], position: int, query: Query, dialect: Dialect
) -> Asked:
    """The columns of the rows a query finds as of a position. Without `order_by` they come in
    the order of the key."""
    asked = _selected(table, columns, position, query, dialect)
    told = f"{asked.sql} ORDER BY {_order(table, query)}"
    if query.limit is None and not query.offset:
        return Asked(told, asked.values)
    limit = 2**62 if query.limit is None else query.limit
    return Asked(f"{told} LIMIT ? OFFSET ?", (*asked.values, limit, query.offset))


def values_asked(
    table: Table[Any], columns: Sequence[str], position: int, query: Query, dialect: Dialect
) -> Asked:
    """Some columns of all rows, in no order: those of the outline are read without the others."""
    return _selected(table, columns, position, query, dialect)


def count_asked(table: Table[Any], position: int, query: Query, dialect: Dialect) -> Asked:
    """How many rows a query finds as of a position."""
    return _selected(table, ("count(*)",), position, query, dialect)


def _selected(
    table: Table[Any], columns: Sequence[str], position: int, query: Query, dialect: Dialect
) -> Asked:
    wanted = [
        _condition(where, _kinds(table)[where.column], dialect.folded, table.few_keys)
        for where in query.where
    ]
    if isinstance(table, Derived):
        keyed = [
            one for one, where in zip(wanted, query.where, strict=True) if where.column in table.key
        ]
        source, holds = _derived(table, position, query.not_at, _all(keyed), dialect), list[Asked]()
    elif table.few_keys:
        source, holds = _key_by_key(table, position), list(_changed(position, query.not_at))
    else:
        source, holds = Asked(f'"{table.name}"', ()), list(_as_of(position, query))
    told = _all([*holds, *wanted, *_bound(table, position, query)])
    sql = f"SELECT {', '.join(columns)} FROM {source.sql} WHERE {told.sql}"
    return Asked(sql, (*source.values, *told.values))


@cache
def _kinds(table: Table[Any]) -> dict[str, Kind]:
    return dict(named(table))


def _all(conditions: Sequence[Asked]) -> Asked:
    """That every one of these holds."""
    told = " AND ".join([one.sql for one in conditions]) or "1 = 1"
    return Asked(told, tuple([value for one in conditions for value in one.values]))


def _derived(
    table: Derived[Any], position: int, not_at: int | None, keyed: Asked, dialect: Dialect
) -> Asked:
    # The planner would not take a condition on the key through the sums to where it belongs.
    if not_at is None:
        found = derived.as_of(table, dialect, position, keyed)
    else:
        found = derived.not_at(table, dialect, position, not_at, keyed)
    return Asked(f"{found.sql} AS known", found.values)


def _as_of(position: int, query: Query) -> Iterator[Asked]:
    """That a row holds at the position. A + before a column keeps an index on it out of the way:
    only where all rows are asked for does one by position lead straight to them."""
    led = not query.order_by and query.limit is None and query.not_at is None
    if position < END:
        begun = "" if led else "+"
        yield Asked(f"{begun}from_position <= ? AND +to_position > ?", (position, position))
    else:
        live = "" if led and not query.where else "+"
        yield Asked(f"{live}to_position = {END}", ())
    yield from _changed(position, query.not_at)


def _changed(position: int, not_at: int | None) -> Iterator[Asked]:
    if not_at is not None and not_at > position:
        yield Asked("to_position > ? AND to_position <= ?", (position, not_at))
    elif not_at is not None:
        yield Asked("from_position > ? AND from_position <= ?", (not_at, position))


def _key_by_key(table: Table[Any], position: int) -> Asked:
    """The live row of each key, or in its stead the one that held at the position."""
    span = ("from_position", "to_position")
    keys = ", ".join((*table.key, "from_position AS since"))
    live = f'(SELECT {keys} FROM "{table.name}" WHERE to_position = {END}) AS live'
    taken = [f"live.{one}" if one in table.key else f"held.{one}" for one in table.columns]
    wanted = ", ".join([*taken, *(f"held.{one}" for one in span)])
    same = " AND ".join(f"held.{one} = live.{one}" for one in table.key)
    earlier = same.replace("held.", "earlier.")
    since = (
        "CASE WHEN since <= ? THEN since ELSE (SELECT max(from_position)"
        f' FROM "{table.name}" AS earlier WHERE {earlier} AND from_position <= ?) END'
    )
    sql = (
        f'(SELECT {wanted} FROM {live} CROSS JOIN "{table.name}" AS held'
        f" WHERE {same} AND held.from_position = {since} AND held.to_position > ?) AS known"
    )
    # At END a live row ends there, and holds all the same.
    return Asked(sql, (position, position, min(position, END - 1)))


def _bound(table: Table[Any], position: int, query: Query) -> list[Asked]:
    """Where the rows that hold begin in a list of the latest: nothing by then was later."""
    column = query.order_by
    if not query.descending or position >= END or column not in climbing(table):
        return []
    highest = (
        f'SELECT highest FROM "{table.name}{HIGHS}" WHERE name = ? AND position >= ?'
        " ORDER BY position LIMIT 1"
    )
    return [Asked(f"{column} <= coalesce(({highest}), '{LAST}')", (column, position))]


def _condition(where: Where, kind: Kind, folded: str, aside: bool) -> Asked:
    column = compared(where.column, kind)
    if aside:  # or the planner would walk through every change of these keys
        column = _unindexed(column)
    write: Callable[[Any], Any] = float if kind.write is str else kind.write or (lambda one: one)
    if where.operator == "in":
        values = tuple(map(write, where.value))
        return Asked(f"{column} IN ({', '.join('?' * len(values))})" if values else "1 = 0", values)
    if where.operator == "contains":
        text = str(where.value).lower()
        return Asked(f"{folded}({column}) LIKE ? ESCAPE '\\'", (f"%{_escaped(text)}%",))
    if where.value is None:
        return Asked(f"{column} IS {'NOT ' if where.operator == '!=' else ''}NULL", ())
    if where.operator == "!=":
        return Asked(f"({column} <> ? OR {column} IS NULL)", (write(where.value),))
    return Asked(f"{column} {where.operator} ?", (write(where.value),))


def _unindexed(column: str) -> str:
    """The same value, which no index is known to hold."""
    return f"coalesce({column}, NULL)"


def _escaped(text: str) -> str:
    for sign in "\\%_":
        text = text.replace(sign, f"\\{sign}")
    return text


def _order(table: Table[Any], query: Query) -> str:
    sorts = []
    if query.order_by:
        kind = _kinds(table)[query.order_by]
        value = compared(query.order_by, kind)
        way = " DESC" if query.descending else ""
        # Said only where it matters: an index has the empty at one end, and not always the last.
        sorts.append(f"{value}{way}{' NULLS LAST' if kind.optional else ''}")
    # All rows are found by position, and sorted: in the order of the key lies their whole history.
    whole = table.indexed and not sorts and query.limit is None
    return ", ".join([*sorts, *(map(_unindexed, table.key) if whole else table.key)])
