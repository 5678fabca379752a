"""How are the rows of a read model kept and asked for in a database?"""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager
from operator import attrgetter
from typing import Any, Protocol, TypeVar

from sqlalchemy import ColumnElement, Connection, Float, Select, cast, func, select, text
from sqlalchemy import Table as SqlTable

from core.projections import END, Key, Projection, Query, Table, Where
from core.stores import Spans
from core.stores.folding import folded
from core.stores.tables import Kind, checkpoints, kinds, view_table

R = TypeVar("R")

BESIDE = "__beside"

Row = tuple[Any, ...]
"""The values of a row as the driver takes them, in the order of the columns."""


Fetch = Callable[[str, tuple[Any, ...]], list[Any]]
"""Rows straight from the driver."""


class Connections(Protocol):
    """Where connections come from, and what their driver says for a value."""

    mark: str

    def reading(self) -> AbstractContextManager[Connection]: ...

    def writing(self) -> AbstractContextManager[Connection]: ...

    def fetch(self, sql: str, parameters: tuple[Any, ...]) -> list[Any]: ...

    def insert_rows(self, connection: Connection, name: str, rows: list[Row]) -> None: ...


def shape(projection: Projection) -> str:
    """Names the tables a projection writes and what it means by them; another shape is rebuilt."""
    tables = [
        (table.name, table.key, table.indexed, _columns(table)) for table in projection.tables
    ]
    return hashlib.sha256(repr((projection.revision, tables)).encode()).hexdigest()[:16]


def _columns(table: Table[Any]) -> list[tuple[str, str]]:
    named = zip(table.columns, kinds(table), strict=True)
    return [(name, kind.column.__name__) for name, kind in named]


class SqlShelf:
    """The rows of one projection, live or beside the live ones."""

    def __init__(self, store: Connections, projection: Projection, beside: bool) -> None:
        self._store = store
        self._projection = projection
        self._suffix = BESIDE if beside else ""
        self._name = projection.name + self._suffix

    def checkpoint(self) -> int | None:
        with self._store.reading() as connection:
            return self._reached(connection)

    def _reached(self, connection: Connection) -> int | None:
        mine = (checkpoints.c.name == self._name) & (checkpoints.c.shape == shape(self._projection))
        return connection.execute(select(checkpoints.c.position).where(mine)).scalar()

    def reset(self) -> None:
        with self._store.writing() as connection:
            if not self._suffix and self._reached(connection) is not None:
                return  # another projector was faster, and may have written already
            generation = connection.execute(
                select(func.coalesce(func.max(checkpoints.c.generation), 0) + 1)
            ).scalar_one()
            for table in self._projection.tables:
                name = table.name + self._suffix
                connection.execute(text(f'DROP TABLE IF EXISTS "{name}"'))
                view_table(table, name, generation).create(connection)
            connection.execute(checkpoints.delete().where(checkpoints.c.name == self._name))
            connection.execute(
                checkpoints.insert().values(
                    name=self._name,
                    position=0,
                    shape=shape(self._projection),
                    generation=generation,
                )
            )

    def live(self, table: Table[R], key: Key) -> R | None:
        keyed = " AND ".join(f"{column} = ?" for column in table.key)
        found = self._store.fetch(
            f'SELECT {", ".join(table.columns)} FROM "{table.name}{self._suffix}"'
            f" WHERE {keyed} AND to_position = ?",
            (*_written_key(table, key), END),
        )
        return table.row(*_read(kinds(table), found[0])) if found else None

    def write(self, spans: dict[str, Spans], checkpoint: int, new_checkpoint: int) -> bool:
        mine = (checkpoints.c.name == self._name) & (checkpoints.c.position == checkpoint)
        moved = checkpoints.update().where(mine).values(position=new_checkpoint)
        with self._store.writing() as connection:
            if connection.execute(moved).rowcount != 1:
                return False
            for table in self._projection.tables:
                if table.name in spans:
                    self._write_table(connection, table, spans[table.name])
        return True

    def _write_table(self, connection: Connection, table: Table[Any], spans: Spans) -> None:
        name, mark = table.name + self._suffix, self._store.mark
        if spans.ended:
            keyed = " AND ".join(f"{column} = {mark}" for column in table.key)
            connection.exec_driver_sql(
                f'UPDATE "{name}" SET to_position = {mark} WHERE {keyed} AND to_position = {END}',
                [(end, *_written_key(table, key)) for key, end in spans.ended],
            )
        if spans.rows:
            self._store.insert_rows(connection, name, list(written(table, spans)))


def _keyed(table: Table[Any], key: Key) -> list[tuple[str, Kind, Any]]:
    by_name = dict(zip(table.columns, kinds(table), strict=True))
    return [(name, by_name[name], value) for name, value in zip(table.key, key, strict=True)]


def _written_key(table: Table[Any], key: Key) -> list[Any]:
    return [_write(kind, value) for _, kind, value in _keyed(table, key)]


