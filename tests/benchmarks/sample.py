"""What does the shipped sample cost: to bring in, to read whole, to verify, to list as of then?"""

from __future__ import annotations

import csv
import gzip
import sqlite3
from collections.abc import Callable, Iterator
from contextlib import closing
from functools import partial
from hashlib import sha256
from pathlib import Path
from random import Random
from typing import Any

from core import TimeMachine, serving
from core.moments import AtPosition, Moment, Now
from core.orders.views import projections
from core.orders.views.order_details import ORDERS
from core.projections import END, Tally
from tests.benchmarks import raw
from tests.benchmarks.measuring import Figures, Race, spread, staged, timed
from tests.benchmarks.places import machine_at, path_in, scratch

PAGE = 100
VIEWS = {
    table.name: "page" if isinstance(table, Tally) else "from_position"
    for projection in projections()
    for table in projection.tables
}
"""The table of each read model → what its rows came in the order of."""
RAW_IMPORT = "csv.reader over the files; raw sqlite3 executemany of the rows"
DECODED = "raw sqlite3 select, decode"
HASHED = "raw sqlite3 select, one SHA-256 of each row's bytes, one of each seal"
PLAIN = "raw sqlite3, the same query on a plain table of today's orders"


def races(folder: Path, quick: bool) -> Iterator[Race]:
    """The import, and what is asked of the whole log."""
    with closing(machine_at(folder)) as machine:
        serving.bring_in(machine, "olist", serving.SAMPLE, lambda _: staged("", {}))
        path = path_in(folder)
        yield Race(
            "import of the sample",
            partial(_import, folder),
            {RAW_IMPORT: partial(_import_floor, folder, path, _tables(path))},
            slow=True,
        )
        yield Race(
            "read the whole log as decoded events",
            lambda: timed(lambda: [one.event for one in machine.store.read_all()]),
            {DECODED: lambda: _reading(path, _decode_all)},
        )
        yield Race(
            "verify the whole log",
            lambda: timed(machine.verify),
            {HASHED: lambda: _reading(path, _hash_all)},
        )
        yield from _lists(folder, machine, 20 if quick else 100)


def _reading(path: Path, work: Callable[[sqlite3.Connection], object]) -> Figures:
    with closing(raw.opened(path)) as file:
        return timed(lambda: work(file))


def _import(folder: Path) -> Figures:
    taken: dict[str, float] = {}
    with scratch(folder) as here, closing(machine_at(here)) as machine:
        serving.bring_in(machine, "olist", serving.SAMPLE, lambda name: staged(name, taken))
    return {**taken, "Total": sum(taken.values())}


def _tables(path: Path) -> dict[str, list[Any]]:
    """The rows of the log and of every read model, in the order in which they came to be."""
    with closing(raw.opened(path)) as file:
        log = {"events": file.execute(f"SELECT {raw.ROW} FROM events ORDER BY position")}
        views = {
            name: file.execute(f"SELECT * FROM {name} ORDER BY {place}")
            for name, place in VIEWS.items()
        }
        return {name: rows.fetchall() for name, rows in {**log, **views}.items()}


def _import_floor(folder: Path, source: Path, tables: dict[str, list[Any]]) -> Figures:
    taken: dict[str, float] = {}
    with scratch(folder) as here, raw.twin(source, here / "raw.db", tables) as copy:
        with staged("Reading", taken):
            for path in serving.SAMPLE.glob("*.csv.gz"):
                with gzip.open(path, "rt", encoding="utf-8", newline="") as lines:
                    list(csv.reader(lines))
        with staged("Appending", taken):
            raw.insert(copy, "events", tables["events"])
        with staged("Projecting", taken):
            for name in VIEWS:
                raw.insert(copy, name, tables[name])
    return {**taken, "Total": sum(taken.values())}


def _decode_all(file: sqlite3.Connection) -> list[Any]:
    rows = file.execute(f"SELECT {raw.ROW} FROM events ORDER BY position")
    return [raw.DECODE[row[3]](row[9]) for row in rows]


def _hash_all(file: sqlite3.Connection) -> None:
    for row in file.execute(f"SELECT {raw.ROW} FROM events ORDER BY position"):
        sha256(row[5] + row[8] + row[9] + row[10]).digest()
        sha256(row[10] + row[11]).digest()


def _lists(folder: Path, machine: TimeMachine, number: int) -> Iterator[Race]:
    head = machine.store.head().position
    then = [AtPosition(one) for one in Random(7).choices(range(1, head), k=number)]
    moments: dict[str, list[Moment]] = {"as of a random position": [*then], "now": [Now()] * number}
    columns = ", ".join(ORDERS.columns)
    with closing(raw.opened(folder / "plain.db")) as plain:
        plain.execute("ATTACH ? AS store", (str(path_in(folder)),))
        living = f"SELECT {columns} FROM store.orders WHERE to_position = {END}"
        plain.execute(f"CREATE TABLE plain AS {living}")
        plain.execute("CREATE UNIQUE INDEX by_time ON plain (updated_at, order_id)")
        page = f"SELECT {columns} FROM plain ORDER BY updated_at DESC, order_id LIMIT {PAGE}"
        for told, asked in moments.items():
            yield Race(
                f"order list {told}, first {PAGE}",
                partial(_pages, machine, asked),
                {PLAIN: lambda: spread([lambda: plain.execute(page).fetchall()] * number)},
            )


def _pages(machine: TimeMachine, moments: list[Moment]) -> Figures:
    return spread([partial(_page, machine, one) for one in moments])


def _page(machine: TimeMachine, at: Moment) -> Any:
    return machine.rows(ORDERS, at, order_by="updated_at", descending=True, limit=PAGE)
