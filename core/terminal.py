"""What do all commands share? Options, the store, the answer in words or JSON, the order meant."""

from __future__ import annotations

import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Annotated, Any

import typer
from rich.console import Console, RenderableType

from core import reports, serving
from core.clock_words import zone_named
from core.errors import StoreUnavailable, StreamNotFound
from core.machine import TimeMachine
from core.moments import Moment
from core.orders import orders as order_streams

MOMENTS = "now, v7, @1201, 2017-11-24 17:00, Friday 17:00, 3 days before …"

Store = Annotated[
    str | None,
    typer.Option(
        "--store", metavar="URL", envvar="EVENTSCOPE_STORE", help="Default: data/orders.db."
    ),
]
Json = Annotated[bool, typer.Option("--json", help="One JSON document on standard output.")]
At = Annotated[str, typer.Option("--at", metavar="MOMENT", help=MOMENTS)]
Zone = Annotated[
    str, typer.Option("--zone", metavar="ZONE", help="Of clock times, such as Europe/Berlin.")
]
About = Annotated[
    str | None,
    typer.Option("--about", metavar="TIME", help="Only what had occurred by then."),
]
OneOrder = Annotated[str | None, typer.Option("--order", metavar="ORDER", help="Of one order.")]
OrderId = Annotated[str, typer.Argument(metavar="ORDER", help="With or without `order-`.")]

Shown = Callable[[], RenderableType]

PIPED = 160  # columns where nobody is watching


@contextmanager
def opened(store: str | None, create: bool = False) -> Iterator[TimeMachine]:
    """The store somebody named, or the default one; closed again at the end."""
    url = store or serving.DEFAULT_STORE
    if not (store or create or serving.default_exists()):
        raise StoreUnavailable(url, "it is not there yet; `eventscope serve` makes and fills it")
    machine = TimeMachine.open(url, create)
    try:
        yield machine
    finally:
        machine.close()


def caught_up(machine: TimeMachine) -> None:
    """Let the read models know what others appended; say so where this user may not do it."""
    if machine.store.keeps:
        machine.project()
        return
    status = machine.status()
    reached = min(status.checkpoints.values())
    if reached < status.position:
        newer = f"{status.position - reached:,} events are newer"
        remark(f"The read models are at @{reached}; {newer} (`eventscope project` adds them).")


def order_at(
    machine: TimeMachine, order: str, at: str, zone: str, begun: bool = True
) -> tuple[str, Moment, int, int]:
    """The order somebody means, the moment, its position, and the version it had reached there."""
    order_id = known(machine, order)
    stream = order_streams.stream(order_id)
    moment = machine.moment(at, order_id, zone_named(zone))
    position = machine.position(moment, order_id)
    version = machine.store.version_at(stream, position)
    if begun and not version:
        raise StreamNotFound(stream, str(moment))
    return order_id, moment, position, version


def known(machine: TimeMachine, said: str) -> str:
    """The order a person means: its id, or its stream."""
    prefix = order_streams.stream("")
    bare = said.removeprefix(prefix)
    is_id = bare == said or machine.store.version_at(order_streams.stream(said))
    return said if is_id else bare


def answer(as_json: bool, answer: dict[str, Any], shown: Shown) -> None:
    """Print the answer: as one JSON document, or as people read it."""
    if as_json:
        typer.echo(reports.document(answer))
        return
    width = None if sys.stdout.isatty() else PIPED
    Console(highlight=False, markup=False, width=width).print(shown())


def remark(*lines: str) -> None:
    """Say something beside the answer, on standard error."""
    for line in lines:
        typer.echo(reports.text(line).plain, err=True)
