"""What can be asked about time? Then, why, since when, what changed, how long."""

from __future__ import annotations

from itertools import islice
from typing import Annotated, Any

import typer

from core import question_reports, reports
from core.books import book_change
from core.causes import causes
from core.clock_words import zone_named
from core.comparing import compare
from core.conditions import flips, parse_condition
from core.history import at_path
from core.holding import holding
from core.machine import TimeMachine
from core.moments import AtPosition, AtTime, world_time
from core.naming import named_path
from core.orders import Order, orders
from core.orders.views.lifecycle import BREACHES, STAYS
from core.orders.waiting import breaches, routes, standing, waits
from core.terminal import (
    About,
    At,
    Json,
    OneOrder,
    OrderId,
    Store,
    Zone,
    answer,
    caught_up,
    known,
    opened,
    order_at,
    remark,
)

EarlierAt = Annotated[str, typer.Argument(metavar="A", help="A moment, as with --at.")]
LaterAt = Annotated[str, typer.Argument(metavar="B", help="Another; the earlier comes first.")]
Field = Annotated[
    str, typer.Argument(metavar="FIELD", help="total, items.lamp.quantity, shipping_address.city")
]
Newest = Annotated[
    int | None, typer.Option("--newest", metavar="N", min=1, help="Only the last N of them.")
]
Asked = Annotated[
    str, typer.Argument(metavar="CONDITION", help="""total > 500 and status == "placed" """)
]


def show(
    order: OrderId,
    store: Store = None,
    at: At = "now",
    about: About = None,
    zone: Zone = "UTC",
    as_json: Json = False,
) -> None:
    """Show one order as it stood at a moment, or what was believed then about another time."""
    with opened(store) as machine:
        order_id, moment, position, _ = order_at(machine, order, at, zone)
        extra: dict[str, Any] = {}
        if about is None:
            state = machine.order(order_id, AtPosition(position))
        else:
            world = world_time(about, machine.moment(about, order_id, zone_named(zone)))
            belief = machine.belief(order_id, world, AtPosition(position))
            state, extra = belief.state, question_reports.belief_json(belief, AtTime(world))
    found = {**reports.shown_json(state, position, moment), **extra}
    answer(as_json, found, lambda: question_reports.believed_sheet(state, position, extra))


def why(
    order: OrderId,
    field: Field,
    store: Store = None,
    at: At = "now",
    zone: Zone = "UTC",
    newest: Newest = None,
    as_json: Json = False,
) -> None:
    """Say why a field of an order has its value: every event that set it, who, when and why."""
    with opened(store) as machine:
        order_id, moment, position, version = order_at(machine, order, at, zone)
        state = machine.rebuilt(order_id, version).state
        path = named_path(field, state, lambda: machine.history(order_id, to_version=version))
        told = causes(machine.repository, orders.stream(order_id), path, version)
        oldest_first = list(islice(told, newest))[::-1]
        place = {"order_id": order_id, "field": field, "at": str(moment), "position": position}
        said = question_reports.why_json(at_path(state, path), oldest_first)
        found = {**place, "version": version, **said}
        answer(as_json, found, lambda: question_reports.why_table(field, oldest_first))


def when(
    order: OrderId,
    condition: Asked,
    store: Store = None,
    at: At = "now",
    zone: Zone = "UTC",
    as_json: Json = False,
) -> None:
    """Say when a condition held for an order: every stretch, from which event to which."""
    asked = parse_condition(condition, Order)
    with opened(store) as machine:
        order_id, moment, position, version = order_at(machine, order, at, zone)
        steps = machine.history(order_id, to_version=version)
    stretches = flips(steps, asked)
    place = {"order_id": order_id, "condition": asked.text, "at": str(moment)}
    told = {"position": position, "version": version}
    found = {**place, **told, **question_reports.when_json(stretches)}
    answer(as_json, found, lambda: question_reports.when_table(asked.text, stretches))


