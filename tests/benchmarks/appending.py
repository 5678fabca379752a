"""What does it cost to add to the log, each commit durable when it returns?"""

from __future__ import annotations

import tempfile
from collections.abc import Callable, Iterator, Sequence
from contextlib import closing
from dataclasses import replace
from functools import partial
from pathlib import Path

from core import TimeMachine
from core.events import StoredRow
from core.handler import Handler
from core.orders import OrderCommand, orders
from tests.benchmarks import raw
from tests.benchmarks.histories import commands, short_order
from tests.benchmarks.measuring import Figures, Race, timed
from tests.benchmarks.places import machine_at, raw_log, scratch

READY = "raw sqlite3, same columns and unique keys, rows ready made"
CYCLE = "raw sqlite3: select, decode, fold by hand, insert a ready row"
STREAM = "SELECT type, data FROM events WHERE stream = ? ORDER BY version"


def races(folder: Path, quick: bool) -> Iterator[Race]:
    """The appends, one event and one order a commit, and the cycle of a command."""
    yield from _appends(folder, 30 if quick else 200)
    yield _cycle(folder, 20 if quick else 100)


def on_disk(folder: Path, quick: bool) -> Iterator[Race]:
    """The appends again, where a flush has to reach a disk."""
    with tempfile.TemporaryDirectory() as disk:
        for race in _appends(Path(disk), 5 if quick else 20):
            yield replace(race, workload=f"on a disk: {race.workload}")


def _appends(folder: Path, number: int) -> Iterator[Race]:
    names = [f"o{one}" for one in range(number)]
    rows = _rows(folder, names)
    singly = [[row] for row in rows]
    by_order = [rows[start : start + 6] for start in range(0, len(rows), 6)]
    yield Race(
        "append an event per commit",
        partial(_ours, folder, partial(_append_singly, names=names), len(rows)),
        {READY: partial(_floor, folder, singly)},
    )
    yield Race(
        "append an order of 6 events per commit",
        partial(_ours, folder, partial(_append_orders, names=names), number),
        {READY: partial(_floor, folder, by_order)},
    )


def _append_singly(machine: TimeMachine, names: Sequence[str]) -> Callable[[], None]:
    batches = [(orders.stream(name), short_order(name)) for name in names]

    def work() -> None:
        for stream, events in batches:
            for version, event in enumerate(events):
                machine.store.append(stream, [event], version)

    return work


def _append_orders(machine: TimeMachine, names: Sequence[str]) -> Callable[[], None]:
    batches = [(orders.stream(name), short_order(name)) for name in names]

    def work() -> None:
        for stream, events in batches:
            machine.store.append(stream, events, 0)

    return work


def _ours(
    folder: Path, prepare: Callable[[TimeMachine], Callable[[], None]], times: int
) -> Figures:
    with scratch(folder) as here, closing(machine_at(here)) as machine:
        machine.store.append("order-first", short_order("first"), 0)
        return _each(timed(prepare(machine)), times)


def _each(whole: Figures, times: int) -> Figures:
    return {name: seconds / times for name, seconds in whole.items()}


def _rows(folder: Path, names: Sequence[str]) -> list[StoredRow]:
    """These orders as ours would store them."""
    with scratch(folder) as here, closing(machine_at(here)) as machine:
        for name in names:
            machine.store.append(orders.stream(name), short_order(name), 0)
        return list(machine.store.rows())


def _floor(folder: Path, batches: Sequence[Sequence[StoredRow]]) -> Figures:
    with raw_log(folder) as copy:

        def work() -> None:
            for batch in batches:
                if len(batch) == 1:
                    copy.execute(raw.INSERT, batch[0])
                else:
                    raw.insert(copy, "events", batch)

        return _each(timed(work), len(batches))


def _cycle(folder: Path, number: int) -> Race:
    names = [f"o{one}" for one in range(number)]
    rows = _rows(folder, names)
    asked = [command for name in names for command in commands(name)]
    return Race(
        "command through the handler",
        partial(_ours, folder, partial(_handle, asked=asked), len(asked)),
        {CYCLE: partial(_cycle_floor, folder, rows)},
    )


def _handle(machine: TimeMachine, asked: Sequence[OrderCommand]) -> Callable[[], None]:
    handler = Handler(machine.repository, orders, lambda command: command.order_id)

    def work() -> None:
        for command in asked:
            handler.handle(command)

    return work


def _cycle_floor(folder: Path, rows: Sequence[StoredRow]) -> Figures:
    with raw_log(folder) as copy:

        def work() -> None:
            for row in rows:
                raw.fold(copy.execute(STREAM, (row[1],)))
                copy.execute(raw.INSERT, row)

        return _each(timed(work), len(rows))
