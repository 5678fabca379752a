"""How does a comparison of the whole book look? Its figures, its flows, the orders behind one."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from decimal import Decimal
from typing import Protocol

import streamlit as st

from dashboard.parts.choices import Cell, choices
from dashboard.parts.choices.flows import Flow, Picture, Place, flow_picture
from dashboard.parts.kinds import STATUS_HUES

Open = Callable[[str], None]
Letters = Sequence[str]
"""A and B, whichever of them is the earlier moment first."""
NOWHERE = "not there yet"

FIGURES = {
    "appeared": ("Appeared", "Orders that began in between, and what they are worth now."),
    "moved": ("Moved on", "Orders that stand in another status now, and what they are worth."),
    "left": ("Cancelled", "Orders cancelled in between, and what they were worth before."),
    "gained": ("Value gained", "Orders that are worth more now, and how much more in all."),
    "lost": ("Value lost", "Orders that are worth less now, and how much less in all."),
}
"""The name of a figure in a link → what it is called, and what it means."""


class Figure(Protocol):
    """Orders, and what they are worth or gained or lost."""

    @property
    def orders(self) -> Sequence[str]: ...

    @property
    def value(self) -> Decimal: ...


class Row(Protocol):
    """An order as it stood at a moment."""

    @property
    def order_id(self) -> str: ...

    @property
    def status(self) -> str: ...

    @property
    def total(self) -> Decimal: ...

    @property
    def version(self) -> int: ...


def figure_cards(figures: Mapping[str, Figure], opened: str | None, on_open: Open) -> None:
    """The five figures of a comparison, each with the way to its orders."""
    with st.container(horizontal=True, key="compared"):
        for name, (label, told) in FIGURES.items():
            with st.container(border=True, width="stretch", gap="xsmall"):
                _card(name, label, told, figures[name])
                st.button(
                    "Show them",
                    key=f"figure:{name}",
                    type="primary" if name == opened else "secondary",
                    disabled=not figures[name].orders,
                    on_click=on_open,
                    args=[name],
                    width="stretch",
                )


def _card(name: str, label: str, told: str, figure: Figure) -> None:
    value, orders = f"{figure.value:,.2f}", len(figure.orders)
    if name in ("gained", "lost"):
        st.metric(label, value, help=told)
        st.caption(f"by {count(orders)}")
    else:
        st.metric(label, f"{orders:,}", help=told)
        st.caption(f"worth {value}")


def count(orders: int) -> str:
    """`1 order`, `1,062 orders`."""
    return "1 order" if orders == 1 else f"{orders:,} orders"


def title(name: str) -> str:
    """What a figure is called, flows included."""
    if name in FIGURES:
        return FIGURES[name][0]
    before, _, after = name.partition(".")
    return f"{_status(before)} → {_status(after)}"


def _status(name: str) -> str:
    return NOWHERE.capitalize() if name not in STATUS_HUES else name.capitalize()


def flow_table(
    flows: Mapping[str, Figure], letters: Letters, opened: str | None, on_open: Open
) -> None:
    """The flows (`placed.shipped` → its orders) as a picture and as a table."""
    choices(
        "Orders that moved between statuses",
        (*(f"Status at {letter}" for letter in letters), "#Orders", "#Worth"),
        [_flow_row(name, figure) for name, figure in flows.items()],
        key="flows",
        opened=opened,
        on_open=on_open,
        picture=_flow_picture(flows, letters),
    )


def _flow_row(name: str, figure: Figure) -> list[Cell]:
    before, _, after = name.partition(".")
    return [
        Cell(_status(before), hue=STATUS_HUES.get(before, "")),
        Cell(_status(after), hue=STATUS_HUES[after]),
        Cell(f"{len(figure.orders):,}", name, f"Show the orders: {title(name)}"),
        Cell(f"{figure.value:,.2f}"),
    ]


def _flow_picture(flows: Mapping[str, Figure], letters: Letters) -> Picture:
    drawn, sums = [], dict[str, int]()
    for name, figure in flows.items():
        before, after = zip("01", name.split("."), strict=True)
        went = len(figure.orders)
        told = f"{title(name)}: {count(went)}"
        drawn.append(Flow(" ".join(before), " ".join(after), went, name, told))
        for end in (drawn[-1].before, drawn[-1].after):
            sums[end] = sums.get(end, 0) + went
    known = [(column, name) for column in (0, 1) for name in ("new", *STATUS_HUES)]
    places = {
        f"{column} {name}": Place(column, _status(name), STATUS_HUES.get(name, "gray"), orders)
        for column, name in known
        if (orders := f"{sums.get(f'{column} {name}', 0):,}") != "0"
    }
    return flow_picture(places, drawn, [f"At {letter}" for letter in letters])


def two_states_table(
    states: Sequence[tuple[Row | None, Row]],
    letters: Letters,
    opened: str | None,
    on_open: Open,
) -> None:
    """Orders as they stood at both moments; one leads to what became different in it."""
    rows = [
        [
            Cell(after.order_id, after.order_id, "What became different in this order, and why?"),
            Cell(_status(before.status if before else ""), hue=_hue(before)),
            Cell(_status(after.status), hue=_hue(after)),
            Cell(f"{before.total:,.2f}" if before else "–"),
            Cell(f"{after.total:,.2f}"),
            Cell(f"{after.version - (before.version if before else 0):,}"),
        ]
        for before, after in states
    ]
    heads = [f"{name} at {letter}" for name in ("Status", "#Total") for letter in letters]
    columns = ("Order", *heads, "#Events between")
    choices("Orders behind the figure", columns, rows, key="orders", opened=opened, on_open=on_open)


def _hue(row: Row | None) -> str:
    return STATUS_HUES.get(row.status, "") if row else ""
