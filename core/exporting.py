"""How does a table become a file? CSV, Parquet or JSON Lines, whole or not at all."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator
from contextlib import suppress
from datetime import datetime
from decimal import Decimal
from itertools import islice
from pathlib import Path
from typing import IO, Any

from core.errors import CannotExport
from core.relations import Kind, Relation

DEFUSED = ("=", "+", "-", "@", "\t", "\r", "'")
"""A spreadsheet takes a text that begins so for a formula; an apostrophe before it says it is none.
The apostrophe itself is among them, so that reading back may always drop one."""
STORE = b"SQLite format 3\0"
BATCH = 20_000

Writer = Callable[[Relation, IO[bytes]], int]
"""Writes a table into a file; returns how many rows."""


def csv_lines(relation: Relation) -> Iterator[str]:
    """The lines of a CSV file: texts in quotation marks, numbers and times plain, nothing empty."""
    yield ",".join(name for name, _ in relation.columns) + "\r\n"
    for row in relation.rows:
        yield ",".join(map(_cell, row)) + "\r\n"


def _cell(value: Any) -> str:
    if value is None:
        return ""
    if isinstance(value, str):
        safe = f"'{value}" if value.startswith(DEFUSED) else value
        return '"{}"'.format(safe.replace('"', '""'))
    return value.isoformat() if isinstance(value, datetime) else f"{value}"


def json_lines(relation: Relation) -> Iterator[str]:
    """One JSON object per line; amounts and times are text, so that nothing is rounded."""
    names = [name for name, _ in relation.columns]
    for row in relation.rows:
        told = dict(zip(names, map(_plain, row), strict=True))
        yield json.dumps(told, ensure_ascii=False) + "\n"


def _plain(value: Any) -> Any:
    if isinstance(value, Decimal):
        return f"{value:f}"
    return value.isoformat() if isinstance(value, datetime) else value


def _lines(lines: Callable[[Relation], Iterator[str]], heading: int) -> Writer:
    def write(relation: Relation, file: IO[bytes]) -> int:
        written = 0
        for line in lines(relation):
            file.write(line.encode())
            written += 1
        return written - heading

    return write


def write_parquet(relation: Relation, file: IO[bytes]) -> int:
    """The rows as Parquet; returns how many. Raises `CannotExport` without pyarrow."""
    try:
        import pyarrow as pa
        import pyarrow.parquet as parquet
    except ImportError:
        missing = "Parquet needs pyarrow (pip install 'eventscope[frames]')"
        raise CannotExport(relation.name, missing) from None
    kinds: dict[Kind, Any] = {
        str: pa.string(),
        int: pa.int64(),
        Decimal: pa.decimal128(38, 9),
        datetime: pa.timestamp("us", tz="UTC"),
    }
    schema = pa.schema([(name, kinds[kind]) for name, kind in relation.columns])
    written, rows = 0, iter(relation.rows)
    with parquet.ParquetWriter(file, schema) as writer:
        while batch := list(islice(rows, BATCH)):
            columns = zip(zip(*batch, strict=True), schema, strict=True)
            writer.write_table(pa.table([pa.array(c, f.type) for c, f in columns], schema=schema))
            written += len(batch)
    return written


FORMATS: dict[str, Writer] = {
    ".csv": _lines(csv_lines, heading=1),
    ".jsonl": _lines(json_lines, heading=0),
    ".parquet": write_parquet,
}
"""Ending of the file → what writes it."""


def export(relation: Relation, path: Path) -> int:
    """Write a table to a file, by its ending; returns how many rows. Raises `CannotExport`.

    It is written beside its place and moved there when it is whole.
    """
    write = FORMATS.get(path.suffix.lower())
    if write is None:
        raise CannotExport(str(path), f"say what it is by its ending: {', '.join(FORMATS)}")
    if path.is_dir() or not path.parent.is_dir():
        raise CannotExport(str(path), "there is no such place for a file")
    if path.exists() and _begins(path) == STORE:
        raise CannotExport(str(path), "a database is there, and stays there")
    part = path.with_name(f".{path.name}.part")
    try:
        with part.open("wb") as file:
            written = write(relation, file)
        part.replace(path)
    except OSError as error:
        raise CannotExport(str(path), (error.strerror or str(error)).lower()) from None
    finally:
        with suppress(OSError):
            part.unlink()
    return written


def _begins(path: Path) -> bytes:
    try:
        with path.open("rb") as file:
            return file.read(len(STORE))
    except OSError:
        return b""
