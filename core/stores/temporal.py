"""Which tables does an analyst see? Those of a moment, and how they came to it, as SQL views.

Beside each read model as of the moment stands its `_history`: a row per change, with the positions
and times from and to which it held; `to_position` and `to_time` are NULL where it still does.
"""

from __future__ import annotations

import re
import secrets
import sqlite3
from collections.abc import Callable, Iterable, Sequence
from decimal import Decimal
from typing import Any, get_type_hints

from core.errors import StoreUnavailable
from core.events import COLUMNS
from core.projections import END, Table
from core.stores.sandbox import Answer, Laid, Limits, ask, guard
from core.stores.tables import kinds

Tables = Sequence[Table[Any]]
HISTORY = "_history"
SCHEMAS = {f"sqlite_{temp}{kind}" for temp in ("", "temp_") for kind in ("master", "schema")}
EVENTS = "events"

EVENT_COLUMNS = """position, stream, substr(stream, instr(stream, '-') + 1) AS order_id,
  version, type, schema_version, {occurred_at} AS occurred_at, {recorded_at} AS recorded_at,
  json_extract(CAST(metadata AS TEXT), '$.actor') AS actor,
  json_extract(CAST(metadata AS TEXT), '$.reason') AS reason,
  CAST(metadata AS TEXT) AS metadata, CAST(data AS TEXT) AS data"""


def ask_at(
    opened: Callable[[Sequence[str]], sqlite3.Connection],
    tables: Tables,
    position: int,
    live: bool,
    sql: str,
    limits: Limits,
) -> Answer:
    """The answer to a query as of a position. Raises `BadQuery`.

    `opened` makes a connection to the tables of these names, for this query alone; `live` says
    that the position is the head, where the live rows are the answer and have indexes.
    """
    wanted = [one for one in tables if mentioned(sql, one.name, one.name + HISTORY)]
    histories = [one for one in wanted if mentioned(sql, one.name + HISTORY)]
    log = [EVENTS] if histories or mentioned(sql, EVENTS) else []
    connection = opened([*log, *(one.name for one in wanted)])
    try:
        laid = _lay(connection, tables, wanted, bool(log), position, live)
        guard(connection, laid)
        return ask(connection, laid, sql, limits)
    finally:
        connection.close()


def mentioned(sql: str, *names: str) -> bool:
    """Whether a query may speak of one of these tables."""
    return any(re.search(rf"\b{re.escape(name)}\b", sql, re.IGNORECASE) for name in names)


def _lay(
    connection: sqlite3.Connection,
    tables: Tables,
    wanted: Tables,
    log: bool,
    position: int,
    live: bool,
) -> Laid:
    secret = set()

    def lay(name: str, query: str) -> None:
        hidden = f"beneath_{secrets.token_hex(16)}"
        secret.add(hidden)
        connection.execute(f'CREATE TEMP VIEW "{hidden}" AS {query}')
        connection.execute(f'CREATE TEMP VIEW "{name}" AS SELECT * FROM "{hidden}"')

    try:
        for table in wanted:
            lay(table.name, _as_of(table, position, live))
            if log:
                lay(table.name + HISTORY, _history(table, position))
        if log:
            lay(EVENTS, _events(position))
    except sqlite3.OperationalError as error:
        raise StoreUnavailable("", f"its read models are not there ({error})") from error
    names = {table.name for table in tables}
    public = names | {name + HISTORY for name in names} | {EVENTS}
    beneath = names | {EVENTS}
    there = connection.execute("SELECT name FROM main.sqlite_master WHERE type = 'table'")
    others = {name for (name,) in there} - beneath | SCHEMAS
    return Laid(*map(frozenset, (public, secret, beneath, others)))


def _as_of(table: Table[Any], position: int, live: bool) -> str:
    holds = f"from_position <= {position} AND to_position > {position}"
    holds = f"to_position = {END}" if live else holds
    return f'SELECT {_columns(table)} FROM main."{table.name}" WHERE {holds}'


def _history(table: Table[Any], position: int) -> str:
    ended = f"CASE WHEN to_position <= {position} THEN to_position END"
    return (
        f"SELECT {_columns(table)}, from_position, {ended} AS to_position,"
        f" {_recorded('from_position')} AS from_time, {_recorded(ended)} AS to_time"
        f' FROM main."{table.name}" WHERE from_position <= {position}'
    )


def _recorded(place: str) -> str:
    return f"(SELECT {_time('recorded_at')} FROM main.events WHERE position = {place})"


def _events(position: int) -> str:
    columns = EVENT_COLUMNS.format(
        occurred_at=_time("occurred_at"), recorded_at=_time("recorded_at")
    )
    return f"SELECT {columns} FROM main.events WHERE position <= {position}"


def _time(column: str) -> str:
    """Microseconds since 1970 as text of the form that times have in the read models."""
    # Whole seconds and the rest apart, rounded down also before 1970.
    rest = f"((({column}) % 1000000) + 1000000) % 1000000"
    second = f"datetime((({column}) - {rest}) / 1000000, 'unixepoch')"
    return f"printf('%s.%06d', {second}, {rest})"


def _columns(table: Table[Any]) -> str:
    # Amounts are exact text in the table; a query compares and adds them as numbers.
    hints = get_type_hints(table.row)
    amounts = {name for name in table.columns if hints[name] is Decimal}
    return ", ".join(
        f"CAST({one} AS REAL) AS {one}" if one in amounts else one for one in table.columns
    )


def copier(
    tables: Tables,
    rows: Callable[[Table[Any]], Iterable[Sequence[Any]]],
    log: Callable[[], Iterable[Sequence[Any]]],
) -> Callable[[Sequence[str]], sqlite3.Connection]:
    """Makes connections to copies in memory, for a store that is no SQLite file.

    `rows` gives the columns, from_position and to_position of a read model, `log` the rows of the
    log, both up to the position that is asked about.
    """

    def opened(names: Sequence[str]) -> sqlite3.Connection:
        connection = sqlite3.connect(":memory:", isolation_level=None)
        for table in tables:
            if table.name in names:
                named = zip(table.columns, kinds(table), strict=True)
                kept = [f'"{name}" {_affinity(kind)}' for name, kind in named]
                whole = [*kept, "from_position INTEGER", "to_position INTEGER"]
                _fill(connection, table.name, whole, rows(table))
        if EVENTS in names:
            _fill(connection, EVENTS, ["position INTEGER PRIMARY KEY", *COLUMNS[1:]], log())
        return connection

    return opened


def _affinity(kind: Any) -> str:
    return "INTEGER" if kind.write is None and kind.column.__name__ == "BigInteger" else "TEXT"


def _fill(
    connection: sqlite3.Connection, name: str, columns: Sequence[str], rows: Iterable[Sequence[Any]]
) -> None:
    connection.execute(f'CREATE TABLE "{name}" ({", ".join(columns)})')
    connection.execute("BEGIN")
    connection.executemany(f'INSERT INTO "{name}" VALUES ({", ".join("?" * len(columns))})', rows)
    connection.execute("COMMIT")
