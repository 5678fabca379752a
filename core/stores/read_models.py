"""How are the rows of a read model kept and asked for in a database?"""

from __future__ import annotations

import hashlib
from collections.abc import Iterator, Mapping, Sequence
from contextlib import AbstractContextManager
from datetime import datetime
from functools import cache
from operator import attrgetter
from typing import Any, Protocol, TypeVar

from sqlalchemy import Column, Connection, func, select, text

from core.projections import END, Key, Projection, Stays, Table, Tally
from core.stores import stays, tallies
from core.stores.rows import Fetch, Row, named, read_rows, written, written_keys
from core.stores.shelves import Flush, Spans
from core.stores.tables import (
    HIGHS,
    Dialect,
    checkpoints,
    climbing,
    highs_table,
    index_statements,
    read_time,
    view_table,
    write_time,
)

R = TypeVar("R")
Pages = Mapping[str, list[Row]]

CHECKPOINTS = "SELECT name, shape, position FROM checkpoints"
BESIDE = "__beside"

LAYOUT = 3
"""Raised when the tables of the same read model are laid out in another way."""

STEP = 100
"""Positions between two notes of how high a climbing column had come, where many rows come at
once: so many rows more a question may have to look at."""


class Connections(Protocol):
    """Where connections come from, what their driver says for a value, and what the database."""

    mark: str
    dialect: Dialect

    def reading(self) -> AbstractContextManager[Connection]: ...

    def writing(self) -> AbstractContextManager[Connection]: ...

    def fetch(self, sql: str, parameters: tuple[Any, ...]) -> list[Any]: ...

    def insert_rows(self, connection: Connection, name: str, rows: list[Row]) -> None: ...


@cache
def shape(projection: Projection) -> str:
    """Names the tables a projection writes and what it means by them; another shape is rebuilt."""
    tables = [
        (one.name, one.key, one.indexed, one.outline, one.few_keys, _columns(one), *_derived(one))
        for one in projection.tables
    ]
    told = repr((LAYOUT, projection.revision, tables))
    return hashlib.sha256(told.encode()).hexdigest()[:16]


def _columns(table: Table[Any]) -> list[tuple[str, str]]:
    return [(name, kind.column.__name__) for name, kind in named(table)]


def _derived(table: Table[Any]) -> tuple[Any, ...]:
    if isinstance(table, Stays):
        return table.of, table.stages, table.reached_by, table.mark
    return (tallies.PAGE, table.widths) if isinstance(table, Tally) else ()


def noted(
    connection: Connection, projection: Projection, suffix: str, column: Column[int]
) -> int | None:
    """What is noted of the rows of today's shape, live or beside; None if there are none."""
    mine = checkpoints.c.name == projection.name + suffix
    mine &= checkpoints.c.shape == shape(projection)
    found: int | None = connection.execute(select(column).where(mine)).scalar()
    return found


def checkpoints_of(
    fetch: Fetch, projections: Sequence[Projection], beside: bool
) -> dict[str, int | None]:
    """How far each projection has come; None where it has no tables of today's shape."""
    suffix = BESIDE if beside else ""
    known = {(name, of): at for name, of, at in fetch(CHECKPOINTS, ())}
    return {one.name: known.get((one.name + suffix, shape(one))) for one in projections}


