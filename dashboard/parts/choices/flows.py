"""How do orders flow from status to status? Ribbons, each as wide as the orders that went there."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass

WIDTH = 1_000
TALL = 300
"""How high the tallest column is, in pixels; widths are stretched to the page."""
BAR = 9
GAP = 14
THINNEST = 2.0
TOP = 26
NAME = 34
"""Room for the name of a bar, so that those of thin ones do not lie over each other."""


@dataclass(frozen=True)
class Place:
    """A status as a bar: which column it stands in, and what is written beside it."""

    column: int
    label: str
    hue: str
    figure: str = ""
    drop: float = 0
    """How far below the top it stands, in pixels: out of the way of what passes it."""


@dataclass(frozen=True)
class Flow:
    """So many orders went from one place to another; `opens` names them, `told` says it."""

    before: str
    after: str
    orders: int
    opens: str
    told: str


@dataclass(frozen=True)
class Node:
    """A bar, and where its name is written: on which side of which point."""

    x: float
    y: float
    width: float
    height: float
    hue: str
    label: str
    figure: str
    side: str
    label_x: float
    label_y: float


@dataclass(frozen=True)
class Ribbon:
    """The outline of a flow, as an SVG path."""

    path: str
    opens: str
    told: str
    hue: str


@dataclass(frozen=True)
class Head:
    """What is written above a column."""

    text: str
    side: str
    x: float


@dataclass(frozen=True)
class Picture:
    """Bars and ribbons in a box of `width` units, stretched, by `height` pixels."""

    width: int
    height: float
    columns: int
    nodes: list[Node]
    ribbons: list[Ribbon]
    heads: list[Head]


def flow_picture(
    places: Mapping[str, Place], flows: Sequence[Flow], heads: Sequence[str] = ()
) -> Picture:
    """Lay the flows out. Every flow goes to a later column; `heads` name the columns."""
    columns = max((place.column for place in places.values()), default=0) + 1
    scale = _scale(places, flows)
    nodes = _nodes(places, flows, columns, scale)
    sides = [_side(column, columns) for column in range(columns)]
    return Picture(
        WIDTH,
        max((max(one.y + one.height, one.label_y + NAME) for one in nodes.values()), default=0) + 6,
        columns,
        list(nodes.values()),
        _ribbons(places, flows, nodes, scale),
        [Head(text, *sides[column]) for column, text in enumerate(heads)],
    )


def _side(column: int, columns: int) -> tuple[str, float]:
    x = column * (WIDTH - BAR) / max(1, columns - 1)
    if column == 0:
        return "start", x
    return ("end", x + BAR) if column == columns - 1 else ("middle", x + BAR / 2)


def _sizes(flows: Sequence[Flow], scale: float) -> dict[str, tuple[float, float]]:
    """How much leaves and how much reaches each place, in pixels."""
    sizes: dict[str, tuple[float, float]] = {}
    for flow in flows:
        thick = max(THINNEST, flow.orders * scale)
        out, into = sizes.get(flow.before, (0.0, 0.0))
        sizes[flow.before] = (out + thick, into)
        out, into = sizes.get(flow.after, (0.0, 0.0))
        sizes[flow.after] = (out, into + thick)
    return sizes


def _scale(places: Mapping[str, Place], flows: Sequence[Flow]) -> float:
    totals: dict[int, int] = {}
    for flow in flows:
        column = places[flow.before].column
        totals[column] = totals.get(column, 0) + flow.orders
    return TALL / max([1, *totals.values()])


def _nodes(
    places: Mapping[str, Place], flows: Sequence[Flow], columns: int, scale: float
) -> dict[str, Node]:
    sizes, bottoms, nodes = _sizes(flows, scale), dict[int, float](), dict[str, Node]()
    for name, place in places.items():
        height = max(sizes.get(name, (0.0, 0.0)))
        side, label_x = _side(place.column, columns)
        y = bottoms.get(place.column, TOP) + place.drop
        bottoms[place.column] = y + max(height, NAME) + GAP
        x = place.column * (WIDTH - BAR) / max(1, columns - 1)
        inset = {"start": BAR + 3, "end": -BAR - 3}.get(side, 0)
        told = (place.label, place.figure, side, label_x + inset, y)
        nodes[name] = Node(x, y, BAR, height, place.hue, *told)
    return nodes


def _ribbons(
    places: Mapping[str, Place], flows: Sequence[Flow], nodes: Mapping[str, Node], scale: float
) -> list[Ribbon]:
    order = {name: number for number, name in enumerate(places)}
    leaving = _stacked(flows, nodes, scale, lambda one: one.before, lambda one: order[one.after])
    reaching = _stacked(flows, nodes, scale, lambda one: one.after, lambda one: order[one.before])
    return [
        Ribbon(
            _outline(
                nodes[flow.before].x + BAR,
                leaving[flow],
                nodes[flow.after].x,
                reaching[flow],
                max(THINNEST, flow.orders * scale),
            ),
            flow.opens,
            flow.told,
            places[flow.after].hue,
        )
        for flow in flows
    ]


def _stacked(
    flows: Sequence[Flow],
    nodes: Mapping[str, Node],
    scale: float,
    end: Callable[[Flow], str],
    order: Callable[[Flow], int],
) -> dict[Flow, float]:
    """Where each flow touches the bar at one of its ends: the nearest highest, so few cross."""
    tops = {name: node.y for name, node in nodes.items()}
    found = {}
    far = {flow: nodes[flow.after].x - nodes[flow.before].x for flow in flows}
    for flow in sorted(flows, key=lambda one: (far[one], order(one))):
        found[flow] = tops[end(flow)]
        tops[end(flow)] += max(THINNEST, flow.orders * scale)
    return found


def _outline(x: float, y: float, to_x: float, to_y: float, thick: float) -> str:
    middle = (x + to_x) / 2
    return (
        f"M{x:.1f} {y:.1f}C{middle:.1f} {y:.1f} {middle:.1f} {to_y:.1f} {to_x:.1f} {to_y:.1f}"
        f"V{to_y + thick:.1f}"
        f"C{middle:.1f} {to_y + thick:.1f} {middle:.1f} {y + thick:.1f} {x:.1f} {y + thick:.1f}Z"
    )
