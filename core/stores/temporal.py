"""Which tables does an analyst see? Those of a moment, and how they came to it, as SQL views.

Beside each read model as of the moment stands its `_history`: a row per change, with the positions
and times from and to which it held; `to_position` and `to_time` are NULL where it still does.
"""

from __future__ import annotations

import re
import secrets
import sqlite3
from collections.abc import Callable, Iterable, Sequence
from typing import Any

from sqlalchemy import BigInteger

from core.events import COLUMNS
from core.instants import from_microseconds
from core.projections import END, Derived, Table, Tally
from core.stores import derived
from core.stores.rows import Asked, named
from core.stores.sandbox import Answer, Limits, Readable, ask
from core.stores.tables import SQLITE, Kind

Tables = Sequence[Table[Any]]
HISTORY = "_history"
EVENTS = "events"

EVENT_COLUMNS = """position, stream, substr(stream, instr(stream, '-') + 1) AS order_id,
  version, type, schema_version, {occurred_at} AS occurred_at, {recorded_at} AS recorded_at,
  json_extract(CAST(metadata AS TEXT), '$.actor') AS actor,
  json_extract(CAST(metadata AS TEXT), '$.reason') AS reason,
  CAST(metadata AS TEXT) AS metadata, CAST(data AS TEXT) AS data"""


def ask_at(
    opened: Callable[[Sequence[str]], str | bytes],
    tables: Tables,
    reached: Callable[[Derived[Any], int], int],
    position: int,
    live: bool,
    sql: str,
    limits: Limits,
) -> Answer:
    """The answer to a query as of a position. Raises `BadQuery`.

    `opened` tells where the tables of these names are: in a file (its URI), or in an image; `live`
    says that the position is the head, where the live rows are the answer and have indexes;
    `reached` how far up to the position a derived table has come.
    """
    wanted = [one for one in tables if mentioned(sql, one.name, one.name + HISTORY)]
    histories = [one for one in wanted if mentioned(sql, one.name + HISTORY)]
    log = [EVENTS] if histories or mentioned(sql, EVENTS) else []
    schema, database = _unguessed(), opened([*log, *(one.name for one in wanted)])
    queries = {EVENTS: _events(schema, position)} if log else {}
    for one in wanted:
        copied = isinstance(database, bytes)
        if isinstance(one, Tally) or (isinstance(one, Derived) and not copied):
            rows, changes = _derived(schema, one, reached(one, position), copied)
        else:
            rows, changes = _kept(schema, one, position, live)
        queries[one.name] = f"SELECT {_columns(one)} FROM {rows}"
        if log:
            queries[one.name + HISTORY] = _history(schema, one, changes, position)
    hidden = {name: _unguessed() for name in queries}
    names = [table.name for table in tables]
    readable = Readable(
        database,
        schema,
        [view for name in queries for view in _views(name, hidden[name], queries[name])],
        [*names, *(name + HISTORY for name in names), EVENTS],
        list(hidden.values()),
        [*names, EVENTS],
    )
    return ask(readable, sql, limits)


def mentioned(sql: str, *names: str) -> bool:
    """Whether a query may speak of one of these tables."""
    return any(re.search(rf"\b{re.escape(name)}\b", sql, re.IGNORECASE) for name in names)


def _unguessed() -> str:
    return f"beneath_{secrets.token_hex(16)}"


def _views(name: str, hidden: str, query: str) -> list[tuple[str, str]]:
    return [(hidden, query), (name, f'SELECT * FROM "{hidden}"')]


def _kept(schema: str, table: Table[Any], position: int, live: bool) -> tuple[str, str]:
    """Where the rows of a read model that hold are found, and those that ever held."""
    kept = f'{schema}."{table.name}"'
    holds = f"from_position <= {position} AND to_position > {position}"
    return f"{kept} WHERE {f'to_position = {END}' if live else holds}", kept


