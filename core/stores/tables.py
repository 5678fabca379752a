"""Which tables does a database store have? The log, the snapshots, the checkpoints, the views."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from dataclasses import fields
from datetime import UTC, datetime
from decimal import Decimal
from functools import cache, lru_cache
from types import NoneType
from typing import Any, NamedTuple, get_args, get_type_hints

from sqlalchemy import (
    BigInteger,
    Column,
    Integer,
    LargeBinary,
    MetaData,
    Text,
    UniqueConstraint,
)
from sqlalchemy import Table as SqlTable
from sqlalchemy.types import TypeEngine

from core.instants import from_microseconds, to_microseconds
from core.projections import END, Derived, Stays, Table, Tally

Position = BigInteger().with_variant(Integer, "sqlite")
"""SQLite keeps rows in position order only when the primary key is a plain INTEGER."""

schema = MetaData()

events = SqlTable(
    "events",
    schema,
    Column("position", Position, primary_key=True, autoincrement=False),
    Column("stream", Text, nullable=False),
    Column("version", BigInteger, nullable=False),
    Column("type", Text, nullable=False),
    Column("schema_version", Integer, nullable=False),
    Column("event_id", LargeBinary, nullable=False, unique=True),
    Column("occurred_at", BigInteger, nullable=False),
    Column("recorded_at", BigInteger, nullable=False),
    Column("metadata", LargeBinary, nullable=False),
    Column("data", LargeBinary, nullable=False),
    Column("digest", LargeBinary, nullable=False),
    Column("seal", LargeBinary, nullable=False),
    UniqueConstraint("stream", "version"),
)

snapshots = SqlTable(
    "snapshots",
    schema,
    Column("stream", Text, primary_key=True),
    Column("version", BigInteger, primary_key=True),
    Column("position", BigInteger, nullable=False),
    Column("fingerprint", Text, nullable=False),
    Column("state", LargeBinary, nullable=False),
    UniqueConstraint("stream", "position"),  # the newest one not after a position, in one step
)

checkpoints = SqlTable(
    "checkpoints",
    schema,
    Column("name", Text, primary_key=True),
    Column("position", BigInteger, nullable=False),
    Column("shape", Text, nullable=False),
    Column("generation", Integer, nullable=False),
)


class Dialect(NamedTuple):
    """What databases say in different ways."""

    folded: str
    """The function that takes the case from a text, in every alphabet."""
    second: str
    """Seconds since 1970, for which the {} stands, as text; times are kept so, with a fraction."""
    holds: str
    """That bytes, for which the {0} stands, hold others, which are {1} in hexadecimal digits."""


SQLITE = Dialect(
    folded="lower",  # Python's, put there by the store
    second="datetime({}, 'unixepoch')",
    holds="instr({0}, X'{1}') > 0",
)
POSTGRESQL = Dialect(
    folded="folded",  # `lower` folds what the language of the database knows
    second="to_char(to_timestamp({}) AT TIME ZONE 'UTC', 'YYYY-MM-DD HH24:MI:SS')",
    holds="position('\\x{1}'::bytea IN {0}) > 0",
)


class Kind(NamedTuple):
    """How values of one Python type are kept in a column."""

    column: type[TypeEngine[Any]]
    write: Callable[[Any], Any] | None
    read: Callable[[Any], Any] | None
    optional: bool = False


@lru_cache(maxsize=50_000)  # an order's times recur in each of its rows
def write_time(moment: datetime) -> str:
    """UTC as text of fixed width, so that it sorts and every database's date functions read it."""
    return moment.astimezone(UTC).replace(tzinfo=None).isoformat(" ", "microseconds")


def read_time(stored: str) -> datetime:
    """The UTC datetime of such a text."""
    return datetime.fromisoformat(f"{stored}+00:00")


KINDS: dict[type, Kind] = {
    str: Kind(Text, None, None),
    int: Kind(BigInteger, None, None),
    Decimal: Kind(Text, str, Decimal),  # exact; SQL may still SUM and CAST it
    datetime: Kind(Text, write_time, read_time),
}

LOGGED = Kind(BigInteger, to_microseconds, from_microseconds)
"""A time as the log has it: where a table takes it from there, it stays so."""


@cache
def kinds(table: Table[Any]) -> list[Kind]:
    """The kind of each column of a read model, in order."""
    hints = get_type_hints(table.row)
    known = {**KINDS, datetime: LOGGED} if isinstance(table, Stays) else KINDS
    return [_kind(hints[field.name], known) for field in fields(table.row)]


