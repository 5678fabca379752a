"""How are answers about time shown? The story behind a value, stretches, differences, waits."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any, cast

from rich.console import Group, RenderableType
from rich.text import Text

from core.causes import Cause
from core.citing import Checked
from core.comparing import Difference, explaining
from core.conditions import Stretch
from core.events import Recorded
from core.moments import AtTime
from core.orders import Order, OrderEvent
from core.orders.book import BookChange
from core.orders.sentences import sentence, span
from core.orders.waiting import Route, Standing, StatusWait, Wait
from core.reports import bare_table, change_json, order_sheet, plain, text
from core.repository import Belief

SHOWN = 12


def event_json(recorded: Recorded) -> dict[str, Any]:
    """Which event, when on both clocks, who and why."""
    event = recorded.event
    return {
        "version": recorded.version,
        "position": recorded.position,
        "type": recorded.type,
        "occurred_at": recorded.occurred_at,
        "recorded_at": recorded.recorded_at,
        "sentence": told(recorded),
        "metadata": event.metadata,
    }


def told(recorded: Recorded) -> str:
    """An event as a sentence."""
    return sentence(cast(OrderEvent, recorded.event))


def belief_json(belief: Belief[Order], about: AtTime) -> dict[str, Any]:
    """Which clock cut what: the versions that count, and those that had not occurred."""
    return {
        "about": str(about),
        "counted": [one.version for one in belief.counted],
        "left_out": [one.version for one in belief.left_out],
    }


def believed_sheet(order: Order, position: int, about: Mapping[str, Any]) -> RenderableType:
    """An order as it stood; where the second clock cut, that is said first."""
    if not about:
        return order_sheet(order, position)
    left = len(about["left_out"])
    said = f"About {about['about']}: {len(about['counted'])} events count, {left} came later."
    return Group(text(said), order_sheet(order, position))


def why_json(value: Any, settings: Sequence[Cause]) -> dict[str, Any]:
    """The value of a field, and every event that set it."""
    return {
        "value": value,
        "settings": [event_json(one.recorded) | change_json(one.change) for one in settings],
    }


def why_table(field: str, settings: Sequence[Cause]) -> RenderableType:
    """Every event that set a field, oldest first."""
    if not settings:
        return text(f"No event set {field}: it is as every order begins.")
    table = bare_table("#v", "#@", "Time (UTC)", "Field", "Before", "After", "What happened", "Who")
    for one in settings:
        recorded, change = one.recorded, one.change
        cells = [".".join(change.path), change.before, change.after, told(recorded)]
        table.add_row(*_place(recorded), *map(text, cells), _who(recorded))
    return table


def when_json(stretches: Sequence[Stretch]) -> dict[str, Any]:
    """Every stretch where a condition held; `until` is outside, null where it holds still."""
    found = [
        {"from": event_json(one.began), "until": event_json(one.ended) if one.ended else None}
        for one in stretches
    ]
    return {"holds": bool(found) and found[-1]["until"] is None, "stretches": found}


def when_table(condition: str, stretches: Sequence[Stretch]) -> RenderableType:
    """Every stretch where a condition held."""
    if not stretches:
        return text(f"It never held: {condition}")
    place = ("#@", "Time (UTC)")
    table = bare_table("#from v", *place, "Because of", "#until v", *place, "Because of")
    for one in stretches:
        ended = (*_place(one.ended), text(told(one.ended))) if one.ended else (text("still holds"),)
        table.add_row(*_place(one.began), text(told(one.began)), *ended)
    return table


def which_list(orders: Sequence[str]) -> RenderableType:
    """The orders for which a condition holds, those that have met it longest first."""
    return text("\n".join(orders) if orders else "It holds for no order.")


def diff_json(differences: Sequence[Difference]) -> dict[str, Any]:
    """Each difference with the versions that explain it, and the events these are."""
    found = [
        change_json(one.change) | {"explained_by": [event.version for event in one.explained_by]}
        for one in differences
    ]
    return {"differences": found, "events": [event_json(one) for one in explaining(differences)]}


def diff_sheet(found: Mapping[str, Any], differences: Sequence[Difference]) -> RenderableType:
    """The fields that differ, and the events that explain them."""
    first, last = found["from"], found["to"]
    head = text(f"{found['order_id']} from v{first['version']} to v{last['version']}")
    if not differences:
        return Group(head, text("Nothing is different."))
    fields = bare_table("Field", "Before", "After", "#By version")
    for one in differences:
        by = ", ".join(f"v{event.version}" for event in one.explained_by)
        cells = (".".join(one.change.path), one.change.before, one.change.after, by)
        fields.add_row(*map(text, cells))
    events = bare_table("#v", "#@", "Time (UTC)", "What happened", "Who")
    for recorded in explaining(differences):
        events.add_row(*_place(recorded), text(told(recorded)), _who(recorded))
    return Group(head, "", fields, "", events)


def book_json(change: BookChange) -> dict[str, Any]:
    """Each figure with its count and its orders."""
    figures = {name: getattr(change, name) for name in ("appeared", "left", "gained", "lost")}
    counted = {name: {"count": len(one.orders), **plain(one)} for name, one in figures.items()}
    flows = [{"count": len(flow.orders), **plain(flow)} for flow in change.flows]
    return {**counted, "flows": flows}


def book_sheet(found: Mapping[str, Any], change: BookChange) -> RenderableType:
    """What became of the orders, in figures, with the first orders of each."""
    first, last = found["from"], found["to"]
    head = text(f"From {first['at']} (@{first['position']}) to {last['at']} (@{last['position']})")
    table = bare_table("What", "#Orders", "#Value", "Which")
    for name in ("appeared", "left", "gained", "lost"):
        figure = getattr(change, name)
        table.add_row(name, str(len(figure.orders)), text(figure.value), _some(figure.orders))
    for flow in change.flows:
        way = f"{flow.before or 'new'} → {flow.after}"
        table.add_row(way, str(len(flow.orders)), text(flow.value), _some(flow.orders))
    return Group(head, "", table)


def standing_json(stands: Standing | None) -> dict[str, Any] | None:
    """Where one order stands, with the share of those that had waited less."""
    return {**plain(stands), "share": stands.share} if stands else None


def standing_line(order_id: str, stands: Standing | None) -> Text:
    """Where one order stands, in a sentence."""
    if stands is None:
        return text(f"{order_id} waits for nothing.")
    said = f"{order_id} has been {stands.status} for {span(stands.waited)}"
    if stands.share is None:
        return text(f"{said}; no order has left that status yet.")
    return text(f"{said}, longer than {stands.share:.0%} of {stands.compared:,} orders before it.")


def waiting_sheet(
    lengths: Sequence[StatusWait], paths: Sequence[Route], broken: Mapping[str, Sequence[str]]
) -> RenderableType:
    """Waits by status and month, the paths, and the rules that were broken."""
    stays = bare_table("Status", "Since", "#Ended", "#Median", "#p90", "#Open", "#Not measured")
    for one in lengths:
        apart = str(len(one.inferred) + len(one.backwards))
        stays.add_row(one.status, "", *_wait(one.ended), str(len(one.open)), apart)
        for month, wait in one.by_month.items():
            stays.add_row("", month, *_wait(wait), "", "")
    ways = bare_table("#Orders", "Path, with the median of each step")
    for route in paths[:SHOWN]:
        ways.add_row(str(len(route.orders)), _way(route))
    rules = bare_table("#Orders", "Broken rule", "Which")
    for rule, orders in broken.items():
        rules.add_row(str(len(orders)), rule, _some(orders))
    return Group(stays, "", ways, "", rules)


def checked_json(checked: Checked) -> dict[str, Any]:
    """What differs from what was cited, and where the log is broken, if it is."""
    broken = vars(checked.broken) if checked.broken else None
    return {"differences": checked.discrepancies, "broken": broken}


def checked_sheet(checked: Checked) -> RenderableType:
    """The same, or what differs."""
    cited = checked.citation
    if checked.same:
        return text(f"The same: all {cited.position:,} events up to there are what was cited.")
    if checked.broken:
        return text(f"Not the same. {checked.broken}")
    table = bare_table("What", "Cited", "Found")
    for one in checked.discrepancies:
        table.add_row(*map(text, (one.what, one.cited, one.found or "nothing")))
    return Group(text("Not the same."), "", table)


def _way(route: Route) -> str:
    steps = [
        f" →{f' {span(step.wait.median)} →' if step.wait else ''} {step.next_status}"
        for step in route.steps
    ]
    return route.statuses[0] + "".join(steps)


def _wait(wait: Wait | None) -> tuple[str, str, str]:
    return (str(len(wait.orders)), span(wait.median), span(wait.p90)) if wait else ("0", "–", "–")


def _some(orders: Sequence[str]) -> Text:
    more = f" … {len(orders) - 2:,} more" if len(orders) > 2 else ""
    return text(", ".join(orders[:2]) + more)


def _place(recorded: Recorded) -> tuple[Text, Text, Text]:
    return text(recorded.version), text(recorded.position), text(recorded.occurred_at)


def _who(recorded: Recorded) -> Text:
    metadata = recorded.event.metadata
    return text(", ".join(metadata[name] for name in ("actor", "reason") if metadata.get(name)))
