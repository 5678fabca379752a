"""What do the rows of a CSV file say, and which of them make no sense?"""

from __future__ import annotations

import csv
import gzip
import zlib
from collections.abc import Callable, Container, Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import partial
from io import StringIO
from pathlib import Path
from typing import TypeVar

from core.errors import BadImport, BadRow
from core.importers.csv_values import present

T = TypeVar("T")
Row = Mapping[str, str]


@dataclass(frozen=True)
class Table:
    """The cells of one file: each row with the line it begins on (the header is line 1)."""

    file: str
    header: list[str]
    rows: list[tuple[int, list[str]]]

    def values(self, column: str) -> set[str]:
        """Every value of a column, also those in rows that are bad for another reason."""
        place = self.header.index(column)
        return {cells[place] for _, cells in self.rows if len(cells) > place}


def tables(folder: Path, wanted: Mapping[str, Sequence[str]]) -> dict[str, Table]:
    """File name without its ending → its table. All files are tried before any is refused."""
    if not folder.is_dir():
        raise BadImport([BadRow(str(folder), 0, "there is no such folder")])
    found: dict[str, Table] = {}
    bad: list[BadRow] = []
    for name, columns in wanted.items():
        try:
            found[name] = _table(folder, name, columns)
        except BadRow as row:
            bad.append(row)
    if bad:
        raise BadImport(bad)
    return found


def understood(table: Table, bad: list[BadRow], parse: Callable[[Row], T]) -> Iterator[T]:
    """What `parse` makes of each row; a row it raises `ValueError` for goes to `bad` instead."""
    width = len(table.header)
    for line, cells in table.rows:
        try:
            if len(cells) != width:
                raise ValueError(f"{len(cells)} values in a row of {width} columns")
            yield parse(dict(zip(table.header, cells, strict=True)))
        except ValueError as reason:
            bad.append(BadRow(table.file, line, str(reason)))


def keyed(table: Table, bad: list[BadRow], key: str, *needed: str) -> dict[str, Row]:
    """Key → row. A bad row keeps its key here: who refers to it is not to be blamed as well."""
    parse = partial(_keyed, key=key, needed=needed, seen=set())
    blank = dict.fromkeys(table.header, "")
    return {**dict.fromkeys(table.values(key), blank), **dict(understood(table, bad, parse))}


def new(seen: set[tuple[str, ...]], *key: str) -> None:
    """Refuse a key that came before."""
    if key in seen:
        raise ValueError(f"{' '.join(key)} appears twice")
    seen.add(key)


def referred(row: Row, column: str, known: Container[str]) -> str:
    """A value that another file must know."""
    value = row[column]
    if value not in known:
        raise ValueError(f"{column} {value!r} is not known")
    return value


def _keyed(
    row: Row, key: str, needed: Sequence[str], seen: set[tuple[str, ...]]
) -> tuple[str, Row]:
    new(seen, present(row, key))
    for column in needed:
        present(row, column)
    return row[key], row


def _table(folder: Path, name: str, columns: Sequence[str]) -> Table:
    path = folder / f"{name}.csv.gz"
    if not path.exists():
        path = folder / f"{name}.csv"
    rows = list(_cells(path))
    header = rows[0][1] if rows else []
    missing = ", ".join(column for column in columns if column not in header)
    if missing:
        raise BadRow(path.name, 1, f"the header lacks {missing}")
    if len(set(header)) < len(header):
        raise BadRow(path.name, 1, "the header names a column twice")
    return Table(path.name, header, rows[1:])


def _cells(path: Path) -> Iterator[tuple[int, list[str]]]:
    reader = csv.reader(_lines(path), strict=True)
    begins = 1
    try:
        for cells in reader:
            if cells:
                yield begins, cells
            begins = reader.line_num + 1
    except csv.Error as reason:
        raise BadRow(path.name, begins, str(reason)) from None


def _lines(path: Path) -> StringIO:
    raw = _bytes(path)
    try:
        text = raw.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        line = raw.count(b"\n", 0, error.start) + 1
        raise BadRow(path.name, line, "a byte that is not UTF-8") from None
    if "\0" in text:
        line = text.count("\n", 0, text.index("\0")) + 1
        raise BadRow(path.name, line, "a NUL character")
    return StringIO(text, newline="")


def _bytes(path: Path) -> bytes:
    try:
        raw = path.read_bytes()
        return gzip.decompress(raw) if path.suffix == ".gz" else raw
    except FileNotFoundError:
        raise BadRow(path.name, 0, f"{path.parent} holds neither it nor its .gz") from None
    except (OSError, EOFError, zlib.error) as reason:
        raise BadRow(path.name, 0, f"the file cannot be read ({reason})") from None
