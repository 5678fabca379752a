"""Which rows of a derived table does the memory store tell? It walks along the log for them."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from datetime import timedelta
from typing import Any, TypeVar

from core.codec import read_json
from core.deciders import evolved, made
from core.events import StoredRow
from core.instants import from_microseconds
from core.projections import END, Derived, Key, Stays, Tally

R = TypeVar("R")
Span = tuple[R, int, int]
"""A row, and the positions from and to which it held."""


def changes_along(table: Derived[R], log: Sequence[StoredRow]) -> Iterator[Span[R]]:
    """Every row that a table had along a log."""
    changed = _entered(table, log) if isinstance(table, Stays) else _counted(table, log)
    found: dict[Key, tuple[R, int]] = {}
    for row, position in changed:
        key = table.key_of(row)
        if before := found.get(key):
            yield *before, position
        found[key] = row, position
    yield from ((row, since, END) for row, since in found.values())


def rows_after(table: Derived[R], log: Sequence[StoredRow], other: Sequence[StoredRow]) -> list[R]:
    """The rows of a table after a log, but for those it has after that other one."""
    there = {row for row, _, end in changes_along(table, other) if end == END}
    return [row for row, _, end in changes_along(table, log) if end == END and row not in there]


def _counted(tally: Derived[R], log: Sequence[StoredRow]) -> Iterator[tuple[R, int]]:
    assert isinstance(tally, Tally)
    numbers: dict[Key, int] = {}
    for row in log:
        for name, length in tally.widths:
            stretch = length // timedelta(microseconds=1)
            key = (name, from_microseconds(row[6] // stretch * stretch), row[3])
            numbers[key] = numbers.get(key, 0) + 1
            yield _made(tally, *key, numbers[key]), row[0]


def _entered(table: Stays[R], log: Sequence[StoredRow]) -> Iterator[tuple[R, int]]:
    _, _, _, left, coming, marks = table.columns
    reached, place = dict(table.reached_by), table.stages.index
    last: dict[str, Any] = {}
    for row in log:
        if not row[1].startswith(f"{table.of}-"):
            continue
        ident, stage = row[1][len(table.of) + 1 :], reached.get(row[3], table.stages[0])
        before = last.get(ident)
        if before is not None and place(stage) <= place(getattr(before, table.key[1])):
            continue
        when, marked = from_microseconds(row[6]), int(table.mark in read_json(row[8]))
        if before is not None:
            ended = {left: when, coming: stage, marks: getattr(before, marks) + marked}
            yield evolved(before, **ended), row[0]
        last[ident] = _made(table, ident, stage, when, None, None, marked)
        yield last[ident], row[0]


def _made(table: Derived[R], *values: Any) -> R:
    return made(table.row, **dict(zip(table.columns, values, strict=True)))