class SqlShelf:
    """The rows of one projection, live or beside the live ones."""

    def __init__(self, store: Connections, projection: Projection, beside: bool) -> None:
        self._store = store
        self._projection = projection
        self._suffix = BESIDE if beside else ""
        self._name = projection.name + self._suffix

    def reset(self) -> None:
        with self._store.writing() as connection:
            if not self._suffix and self._is_laid_out(connection):
                return  # another projector was faster, and may have written already
            generation = connection.execute(
                select(func.coalesce(func.max(checkpoints.c.generation), 0) + 1)
            ).scalar_one()
            for table in self._projection.tables:
                name = table.name + self._suffix
                for laid_out in (view_table(table, name), highs_table(name)):
                    connection.execute(text(f'DROP TABLE IF EXISTS "{laid_out.name}"'))
                    laid_out.create(connection)
                if not self._suffix:  # those made beside get their indexes at the end, at once
                    for statement in index_statements(table, name, generation):
                        connection.execute(text(statement))
            connection.execute(checkpoints.delete().where(checkpoints.c.name == self._name))
            connection.execute(
                checkpoints.insert().values(
                    name=self._name,
                    position=0,
                    shape=shape(self._projection),
                    generation=generation,
                )
            )

    def _is_laid_out(self, connection: Connection) -> bool:
        column = checkpoints.c.position
        return noted(connection, self._projection, self._suffix, column) is not None

    def live(self, table: Table[R], key: Key) -> R | None:
        [wanted] = written_keys(table, [key])
        found = self._store.fetch(_latest(table, table.name + self._suffix), wanted)
        live = [row[:-1] for row in found if row[-1] == END]
        return read_rows(table, live)[0] if live else None

    def counted(self, flush: Flush) -> Pages:
        """The pages of its tallies."""
        return {
            table.name: tallies.pages(
                self._store.fetch, table, flush.checkpoint, flush.new_checkpoint
            )
            for table in self._projection.tables
            if isinstance(table, Tally)
        }

    def write(self, connection: Connection, flush: Flush, pages: Pages) -> bool:
        """Write all this in a transaction, unless another projector has moved the checkpoint."""
        mark, moved = self._store.mark, (flush.checkpoint, flush.new_checkpoint)
        sql = f"UPDATE checkpoints SET position = {mark} WHERE name = {mark} AND position = {mark}"
        asked = (flush.new_checkpoint, self._name, flush.checkpoint)
        if connection.exec_driver_sql(sql, asked).rowcount != 1:
            return False
        for table in self._projection.tables:
            name = table.name + self._suffix
            if isinstance(table, Stays):
                reached = stays.reached(table, self._store.dialect, name, *moved)
                connection.exec_driver_sql(reached.sql.replace("?", mark), reached.values)
            elif pages.get(table.name):
                self._store.insert_rows(connection, name, pages[table.name])
            elif table.name in flush.spans:
                self._write_table(connection, table, name, flush.spans[table.name])
        return True

    def _write_table(
        self, connection: Connection, table: Table[Any], name: str, spans: Spans
    ) -> None:
        mark = self._store.mark
        if spans.ended:
            # The last row of a key is found by its place: a key may have had very many.
            keyed = " AND ".join(f"{column} = {mark}" for column in table.key)
            last = f'(SELECT max(from_position) FROM "{name}" WHERE {keyed})'
            connection.exec_driver_sql(
                f'UPDATE "{name}" SET to_position = {mark}'
                f" WHERE {keyed} AND from_position = {last} AND to_position = {END}",
                _endings(table, spans),
            )
        if spans.rows:
            self._store.insert_rows(connection, name, written(table, spans))
            self._note_highs(connection, table, name, spans)

    def _note_highs(
        self, connection: Connection, table: Table[Any], name: str, spans: Spans
    ) -> None:
        for column in climbing(table):
            value = attrgetter(column)
            rows = sorted([(start, value(row)) for row, start, _ in spans.rows])
            known = connection.execute(
                text(f'SELECT max(highest) FROM "{name}{HIGHS}" WHERE name = :name'),
                {"name": column},
            ).scalar()
            notes = [(column, *one) for one in _highs(rows, known)]
            self._store.insert_rows(connection, name + HIGHS, notes)


def _highs(rows: list[tuple[int, datetime]], known: str | None) -> Iterator[tuple[int, str]]:
    """(position, how high a column had come by then) for rows in order of their position."""
    noted, highest = rows[0][0], read_time(known) if known else rows[0][1]
    following = [position for position, _ in rows[1:]]
    for (position, value), after in zip(rows, [*following, END], strict=True):
        if value > highest:
            highest = value
        if position != after and (after == END or position - noted >= STEP):
            noted = position
            yield position, write_time(highest)


def _endings(table: Table[Any], spans: Spans) -> list[Row]:
    keys = written_keys(table, [key for key, _ in spans.ended])
    return [(end, *key, *key) for key, (_, end) in zip(keys, spans.ended, strict=True)]


@cache
def _latest(table: Table[Any], name: str) -> str:
    keyed = " AND ".join(f"{column} = ?" for column in table.key)
    wanted = f'SELECT {", ".join(table.columns)}, to_position FROM "{name}"'
    return f"{wanted} WHERE {keyed} ORDER BY from_position DESC LIMIT 1"
