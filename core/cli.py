"""What can be asked on the command line? `eventscope …`: each command one question to the log."""

from __future__ import annotations

import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Annotated, Any

import typer
from rich.console import Console, RenderableType
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeElapsedColumn

from core import projector, reports, serving
from core.errors import BrokenChain, EventscopeError, StoreUnavailable, StreamNotFound
from core.machine import TimeMachine
from core.moments import AtPosition, Moment, parse_moment
from core.orders import Order
from core.orders import orders as order_streams
from core.orders.views.order_details import ORDERS

app = typer.Typer(
    add_completion=False,
    pretty_exceptions_enable=False,
    rich_markup_mode=None,
    help="Time travel for event-sourced orders. Without a command: serve the dashboard.",
)

Store = Annotated[
    str | None,
    typer.Option(
        "--store", metavar="URL", envvar="EVENTSCOPE_STORE", help="Default: data/orders.db."
    ),
]
Json = Annotated[bool, typer.Option("--json", help="One JSON document on standard output.")]
At = Annotated[str, typer.Option("--at", metavar="MOMENT", help="now, v7, @1201 or an ISO time.")]
Follow = Annotated[bool, typer.Option("--follow", help="Go on until it is stopped.")]
OrderId = Annotated[str, typer.Argument(metavar="ORDER", help="With or without `order-`.")]

Shown = Callable[[], RenderableType]

PIPED = 160  # columns where nobody is watching


@app.command()
def serve(
    store: Store = None,
    port: Annotated[int | None, typer.Option(min=1, max=65535, help="Default: 8501.")] = None,
    headless: Annotated[bool, typer.Option("--headless", help="Open no browser.")] = False,
) -> None:
    """Open the dashboard; the default store is filled from the shipped sample on first start."""
    with _opened(store, create=store is None) as machine:
        if store is None:
            with _stages() as stage:
                serving.fill(machine, stage)
    serving.start(store or serving.DEFAULT_STORE, port, headless)


@app.command("import")
def import_(
    name: Annotated[str, typer.Argument(metavar="NAME", help="olist, or story.")],
    folder: Annotated[Path | None, typer.Argument(metavar="[DIR]")] = None,
    store: Store = None,
    as_json: Json = False,
) -> None:
    """Bring a foreign history into the log: `import olist DIR`, or the story: `import story`."""
    with _opened(store, create=True) as machine:
        with _stages() as stage:
            appended = serving.bring_in(machine, name, folder, stage)
        position = machine.store.head().position
    answer = {"source": name, "appended": appended, "position": position}
    _answer(as_json, answer, lambda: f"{appended:,} events from {name}; the log is at @{position}.")


@app.command()
def orders(
    store: Store = None,
    at: At = "now",
    limit: Annotated[int, typer.Option(min=1, help="How many, latest first.")] = 20,
    as_json: Json = False,
) -> None:
    """List the orders as they stood at a moment, the latest first."""
    moment = parse_moment(at)
    with _opened(store) as machine:
        machine.project()  # another program may have appended without projecting
        position = machine.position(moment)
        there = AtPosition(position)
        rows = machine.rows(ORDERS, there, order_by="updated_at", descending=True, limit=limit)
        count = machine.count(ORDERS, there)
    answer = {"at": str(moment), "position": position, "count": count, "orders": rows}
    _answer(as_json, answer, lambda: reports.order_table(rows))
    _remark(f"{len(rows):,} of {count:,} orders at {moment}, position {position}.")


@app.command()
def show(order: OrderId, store: Store = None, at: At = "now", as_json: Json = False) -> None:
    """Show one order as it stood at a moment."""
    moment = parse_moment(at)
    with _opened(store) as machine:
        state, position = order_at(machine, order, moment)
    answer = reports.shown_json(state, position, moment)
    _answer(as_json, answer, lambda: reports.order_sheet(state, position))


@app.command()
def history(order: OrderId, store: Store = None, as_json: Json = False) -> None:
    """Tell what happened to one order, and what each event changed."""
    with _opened(store) as machine:
        order_id = _known(machine, order)
        steps = machine.history(order_id)
    events = [reports.step_json(step) for step in steps] if as_json else []
    answer = {"order_id": order_id, "versions": len(steps), "events": events}
    _answer(as_json, answer, lambda: reports.history_table(steps))


