"""What can be proved on the command line? That a moment is still what it was when it was cited."""

from __future__ import annotations

from typing import Annotated, Any
from urllib.parse import urlencode

import typer

from core import question_reports
from core.citing import check_citation, cite, parse_citation
from core.clock_words import zone_named
from core.errors import EventscopeError
from core.orders import orders
from core.terminal import At, Json, OneOrder, Store, Zone, answer, known, opened, order_at

Cited = Annotated[str, typer.Argument(metavar="CITATION", help="As `eventscope cite` gave it.")]


def cite_moment(
    store: Store = None,
    at: At = "now",
    order: OneOrder = None,
    zone: Zone = "UTC",
    as_json: Json = False,
) -> None:
    """Cite a moment of the log, and of one order: digests that vouch for what was seen there."""
    with opened(store) as machine:
        order_id = None
        if order is None:
            position = machine.position(machine.moment(at, zone=zone_named(zone)))
        else:
            order_id, _, position, _ = order_at(machine, order, at, zone)
        citation = cite(machine.store, position, orders, order_id)
    place = {"order": order_id} if order_id else {}
    link = urlencode({**place, "at": f"@{position}", "cited": str(citation)}, safe="@")
    path = f"/order?{link}" if order_id else f"/?{link}"
    found = {"order_id": order_id, "citation": str(citation), "link": path, **vars(citation)}
    answer(as_json, found, lambda: f"{citation}\n{path}")


def check(
    citation: Cited, store: Store = None, order: OneOrder = None, as_json: Json = False
) -> None:
    """Compute a cited moment anew from the stored bytes: the same, or what differs (exit 1)."""
    cited = parse_citation(citation)
    if cited.version is not None and order is None:
        raise EventscopeError("This citation is of an order: name it with --order.")
    with opened(store) as machine:
        order_id = None if order is None else known(machine, order)
        checked = check_citation(machine.store, cited, orders, order_id)
    found: dict[str, Any] = {"same": checked.same, "order_id": order_id}
    found |= question_reports.checked_json(checked)
    answer(as_json, found, lambda: question_reports.checked_sheet(checked))
    if not checked.same:
        raise typer.Exit(1)
