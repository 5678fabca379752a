"""What does Friday against Monday cost, over all orders? The sample, and a hundred thousand."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import closing
from datetime import timedelta
from functools import partial
from pathlib import Path
from random import Random

from core import AtTime, TimeMachine, serving
from core.books import book_change
from core.orders import OrderEvent
from core.orders.views.order_details import ORDERS
from core.projections import END
from tests.benchmarks import raw
from tests.benchmarks.histories import short_order
from tests.benchmarks.measuring import Race, spread, staged
from tests.benchmarks.places import machine_at, path_in, scratch

ORDERS_MADE, FEWER_MADE = 100_000, 5_000
WEEKENDS = 250
"""How many stretches from a Friday to its Monday the made log is thought to hold."""
TWO_QUERIES = "raw sqlite3, all orders of a plain table of today's orders, twice"


def races(folder: Path, quick: bool) -> Iterator[Race]:
    """The whole book at two moments a weekend apart."""
    with scratch(folder) as here, closing(machine_at(here)) as machine:
        serving.bring_in(machine, "olist", serving.SAMPLE, lambda _: staged("", {}))
        yield from _race(here, machine, "7,084 real orders", _weekends(machine), quick)
    made = FEWER_MADE if quick else ORDERS_MADE
    with scratch(folder) as here, closing(machine_at(here)) as machine:
        machine.load(_made(made))
        machine.project()
        head = machine.store.head().position
        ends = [(at, at + head // WEEKENDS) for at in Random(7).sample(range(head * 9 // 10), 20)]
        yield from _race(here, machine, f"{made:,} orders", ends, quick)


def _made(orders: int) -> Iterator[tuple[str, OrderEvent]]:
    for number in range(orders):
        name = f"o{number:07}"
        for event in short_order(name):
            yield f"order-{name}", event


def _weekends(machine: TimeMachine) -> list[tuple[int, int]]:
    """Twenty positions, and those three days later."""
    head = machine.store.head().position
    firsts = Random(7).sample(range(1, head * 9 // 10), 20)
    ends = []
    for first in firsts:
        record = machine.store.at(first)
        assert record
        later = record.recorded_at + timedelta(days=3)
        ends.append((first, machine.position(AtTime(later))))
    return ends


def _race(
    folder: Path, machine: TimeMachine, told: str, ends: list[tuple[int, int]], quick: bool
) -> Iterator[Race]:
    columns = ", ".join(ORDERS.columns)
    with closing(raw.opened(folder / "plain.db")) as plain:
        plain.execute("ATTACH ? AS store", (str(path_in(folder)),))
        living = f"SELECT {columns} FROM store.orders WHERE to_position = {END}"
        plain.execute(f"CREATE TABLE plain AS {living}")

        def two_queries() -> None:
            for _ in range(2):
                plain.execute(f"SELECT {columns} FROM plain ORDER BY order_id").fetchall()

        asked = ends[:5] if quick else ends
        yield Race(
            f"Friday against Monday, {told}",
            lambda: spread([partial(book_change, machine, *pair) for pair in asked]),
            {TWO_QUERIES: lambda: spread([two_queries] * len(asked))},
        )