def _derived(schema: str, table: Derived[Any], upto: int, copied: bool) -> tuple[str, str]:
    """The same of a table that has come to a position; a copy holds what a tally came to."""
    within = f"{schema}."
    changes = _inlined(derived.through_time(table, SQLITE, upto, within))
    if copied:
        return f'{within}"{table.name}"', changes
    return _inlined(derived.as_of(table, SQLITE, upto, schema=within)), changes


def _inlined(asked: Asked) -> str:
    """A statement whose values are whole numbers, with its values."""
    return asked.sql.replace("?", "{}").format(*asked.values)


def _history(schema: str, table: Table[Any], source: str, position: int) -> str:
    ended = f"CASE WHEN to_position <= {position} THEN to_position END"
    return (
        f"SELECT {_columns(table)}, from_position, {ended} AS to_position,"
        f" {_recorded(schema, 'from_position')} AS from_time, {_recorded(schema, ended)} AS to_time"
        f" FROM {source} WHERE from_position <= {position}"
    )


def _recorded(schema: str, place: str) -> str:
    return f"(SELECT {_time('recorded_at')} FROM {schema}.events WHERE position = {place})"


def _events(schema: str, position: int) -> str:
    columns = EVENT_COLUMNS.format(
        occurred_at=_time("occurred_at"), recorded_at=_time("recorded_at")
    )
    return f"SELECT {columns} FROM {schema}.events WHERE position <= {position}"


def _time(column: str) -> str:
    """Microseconds since 1970 as text of the form that times have in the read models."""
    # Whole seconds and the rest apart, rounded down also before 1970.
    rest = f"((({column}) % 1000000) + 1000000) % 1000000"
    second = SQLITE.second.format(f"(({column}) - {rest}) / 1000000")
    return f"{second} || '.' || substr({rest} + 1000000, 2)"


def _columns(table: Table[Any]) -> str:
    return ", ".join(_column(name, kind) for name, kind in named(table))


def _column(name: str, kind: Kind) -> str:
    # Amounts are exact text in the table; a query compares and adds them as numbers.
    if kind.write is str:
        return f"CAST({name} AS REAL) AS {name}"
    return f"{_time(name)} AS {name}" if kind.read is from_microseconds else name


def copier(
    tables: Tables,
    rows: Callable[[Table[Any]], Iterable[Sequence[Any]]],
    log: Callable[[], Iterable[Sequence[Any]]],
) -> Callable[[Sequence[str]], bytes]:
    """Makes images of copies, for a store that is no SQLite file.

    `rows` gives the columns, from_position and to_position of a read model, or a tally as of the
    position that is asked about, and `log` the rows of the log up to there.
    """

    def opened(names: Sequence[str]) -> bytes:
        connection = sqlite3.connect(":memory:", isolation_level=None)
        for table in tables:
            if table.name in names:
                kept = [f'"{name}" {_affinity(kind)}' for name, kind in named(table)]
                span = ["from_position INTEGER", "to_position INTEGER"]
                whole = kept if isinstance(table, Tally) else [*kept, *span]
                _fill(connection, table.name, whole, rows(table))
        if EVENTS in names:
            _fill(connection, EVENTS, ["position INTEGER PRIMARY KEY", *COLUMNS[1:]], log())
        image = connection.serialize() if names else b""  # of nothing there is no image
        connection.close()
        return image

    return opened


def _affinity(kind: Kind) -> str:
    return "INTEGER" if kind.column is BigInteger else "TEXT"


def _fill(
    connection: sqlite3.Connection, name: str, columns: Sequence[str], rows: Iterable[Sequence[Any]]
) -> None:
    connection.execute(f'CREATE TABLE "{name}" ({", ".join(columns)})')
    connection.execute("BEGIN")
    connection.executemany(f'INSERT INTO "{name}" VALUES ({", ".join("?" * len(columns))})', rows)
    connection.execute("COMMIT")
