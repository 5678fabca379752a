"""What can be asked on the command line? `eventscope …`: each command one question to the log."""

from __future__ import annotations

import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Annotated

import typer
from rich.console import Console
from rich.progress import (
    BarColumn,
    MofNCompleteColumn,
    Progress,
    TextColumn,
    TimeElapsedColumn,
    TimeRemainingColumn,
)

from core import asking, migration, projector, proving, questions, reports, serving
from core.clock_words import zone_named
from core.errors import BrokenChain, EventscopeError
from core.moments import AtPosition
from core.orders.views.order_details import ORDERS
from core.terminal import At, Json, OrderId, Store, Zone, answer, caught_up, known, opened, remark

app = typer.Typer(
    add_completion=False,
    pretty_exceptions_enable=False,
    rich_markup_mode=None,
    help="Time travel for event-sourced orders. Without a command: serve the dashboard.",
)

Follow = Annotated[bool, typer.Option("--follow", help="Go on until it is stopped.")]


@app.command()
def serve(
    store: Store = None,
    port: Annotated[int | None, typer.Option(min=1, max=65535, help="Default: 8501.")] = None,
    headless: Annotated[bool, typer.Option("--headless", help="Open no browser.")] = False,
) -> None:
    """Open the dashboard; the default store is filled from the shipped sample on first start."""
    with opened(store, create=store is None) as machine, _stages() as stage:
        ready = serving.fill if store is None else serving.catch_up
        ready(machine, stage, remark)
    serving.start(store or serving.DEFAULT_STORE, port, headless)


@app.command("import")
def import_(
    name: Annotated[str, typer.Argument(metavar="NAME", help="olist, or story.")],
    folder: Annotated[Path | None, typer.Argument(metavar="[DIR]")] = None,
    store: Store = None,
    as_json: Json = False,
) -> None:
    """Bring a foreign history into the log: `import olist DIR`, or the story: `import story`."""
    with opened(store, create=True) as machine:
        with _stages() as stage:
            appended = serving.bring_in(machine, name, folder, stage)
        position = machine.store.head().position
    found = {"source": name, "appended": appended, "position": position}
    answer(as_json, found, lambda: f"{appended:,} events from {name}; the log is at @{position}.")


@app.command()
def orders(
    store: Store = None,
    at: At = "now",
    zone: Zone = "UTC",
    limit: Annotated[int, typer.Option(min=1, help="How many, latest first.")] = 20,
    as_json: Json = False,
) -> None:
    """List the orders as they stood at a moment, the latest first."""
    with opened(store) as machine:
        caught_up(machine)
        moment = machine.moment(at, zone=zone_named(zone))
        position = machine.position(moment)
        there = AtPosition(position)
        rows = machine.rows(ORDERS, there, order_by="updated_at", descending=True, limit=limit)
        count = machine.count(ORDERS, there)
    found = {"at": str(moment), "position": position, "count": count, "orders": rows}
    answer(as_json, found, lambda: reports.order_table(rows))
    remark(f"{len(rows):,} of {count:,} orders at {moment}, position {position}.")


app.command()(questions.show)


@app.command()
def history(order: OrderId, store: Store = None, as_json: Json = False) -> None:
    """Tell what happened to one order, and what each event changed."""
    with opened(store) as machine:
        order_id = known(machine, order)
        steps = machine.history(order_id)
    events = [reports.step_json(step) for step in steps] if as_json else []
    found = {"order_id": order_id, "versions": len(steps), "events": events}
    answer(as_json, found, lambda: reports.history_table(steps))


for question in (
    questions.why,
    questions.when,
    questions.which,
    questions.diff,
    questions.waiting,
):
    app.command()(question)


@app.command()
def verify(store: Store = None, as_json: Json = False) -> None:
    """Re-hash every stored byte; a log that was altered ends with exit code 1."""
    try:
        with opened(store) as machine, _stages() as stage, stage("Verifying") as progress:
            verified = machine.verify(progress)
    except BrokenChain as broken:
        if as_json:
            typer.echo(reports.document({"ok": False, **vars(broken)}))
        raise
    said = f"{verified.events:,} events in {verified.streams:,} streams are intact."
    found = {"ok": True, **reports.plain(verified)}
    answer(as_json, found, lambda: f"{said} Seal: {verified.seal.hex()}")


app.command()(asking.query)
app.command()(asking.export)
app.command("cite")(proving.cite_moment)
app.command()(proving.check)


app.command()(migration.migrate)


@app.command()
def rebuild(
    view: Annotated[str | None, typer.Argument(help="Default: all of them.")] = None,
    store: Store = None,
    as_json: Json = False,
) -> None:
    """Make a read model anew from the log, beside the live rows."""
    with opened(store) as machine:
        with _stages() as stage, stage("Rebuilding") as progress:
            machine.rebuild(view, progress)
        status = machine.status()
    rebuilt = [view] if view else sorted(status.checkpoints)
    found = {"rebuilt": rebuilt, "position": status.position}
    answer(as_json, found, lambda: f"Rebuilt {', '.join(rebuilt)} up to @{status.position}.")


@app.command()
def project(store: Store = None, follow: Follow = False, as_json: Json = False) -> None:
    """Bring the read models to the head of the log; with --follow keep them there."""
    with opened(store) as machine:
        with _stages() as stage, stage("Projecting") as progress:
            position = machine.project(progress)
        answer(as_json, {"position": position}, lambda: f"The read models are at @{position}.")
        if follow:
            serving.follow(machine, remark)


@app.command()
def status(store: Store = None, as_json: Json = False) -> None:
    """Say how far the log and its read models have come."""
    with opened(store) as machine:
        found = machine.status()
    answer(as_json, reports.plain(found), lambda: reports.status_sheet(found))


def main(arguments: list[str] | None = None) -> None:
    """Run a command line; every failure is a sentence on standard error and an exit code."""
    said = list(sys.argv[1:] if arguments is None else arguments)
    if not said or (said[0].startswith("-") and said[0] != "--help"):
        said.insert(0, "serve")
    try:
        app(said, prog_name="eventscope")
    except BrokenChain as broken:
        _fail(broken, 1)
    except EventscopeError as error:
        _fail(error, 2)
    except Exception as error:  # a trace helps nobody who only asked a question
        _fail(f"This went wrong: {type(error).__name__}: {error}", 2)


def _fail(error: Exception | str, code: int) -> None:
    remark(*str(error).splitlines())
    raise SystemExit(code)


@contextmanager
def _stages() -> Iterator[serving.Stage]:
    done = (TextColumn("{task.description:<11}"), BarColumn(), MofNCompleteColumn())
    left = (TimeElapsedColumn(), TextColumn("left:"), TimeRemainingColumn())
    with Progress(*done, *left, console=Console(stderr=True)) as bars:

        @contextmanager
        def stage(name: str) -> Iterator[projector.Progress]:
            task = bars.add_task(name, total=None)
            yield lambda done, total: bars.update(task, completed=done, total=total)
            total = bars.tasks[task].total or 1
            bars.update(task, completed=total, total=total)

        yield stage


if __name__ == "__main__":
    main()
