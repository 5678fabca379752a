"""How does a row of a read model become the values of a database, and a row again?"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from functools import cache
from operator import attrgetter
from typing import Any, NamedTuple, TypeVar

from core.projections import Key, Table
from core.stores.shelves import Spans
from core.stores.tables import Kind, kinds

R = TypeVar("R")

Row = tuple[Any, ...]
"""The values of a row as the driver takes them, in the order of the columns."""

Fetch = Callable[[str, tuple[Any, ...]], list[Any]]
"""Rows straight from the driver."""


class Asked(NamedTuple):
    """A statement, with a ? for each value, and the values."""

    sql: str
    values: tuple[Any, ...]


@cache
def named(table: Table[Any]) -> Sequence[tuple[str, Kind]]:
    """The columns of a table, each with how its values are kept."""
    return tuple(zip(table.columns, kinds(table), strict=True))


def written_keys(table: Table[Any], keys: Iterable[Key]) -> list[Row]:
    """Keys as values for the driver."""
    kinds_of = dict(named(table))
    writes = [kinds_of[name].write or _as_it_is for name in table.key]
    return [tuple([write(value) for write, value in zip(writes, key, strict=True)]) for key in keys]


def _as_it_is(value: Any) -> Any:
    return value


def written(table: Table[Any], spans: Spans) -> list[Row]:
    """The rows as values for the driver. This runs once per event and view: a column at a time."""
    if not spans.rows:
        return []
    rows, starts, ends = zip(*spans.rows, strict=True)
    columns = []
    for name, kind in named(table):
        column: Iterable[Any] = map(attrgetter(name), rows)
        if write := kind.write:
            column = [None if value is None else write(value) for value in column]
        columns.append(column)
    return list(zip(*columns, starts, ends, strict=True))


def read_rows(table: Table[R], found: Iterable[Row]) -> list[R]:
    """Rows as the driver gives them, all columns in order, as rows of the read model."""
    names, kind, new = table.columns, table.row, object.__new__
    reads = [(column.read, name) for name, column in named(table) if column.read]
    rows = []
    for values in found:
        row = new(kind)
        fields = row.__dict__
        fields.update(zip(names, values, strict=True))
        for read, name in reads:
            if fields[name] is not None:
                fields[name] = read(fields[name])
        rows.append(row)
    return rows


def read_values(table: Table[Any], columns: Sequence[str], found: list[Row]) -> list[Row]:
    """The same for some of the columns."""
    columns_by_name = dict(named(table))
    reads = [columns_by_name[column].read for column in columns]
    if not any(reads):
        return found
    return [
        tuple(
            value if read is None or value is None else read(value)
            for read, value in zip(reads, values, strict=True)
        )
        for values in found
    ]


def written_changes(fetch: Fetch, table: Table[Any], source: Asked, position: int) -> list[Row]:
    """Every row that came by a position: its columns, from_position and to_position."""
    columns = ", ".join((*table.columns, "from_position", "to_position"))
    sql = f"SELECT {columns} FROM {source.sql} AS changed WHERE from_position <= ?"
    return fetch(f"{sql} ORDER BY from_position", (*source.values, position))


def read_changes(table: Table[R], found: list[Row]) -> tuple[list[R], list[int], list[int]]:
    """Such rows as rows of the read model, and the positions from and to which each holds."""
    rows = read_rows(table, [row[:-2] for row in found])
    return rows, [row[-2] for row in found], [row[-1] for row in found]