def _kind(hint: Any, known: Mapping[type, Kind]) -> Kind:
    said = get_args(hint) or (hint,)
    options = [option for option in said if option is not NoneType]
    return known[options[0]]._replace(optional=len(options) < len(said))


@cache
def climbing(table: Table[Any]) -> tuple[str, ...]:
    """The columns of a table that rise as the log goes on, by and large: the times people sort by.

    For these the table keeps how high they had come by a position.
    """
    named = dict(zip(table.columns, kinds(table), strict=True))
    sorts = [column for column in table.indexed if isinstance(column, str)]
    return tuple(one for one in sorts if named[one].read is read_time and not named[one].optional)


def _column_type(kind: Kind) -> TypeEngine[Any]:
    # Everywhere in the order of code points, as Python and SQLite sort, not of a server's language.
    if kind.column is Text:
        return Text().with_variant(Text(collation="C"), "postgresql")
    return kind.column()


HIGHS = "__highs"


def view_table(table: Table[Any], name: str) -> SqlTable:
    """The SQL table of a read model: a row per change, and the positions between which it holds;
    of a tally a row per page of the log, and the position that page ends with; of stays a row per
    stage reached, and the position of the event that led there.

    SQLite keeps one without indexes in the order of its key. From an index of another a number
    leads to the row, which takes half as long as a key would.
    """
    columns = zip(table.columns, map(_column_type, kinds(table)), strict=True)
    if isinstance(table, Stays):
        return _stays_table(table, name)
    span = [
        Column("from_position", BigInteger, primary_key=True),
        Column("to_position", BigInteger, nullable=False),
    ]
    if isinstance(table, Tally):
        span = [Column("page", BigInteger, primary_key=True)]
    return SqlTable(
        name,
        MetaData(),
        *[Column(column, kind, primary_key=column in table.key) for column, kind in columns],
        *span,
        sqlite_with_rowid=bool(table.indexed),
    )


def _stays_table(table: Stays[Any], name: str) -> SqlTable:
    ident, stage, began, _, _, marks = table.columns
    return SqlTable(
        name,
        MetaData(),
        Column(ident, _column_type(KINDS[str]), primary_key=True),
        Column(stage, Integer, primary_key=True, autoincrement=False),  # its place among them
        Column(began, BigInteger, nullable=False),
        Column(marks, Integer, nullable=False),
        Column("position", BigInteger, nullable=False),
        sqlite_with_rowid=False,
    )


def highs_table(name: str) -> SqlTable:
    """How high a climbing column of a read model had come by a position, now and then."""
    return SqlTable(
        name + HIGHS,
        MetaData(),
        Column("name", Text, primary_key=True),
        Column("position", BigInteger, primary_key=True),
        Column("highest", _column_type(KINDS[str]), nullable=False),
        sqlite_with_rowid=False,
    )


def index_statements(table: Table[Any], name: str, generation: int) -> Iterator[str]:
    """The indexes of a read model. Each column people sort by begins with the most, and is followed
    by the key, that breaks ties, and by the positions, that tell whether a row holds without a look
    at it: a page of such a list is read as it stands, and nothing is sorted."""
    if isinstance(table, Derived):
        return  # its key leads to all there is
    span = ("from_position", "to_position")
    named = dict(zip(table.columns, kinds(table), strict=True))
    wanted: dict[str, tuple[str, ...]] = {}
    where = ""
    if table.few_keys:
        wanted, where = {"live": (*table.key, *span)}, f" WHERE to_position = {END}"
    elif table.indexed:
        wanted = {"from": (*span, *table.outline, *table.key), "to": span[::-1]}
    for sort in table.indexed:
        columns = (sort,) if isinstance(sort, str) else sort
        rest = [part for part in table.key if part not in columns]
        sorted_by = [f"({compared(one, named[one])})" for one in columns]
        wanted["_".join(columns)] = (*sorted_by[:-1], f"{sorted_by[-1]} DESC", *rest, *span)
    for told, parts in wanted.items():
        index = f'"{table.name}_{told}_{generation}"'
        yield f'CREATE INDEX IF NOT EXISTS {index} ON "{name}" ({", ".join(parts)}){where}'


NUMBER = "DOUBLE PRECISION"


def compared(column: str, kind: Kind) -> str:
    """What a column is compared and sorted by: amounts are kept as exact text and compared as
    numbers. 9.5 is 9.50, and 10 is above 9."""
    return f"CAST({column} AS {NUMBER})" if kind.write is str else column