def which(
    condition: Asked,
    store: Store = None,
    at: At = "now",
    zone: Zone = "UTC",
    as_json: Json = False,
) -> None:
    """Say for which orders a condition held at a moment, and how often that changed until then."""
    asked = parse_condition(condition, Order)
    with opened(store) as machine:
        moment = machine.moment(at, zone=zone_named(zone))
        position = machine.position(moment)
        held = holding(machine.store, orders, asked, position)
    keys = held.keys(position)
    found = {"condition": asked.text, "at": str(moment), "position": position}
    found |= {"count": len(keys), "orders": keys, "flips": len(held.flips)}
    answer(as_json, found, lambda: question_reports.which_list(keys))
    remark(f"{len(keys):,} orders at {moment}, position {position}.")


def diff(
    a: EarlierAt,
    b: LaterAt,
    order: OneOrder = None,
    store: Store = None,
    zone: Zone = "UTC",
    as_json: Json = False,
) -> None:
    """Say what changed between two moments and why: in the whole book, or in one order."""
    with opened(store) as machine:
        if order is None:
            _diff_book(machine, a, b, zone, as_json)
        else:
            _diff_order(machine, order, a, b, zone, as_json)


def _diff_order(machine: TimeMachine, order: str, a: str, b: str, zone: str, as_json: bool) -> None:
    order_id = known(machine, order)
    spots = [order_at(machine, order_id, said, zone, begun=False)[1:] for said in (a, b)]
    first, last = sorted(spots, key=lambda spot: spot[1])
    order_at(machine, order_id, f"@{last[1]}", zone)  # it had begun by the later one
    steps = machine.history(order_id, first[2] + 1, last[2]) if first[2] < last[2] else []
    differences = compare(steps)
    ends = [{"at": str(at), "position": p, "version": v} for at, p, v in (first, last)]
    found = {"order_id": order_id, "from": ends[0], "to": ends[1]}
    found |= question_reports.diff_json(differences)
    answer(as_json, found, lambda: question_reports.diff_sheet(found, differences))


def _diff_book(machine: TimeMachine, a: str, b: str, zone: str, as_json: bool) -> None:
    caught_up(machine)
    moments = [machine.moment(said, zone=zone_named(zone)) for said in (a, b)]
    spots = sorted(((machine.position(at), str(at)) for at in moments), key=lambda spot: spot[0])
    change = book_change(machine, *(position for position, _ in spots))
    ends = [{"at": at, "position": position} for position, at in spots]
    found = {"from": ends[0], "to": ends[1], **question_reports.book_json(change)}
    answer(as_json, found, lambda: question_reports.book_sheet(found, change))


def waiting(
    store: Store = None,
    at: At = "now",
    order: OneOrder = None,
    zone: Zone = "UTC",
    as_json: Json = False,
) -> None:
    """Say how long orders stay in each status, on which paths, and which rules they broke."""
    with opened(store) as machine:
        caught_up(machine)
        order_id = None if order is None else order_at(machine, order, at, zone)[0]
        moment = machine.moment(at, order_id, zone_named(zone))
        position = machine.position(moment, order_id)
        stays = machine.rows(STAYS, AtPosition(position))
        broken = breaches(machine.rows(BREACHES, AtPosition(position)))
        last = machine.store.at(position)
    found: dict[str, Any] = {"at": str(moment), "position": position}
    if order_id is not None and last is not None:
        stands = standing(stays, order_id, last.recorded_at)
        found |= {"order_id": order_id, "standing": question_reports.standing_json(stands)}
        answer(as_json, found, lambda: question_reports.standing_line(order_id, stands))
        return
    lengths, paths = waits(stays, zone_named(zone)), routes(stays)
    found |= {"statuses": lengths, "paths": paths, "broken_rules": broken}
    answer(as_json, found, lambda: question_reports.waiting_sheet(lengths, paths, broken))
