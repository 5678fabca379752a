"""What can be asked in SQL, and taken away, on the command line?"""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from core import reports
from core.clock_words import zone_named
from core.exporting import export as write
from core.machine import TimeMachine
from core.moments import AtPosition
from core.orders.views import tables
from core.relations import relation
from core.stores.sandbox import Limits
from core.terminal import At, Json, Store, Zone, answer, caught_up, opened, remark

Sql = Annotated[str, typer.Argument(metavar="SQL", help="One SELECT; - reads it from the input.")]
Rows = Annotated[int, typer.Option("--limit", min=1, help="How many rows at the most.")]
Seconds = Annotated[float, typer.Option("--seconds", min=0.1, help="How long at the most.")]
View = Annotated[
    str, typer.Argument(metavar="VIEW", help="orders, customers, orders_history, events …")
]
To = Annotated[
    Path, typer.Option("-o", "--output", metavar="FILE", help="Ends with .csv, .jsonl, .parquet.")
]


def query(
    sql: Sql,
    store: Store = None,
    at: At = "now",
    zone: Zone = "UTC",
    limit: Rows = 1000,
    seconds: Seconds = 10.0,
    as_json: Json = False,
) -> None:
    """Ask in SQL: orders, customers, event_volume, events … as of a moment, and their histories."""
    said = typer.get_text_stream("stdin").read() if sql == "-" else sql
    with opened(store) as machine:
        position, moment = _place(machine, at, zone)
        found = machine.ask(said, AtPosition(position), Limits(seconds, limit))
    told = {"at": moment, "position": position, "columns": found.columns, "cut": found.cut}
    answer(as_json, {**told, "rows": found.rows}, lambda: reports.answer_table(found))
    more = f"The first {limit:,} rows" if found.cut else f"{len(found.rows):,} rows"
    remark(f"{more} at {moment}, position {position}.")


def export(
    view: View,
    output: To,
    store: Store = None,
    at: At = "now",
    zone: Zone = "UTC",
    as_json: Json = False,
) -> None:
    """Write a table as of a moment to a file: CSV, Parquet or JSON Lines, by its ending."""
    with opened(store) as machine:
        position, moment = _place(machine, at, zone)
        rows = write(relation(machine.store, tables(), view, position), output)
    found = {"view": view, "at": moment, "position": position, "file": str(output), "rows": rows}
    answer(as_json, found, lambda: f"{rows:,} rows of {view} at {moment} are in {output}.")


def _place(machine: TimeMachine, at: str, zone: str) -> tuple[int, str]:
    caught_up(machine)
    moment = machine.moment(at, zone=zone_named(zone))
    return machine.position(moment), str(moment)