def _write(kind: Kind, value: Any) -> Any:
    return value if kind.write is None or value is None else kind.write(value)


def written(table: Table[Any], spans: Spans) -> Iterator[Row]:
    """Each row as values for the driver; this runs once per event and view, so it is lean."""
    values_of = attrgetter(*table.columns)
    writes = [(place, kind.write) for place, kind in enumerate(kinds(table)) if kind.write]
    for row, start, end in spans.rows:
        values = [*values_of(row), start, end]
        for place, write in writes:
            if values[place] is not None:
                values[place] = write(values[place])
        yield tuple(values)


def _read(columns: list[Kind], values: tuple[Any, ...]) -> list[Any]:
    return [
        value if kind.read is None or value is None else kind.read(value)
        for kind, value in zip(columns, values, strict=True)
    ]


def written_changes(fetch: Fetch, table: Table[Any], position: int) -> list[Row]:
    """Every row that came by a position: its columns, from_position and to_position."""
    columns = ", ".join((*table.columns, "from_position", "to_position"))
    sql = f'SELECT {columns} FROM "{table.name}" WHERE from_position <= ?'
    return fetch(f"{sql} ORDER BY from_position", (position,))


def read_change(table: Table[R], row: Row) -> tuple[R, int, int]:
    """A row of a read model, and the positions from and to which it holds."""
    return table.row(*_read(kinds(table), row[:-2])), row[-2], row[-1]


def swap_tables(connection: Connection, projection: Projection) -> None:
    """Let the tables beside take the place of the live ones, inside the caller's transaction."""
    for table in projection.tables:
        connection.execute(text(f'DROP TABLE IF EXISTS "{table.name}"'))
        connection.execute(text(f'ALTER TABLE "{table.name}{BESIDE}" RENAME TO "{table.name}"'))
    name = checkpoints.c.name
    connection.execute(checkpoints.delete().where(name == projection.name))
    beside = checkpoints.update().where(name == projection.name + BESIDE)
    connection.execute(beside.values(name=projection.name))


def query_rows(connection: Connection, table: Table[R], position: int, query: Query) -> list[R]:
    """The rows of a read model as of a position."""
    built = view_table(table, table.name, 0)
    found = _as_of(
        select(*[built.c[name] for name in table.columns]), built, table, position, query
    )
    if query.order_by:
        found = found.order_by(*_order(built, table, query.order_by, query.descending))
    found = found.order_by(*[built.c[name] for name in table.key])
    if query.limit is not None or query.offset:
        found = found.limit(query.limit).offset(query.offset)
    columns = kinds(table)
    return [table.row(*_read(columns, tuple(row))) for row in connection.execute(found)]


def count_rows(connection: Connection, table: Table[Any], position: int, query: Query) -> int:
    """How many rows a query finds as of a position."""
    built = view_table(table, table.name, 0)
    counted = select(func.count()).select_from(built)
    found: int = connection.execute(_as_of(counted, built, table, position, query)).scalar_one()
    return found


def _as_of(
    found: Select[Any], built: SqlTable, table: Table[Any], position: int, query: Query
) -> Select[Any]:
    by_name = dict(zip(table.columns, kinds(table), strict=True))
    holds = [_condition(built, by_name, where) for where in query.where]
    if position >= END:
        # Said as a constant, so that the partial indexes on live rows can answer.
        return found.where(text(f"to_position = {END}"), *holds)
    return found.where(built.c.from_position <= position, built.c.to_position > position, *holds)


def _condition(built: SqlTable, by_name: dict[str, Kind], where: Where) -> ColumnElement[bool]:
    kind = by_name[where.column]
    column, write = _compared(built.c[where.column], kind)
    if where.operator == "in":
        return column.in_([write(value) for value in where.value])
    value: Any = None if where.value is None else write(where.value)
    holds: ColumnElement[bool]
    match where.operator:
        case "=":
            holds = column.is_not_distinct_from(value)
        case "!=":
            holds = column.is_distinct_from(value)
        case ">=":
            holds = column >= value
        case "<=":
            holds = column <= value
        case "contains":
            holds = folded(column).contains(str(where.value).lower(), autoescape=True)
    return holds


def _compared(
    column: ColumnElement[Any], kind: Kind
) -> tuple[ColumnElement[Any], Callable[[Any], Any]]:
    # Amounts are kept as exact text and compared as numbers: 9.5 is 9.50, and 10 is above 9.
    if kind.write is str:
        return cast(column, Float), float
    return column, kind.write or (lambda value: value)


def _order(
    built: SqlTable, table: Table[Any], name: str, descending: bool
) -> list[ColumnElement[Any]]:
    kind = dict(zip(table.columns, kinds(table), strict=True))[name]
    value, _ = _compared(built.c[name], kind)
    return [value.desc().nulls_last() if descending else value.asc().nulls_last()]
