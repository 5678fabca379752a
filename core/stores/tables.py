"""Which tables does a database store have? The log, the snapshots, the checkpoints, the views."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import fields
from datetime import UTC, datetime
from decimal import Decimal
from functools import cache, lru_cache
from types import NoneType
from typing import Any, NamedTuple, get_args, get_type_hints

from sqlalchemy import (
    BigInteger,
    Column,
    Index,
    Integer,
    LargeBinary,
    MetaData,
    Text,
    UniqueConstraint,
    text,
)
from sqlalchemy import Table as SqlTable
from sqlalchemy.types import TypeEngine

from core.projections import END, Table

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
    Column("recorded_at", BigInteger, nullable=False, index=True),
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


class Kind(NamedTuple):
    """How values of one Python type are kept in a column."""

    column: type[TypeEngine[Any]]
    write: Callable[[Any], Any] | None
    read: Callable[[Any], Any] | None


@lru_cache(maxsize=100_000)  # an order's times recur in each of its rows
def write_time(moment: datetime) -> str:
    """UTC as text of fixed width, so that it sorts and every database's date functions read it."""
    return moment.astimezone(UTC).replace(tzinfo=None).isoformat(" ", "microseconds")


def read_time(stored: str) -> datetime:
    """The UTC datetime of such a text."""
    return datetime.fromisoformat(stored).replace(tzinfo=UTC)


KINDS: dict[type, Kind] = {
    str: Kind(Text, None, None),
    int: Kind(BigInteger, None, None),
    Decimal: Kind(Text, str, Decimal),  # exact; SQL may still SUM and CAST it
    datetime: Kind(Text, write_time, read_time),
}


@cache
def kinds(table: Table[Any]) -> list[Kind]:
    """The kind of each column of a read model, in order."""
    hints = get_type_hints(table.row)
    return [_kind(hints[field.name]) for field in fields(table.row)]


def _kind(hint: Any) -> Kind:
    options = [option for option in get_args(hint) or (hint,) if option is not NoneType]
    return KINDS[options[0]]


def _column_type(kind: Kind) -> TypeEngine[Any]:
    # Everywhere in the order of code points, as Python and SQLite sort, not of a server's language.
    if kind.column is Text:
        return Text().with_variant(Text(collation="C"), "postgresql")
    return kind.column()


@cache  # one object per table, or SQLAlchemy would compile each query anew
def view_table(table: Table[Any], name: str, generation: int) -> SqlTable:
    """The SQL table of a read model: a row per change, with the positions between which it holds.

    Live rows are indexed by the columns people sort and search by; rows of the past only by key.
    """
    columns = zip(table.columns, map(_column_type, kinds(table)), strict=True)
    built = SqlTable(
        name,
        MetaData(),
        *[Column(column, kind, primary_key=column in table.key) for column, kind in columns],
        Column("from_position", BigInteger, primary_key=True),
        Column("to_position", BigInteger, nullable=False),
        sqlite_with_rowid=False,
    )
    live = text(f"to_position = {END}")
    for column in table.indexed:
        Index(
            f"{table.name}_{column}_{generation}",
            *[built.c[part] for part in dict.fromkeys((column, *table.key))],
            sqlite_where=live,
            postgresql_where=live,
        )
    return built