@app.command()
def verify(store: Store = None, as_json: Json = False) -> None:
    """Re-hash every stored byte; a log that was altered ends with exit code 1."""
    try:
        with _opened(store) as machine, _stages() as stage, stage("Verifying") as progress:
            verified = machine.verify(progress)
    except BrokenChain as broken:
        if as_json:
            typer.echo(reports.document({"ok": False, **vars(broken)}))
        raise
    said = f"{verified.events:,} events in {verified.streams:,} streams are intact."
    answer = {"ok": True, **reports.plain(verified)}
    _answer(as_json, answer, lambda: f"{said} Seal: {verified.seal.hex()}")


@app.command()
def rebuild(
    view: Annotated[str | None, typer.Argument(help="Default: all of them.")] = None,
    store: Store = None,
    as_json: Json = False,
) -> None:
    """Make a read model anew from the log, beside the live rows."""
    with _opened(store) as machine:
        with _stages() as stage, stage("Rebuilding") as progress:
            machine.rebuild(view, progress)
        status = machine.status()
    rebuilt = [view] if view else sorted(status.checkpoints)
    answer = {"rebuilt": rebuilt, "position": status.position}
    _answer(as_json, answer, lambda: f"Rebuilt {', '.join(rebuilt)} up to @{status.position}.")


@app.command()
def project(store: Store = None, follow: Follow = False, as_json: Json = False) -> None:
    """Bring the read models to the head of the log; with --follow keep them there."""
    with _opened(store) as machine:
        with _stages() as stage, stage("Projecting") as progress:
            position = machine.project(progress)
        _answer(as_json, {"position": position}, lambda: f"The read models are at @{position}.")
        if follow:
            serving.follow(machine, _remark)


@app.command()
def status(store: Store = None, as_json: Json = False) -> None:
    """Say how far the log and its read models have come."""
    with _opened(store) as machine:
        found = machine.status()
    _answer(as_json, reports.plain(found), lambda: reports.status_sheet(found))


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
    _remark(*str(error).splitlines())
    raise SystemExit(code)


def _remark(*lines: str) -> None:
    for line in lines:
        typer.echo(reports.text(line).plain, err=True)


@contextmanager
def _opened(store: str | None, create: bool = False) -> Iterator[TimeMachine]:
    url = store or serving.DEFAULT_STORE
    if not (store or create or serving.default_exists()):
        raise StoreUnavailable(url, "it is not there yet; `eventscope serve` makes and fills it")
    machine = TimeMachine.open(url, create)
    try:
        yield machine
    finally:
        machine.close()


def order_at(machine: TimeMachine, order: str, moment: Moment) -> tuple[Order, int]:
    """An order at a moment, and the position that moment is; nothing comes in between the two."""
    order_id = _known(machine, order)
    position = machine.position(moment, order_id)
    try:
        return machine.order(order_id, AtPosition(position)), position
    except StreamNotFound:
        raise StreamNotFound(order_streams.stream(order_id), str(moment)) from None


def _known(machine: TimeMachine, said: str) -> str:
    """The order a person means: its id, or its stream."""
    prefix = order_streams.stream("")
    bare = said.removeprefix(prefix)
    is_id = bare == said or machine.store.version_at(order_streams.stream(said))
    return said if is_id else bare


def _answer(as_json: bool, answer: dict[str, Any], shown: Shown) -> None:
    if as_json:
        typer.echo(reports.document(answer))
        return
    width = None if sys.stdout.isatty() else PIPED
    Console(highlight=False, markup=False, width=width).print(shown())


@contextmanager
def _stages() -> Iterator[serving.Stage]:
    columns = (TextColumn("{task.description:<11}"), BarColumn(), MofNCompleteColumn())
    with Progress(*columns, TimeElapsedColumn(), console=Console(stderr=True)) as bars:

        @contextmanager
        def stage(name: str) -> Iterator[projector.Progress]:
            task = bars.add_task(name, total=None)
            yield lambda done, total: bars.update(task, completed=done, total=total)
            total = bars.tasks[task].total or 1
            bars.update(task, completed=total, total=total)

        yield stage


if __name__ == "__main__":
    main()
