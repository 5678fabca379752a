"""What can be taken away whole, as a file or a frame? Typed rows of a table, as of a moment."""

from __future__ import annotations

from array import array
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal
from types import NoneType
from typing import Any, get_args, get_type_hints

from core.errors import UnknownRelation
from core.events import COLUMNS, StoredRow
from core.instants import from_microseconds
from core.projections import END, Query, Table
from core.stores import EventStore

Kind = type[str] | type[int] | type[Decimal] | type[datetime]
Column = tuple[str, Kind]
Row = tuple[Any, ...]
HISTORY = "_history"
EVENTS = "events"

LOG: tuple[Column, ...] = tuple(
    (name, int if name in ("position", "version", "schema_version") else str)
    if not name.endswith("_at")
    else (name, datetime)
    for name in COLUMNS
)
SPAN: tuple[Column, ...] = (
    ("from_position", int),
    ("to_position", int),
    ("from_time", datetime),
    ("to_time", datetime),
)


@dataclass(frozen=True)
class Relation:
    """A table: its name, its columns, and its rows, to be read once."""

    name: str
    columns: tuple[Column, ...]
    rows: Iterable[Row]


def relation_names(tables: Sequence[Table[Any]]) -> list[str]:
    """What can be taken away: each read model, each with its history, and the events."""
    named = [table.name for table in tables]
    return [*named, *(name + HISTORY for name in named), EVENTS]


def relation(store: EventStore, tables: Sequence[Table[Any]], name: str, position: int) -> Relation:
    """A table as of a position, its history up to there, or the events. Raises `UnknownRelation`.

    Amounts are exact, times are UTC; metadata and data are the JSON that was recorded.
    """
    if name == EVENTS:
        return Relation(name, LOG, map(_logged, _stored(store, position)))
    by_name = {table.name: table for table in tables}
    table = by_name.get(name.removesuffix(HISTORY))
    if table is None:
        raise UnknownRelation(name, relation_names(tables))
    columns = columns_of(table)
    if name == table.name:
        at = END if position >= store.head().position else position
        return Relation(name, columns, (_values(row) for row in store.query(table, at, Query())))
    return Relation(name, (*columns, *SPAN), _history(store, table, position))


def columns_of(table: Table[Any]) -> tuple[Column, ...]:
    """The columns of a read model, each with what it holds."""
    hints = get_type_hints(table.row)
    return tuple((name, _kind(hints[name])) for name in table.columns)


def _kind(hint: Any) -> Kind:
    found: Kind = next(one for one in get_args(hint) or (hint,) if one is not NoneType)
    return found


def _values(row: Any) -> Row:
    return tuple(row.__dict__.values())


def _history(store: EventStore, table: Table[Any], position: int) -> Iterator[Row]:
    times = array("q", [0])  # of each position, in microseconds
    times.extend(row[7] for row in _stored(store, position))
    for row, start, end in store.changes(table, position):
        ended = end if end <= position else None
        until = None if ended is None else from_microseconds(times[ended])
        yield (*_values(row), start, ended, from_microseconds(times[start]), until)


def _stored(store: EventStore, position: int) -> Iterator[StoredRow]:
    return (recorded.row for recorded in store.read_all(1, position))


def _logged(row: StoredRow) -> Row:
    texts = (row[8].decode(), row[9].decode(), row[10].hex(), row[11].hex())
    times = (from_microseconds(row[6]), from_microseconds(row[7]))
    return (*row[:5], row[5].hex(), *times, *texts)
