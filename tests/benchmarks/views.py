"""What does a question about all orders cost as of a moment, in a short log and in a long one?"""

from __future__ import annotations

import sqlite3
from collections.abc import Callable, Iterator, Sequence
from contextlib import closing, contextmanager
from functools import partial
from pathlib import Path
from random import Random
from typing import Any

from core import TimeMachine
from core.books import book_change
from core.moments import AtPosition
from core.orders.views.analytics import EVENT_VOLUME, STATUS_FIGURES
from core.orders.views.order_details import ORDERS
from core.projections import END, Where
from core.stores.rows import read_rows
from tests.benchmarks.books import book
from tests.benchmarks.measuring import Figures, Race, spread, timed
from tests.benchmarks.places import machine_at

PAGE = 100
COLUMNS = ", ".join(ORDERS.columns)
PLAIN = "raw sqlite3, the same query on a plain table of today's orders"
MADE = "the same, and its rows made"
SHORT, LONG, QUICK = 4_000, 100_000, 20_000
"""How many orders: forty thousand events, a million."""
STATUSES = ("order_id", "status")
DAYS = [Where("width", "=", "day")]


def races(folder: Path, quick: bool) -> Iterator[Race]:
    """Lists, figures, chart and comparison as of random moments."""
    with (
        _filled(folder / "short", SHORT) as short,
        _filled(folder / "long", QUICK if quick else LONG) as long,
    ):
        for machine, orders in ((short, SHORT), (long, QUICK if quick else LONG)):
            yield from _lists(machine, f"{orders:,} orders", 20 if quick else 60)
            yield from _compared(machine, f"{orders:,} orders")
        yield from _sums(short, long, 10 if quick else 30)


@contextmanager
def _filled(folder: Path, orders: int) -> Iterator[TimeMachine]:
    folder.mkdir()
    with closing(machine_at(folder)) as machine:
        machine.load(book(orders))
        machine.project()
        yield machine


@contextmanager
def _plain(machine: TimeMachine) -> Iterator[sqlite3.Connection]:
    """A table of today's orders, with the index that such a table has for its list."""
    path = Path(machine.store.url.removeprefix("sqlite:///"))
    with closing(sqlite3.connect(path.parent / "plain.db", isolation_level=None)) as plain:
        plain.execute("ATTACH ? AS store", (str(path),))
        living = f"SELECT {COLUMNS} FROM store.orders WHERE to_position = {END}"
        plain.execute(f"CREATE TABLE IF NOT EXISTS plain AS {living}")
        plain.execute("CREATE INDEX IF NOT EXISTS by_time ON plain (updated_at DESC, order_id)")
        plain.execute("DETACH store")
        yield plain


def _random(machine: TimeMachine, number: int) -> list[AtPosition]:
    head = machine.store.head().position
    return [AtPosition(one) for one in Random(7).choices(range(head // 50, head), k=number)]


def _lists(machine: TimeMachine, told: str, number: int) -> Iterator[Race]:
    page = f"SELECT {COLUMNS} FROM plain ORDER BY updated_at DESC, order_id LIMIT {PAGE}"
    then = _random(machine, number)
    with _plain(machine) as plain:
        raw = partial(_rows, plain, page)
        yield Race(
            f"order list as of a random moment, first {PAGE} of {told}",
            lambda: spread([partial(_page, machine, one) for one in then]),
            {
                PLAIN: lambda: spread([raw] * number),
                MADE: lambda: spread([lambda: read_rows(ORDERS, raw())] * number),
            },
        )


def _rows(plain: sqlite3.Connection, sql: str) -> list[Any]:
    return plain.execute(sql).fetchall()


def _page(machine: TimeMachine, at: AtPosition) -> Any:
    return machine.rows(ORDERS, at, order_by="updated_at", descending=True, limit=PAGE)


def _compared(machine: TimeMachine, told: str) -> Iterator[Race]:
    head = machine.store.head().position
    friday, monday = head // 2, head // 2 + head // 250  # three days of two years
    whole = f"SELECT {COLUMNS} FROM plain"
    with _plain(machine) as plain:
        yield Race(
            f"Friday against Monday over {told}",
            lambda: timed(lambda: book_change(machine, friday, monday), 3),
            {"twice raw sqlite3, a plain table of orders": lambda: timed(_twice(plain, whole), 3)},
        )
        yield Race(
            f"status of each of {told} at a random moment",
            lambda: timed(
                lambda: machine.values(ORDERS, ("order_id", "status"), AtPosition(monday))
            ),
            {
                "raw sqlite3, a plain table of orders": lambda: timed(
                    lambda: _rows(plain, "SELECT order_id, status FROM plain")
                )
            },
        )


def _twice(plain: sqlite3.Connection, sql: str) -> Callable[[], object]:
    return lambda: [_rows(plain, sql), _rows(plain, sql)]


def _sums(short: TimeMachine, long: TimeMachine, number: int) -> Iterator[Race]:
    asked: Sequence[tuple[str, Callable[[TimeMachine, AtPosition], object]]] = (
        ("figures", lambda machine, at: machine.rows(STATUS_FIGURES, at)),
        ("event volume by day", lambda machine, at: machine.rows(EVENT_VOLUME, at, DAYS, "bucket")),
    )
    for told, ask in asked:
        yield Race(
            f"{told} as of a random moment of a long log",
            partial(_spread, ask, long, number),
            {"ours, of a short log": partial(_spread, ask, short, number)},
        )


def _spread(ask: Callable[[Any, Any], object], machine: TimeMachine, number: int) -> Figures:
    return spread([partial(ask, machine, at) for at in _random(machine, number)])
