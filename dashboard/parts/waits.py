"""How do waits, paths and broken rules look? Tables whose figures lead on, and a map of paths."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from datetime import date, timedelta
from typing import Protocol

import streamlit as st

from dashboard.parts.choices import Cell, choices
from dashboard.parts.choices.flows import Flow, Place, flow_picture
from dashboard.parts.compared import count
from dashboard.parts.kinds import STATUS_HUES

Open = Callable[[str], None]
Told = Callable[[timedelta], str]
"""Says a length of time in words."""
NONE = "–"
BELOW = 225
"""How far below the way of a delivered order the cancelled ones stand in the map, in pixels."""
MEASURES = ("#Half within", "#9 in 10 within")


class Wait(Protocol):
    """How long a group of stays lasted."""

    @property
    def median(self) -> timedelta: ...

    @property
    def p90(self) -> timedelta: ...

    @property
    def orders(self) -> Sequence[str]: ...


class StatusWait(Protocol):
    """The stays in one status."""

    @property
    def status(self) -> str: ...

    @property
    def ended(self) -> Wait | None: ...

    @property
    def by_month(self) -> Mapping[str, Wait]: ...

    @property
    def open(self) -> Sequence[str]: ...

    @property
    def inferred(self) -> Sequence[str]: ...

    @property
    def backwards(self) -> Sequence[str]: ...


class Step(Protocol):
    """A step of a path."""

    @property
    def status(self) -> str: ...

    @property
    def next_status(self) -> str: ...

    @property
    def wait(self) -> Wait | None: ...


class Passage(Step, Protocol):
    """All steps from one status to another."""

    @property
    def orders(self) -> Sequence[str]: ...


class Route(Protocol):
    """A path, its orders and its steps."""

    @property
    def statuses(self) -> Sequence[str]: ...

    @property
    def orders(self) -> Sequence[str]: ...

    @property
    def steps(self) -> Sequence[Step]: ...


def status_table(
    statuses: Sequence[StatusWait], told: Told, opened: str | None, on_open: Open
) -> None:
    """How long orders stay in each status they leave again."""
    apart = ("#Still there", "#Time not stated", "#Out of order")
    rows = [
        [
            _named(one.status),
            _counted(f"stay.{one.status}.ended", one.ended.orders if one.ended else ()),
            *_lengths(one.ended, told),
            _counted(f"stay.{one.status}.open", one.open),
            _counted(f"stay.{one.status}.inferred", one.inferred),
            _counted(f"stay.{one.status}.backwards", one.backwards),
        ]
        for one in statuses
    ]
    label = "How long orders stay in each status"
    columns = ("Status", "#Moved on", *MEASURES, *apart)
    choices(label, columns, rows, key="statuses", opened=opened, on_open=on_open)


def month_table(status: StatusWait, told: Told, opened: str | None, on_open: Open) -> None:
    """The same by the month in which the status was entered."""
    rows = [
        [
            Cell(month_name(month)),
            _counted(f"stay.{status.status}.{month}", wait.orders),
            *_lengths(wait, told),
        ]
        for month, wait in status.by_month.items()
    ]
    columns = ("Month", "#Moved on", *MEASURES)
    choices("By month", columns, rows, key="months", opened=opened, on_open=on_open)


def month_name(month: str) -> str:
    """`2017-11` → `Nov 2017`, never broken into two lines."""
    return f"{date.fromisoformat(f'{month}-01'):%b\u00a0%Y}"


def path_map(
    passages: Sequence[Passage],
    here: Mapping[str, int],
    told: Told,
    opened: str | None,
    on_open: Open,
) -> None:
    """Every step that orders took, as a picture and a table; `here` counts who stands where."""
    known = {end for one in passages for end in (one.status, one.next_status)}
    places = {
        status: Place(
            column,
            status.capitalize(),
            hue,
            f"{here.get(status, 0):,} there now",
            BELOW if status == "cancelled" else 0,
        )
        for column, (status, hue) in enumerate(STATUS_HUES.items())
        if status in known
    }
    flows = [_flow(one, told) for one in passages]
    rows = [
        [
            _named(one.status),
            _named(one.next_status),
            _counted(f"step.{one.status}.{one.next_status}", one.orders),
            *_lengths(one.wait, told),
        ]
        for one in passages
    ]
    choices(
        "Steps that orders took",
        ("From", "To", "#Orders", *MEASURES),
        rows,
        key="map",
        opened=opened,
        on_open=on_open,
        picture=flow_picture(places, flows),
    )


def _flow(one: Passage, told: Told) -> Flow:
    name = f"{one.status.capitalize()} → {one.next_status}: {count(len(one.orders))}"
    half = f", half of them within {told(one.wait.median)}" if one.wait else ""
    opens = f"step.{one.status}.{one.next_status}"
    return Flow(one.status, one.next_status, len(one.orders), opens, name + half)


def route_table(routes: Sequence[Route], told: Told, opened: str | None, on_open: Open) -> None:
    """The paths that orders took so far, with the median of each step."""
    rows = [
        [_counted(".".join(("path", *one.statuses)), one.orders), Cell(way(one, told))]
        for one in routes
    ]
    columns = ("#Orders", "Path, and within which time half of them took each step")
    choices("Paths", columns, rows, key="paths", opened=opened, on_open=on_open)


def way(route: Route, told: Told) -> str:
    """`Draft → 20 min → Placed → 1 d 19 h → Shipped`."""
    steps = [
        f" →{f' {told(step.wait.median)} →' if step.wait else ''} {step.next_status.capitalize()}"
        for step in route.steps
    ]
    return route.statuses[0].capitalize() + "".join(steps)


def rule_table(rules: Mapping[str, Sequence[str]], opened: str | None, on_open: Open) -> None:
    """What happened to orders although the rules would have refused it."""
    rows = [
        [Cell(rule.capitalize()), _counted(f"rule.{rule}", orders)]
        for rule, orders in rules.items()
    ]
    if not rows:
        st.caption("None was broken.")
        return
    columns = ("What happened", "#Orders")
    choices("Broken rules", columns, rows, key="rules", opened=opened, on_open=on_open)


def _named(status: str) -> Cell:
    return Cell(status.capitalize(), hue=STATUS_HUES[status])


def _counted(name: str, orders: Sequence[str]) -> Cell:
    return Cell(f"{len(orders):,}", name if orders else None, "Show these orders" if orders else "")


def _lengths(wait: Wait | None, told: Told) -> tuple[Cell, Cell]:
    return (Cell(told(wait.median)), Cell(told(wait.p90))) if wait else (Cell(NONE), Cell(NONE))
