"""How does the difference between two states of an order read? Fields, and the events behind."""

from __future__ import annotations

from collections.abc import Sequence

import streamlit as st

from dashboard.parts.choices import Cell, choices
from dashboard.parts.time_travel.between import Between

NOTHING = "—"


def differences(between: Between, letters: Sequence[str]) -> None:
    """The fields that differ, and below them the fewest events that explain all of it."""
    names = _names(between)
    rows = [
        [
            Cell(_field(one.path, names)),
            Cell(NOTHING if one.before is None else one.before),
            Cell(NOTHING if one.after is None else one.after),
            Cell(", ".join(f"v{version}" for version in one.versions)),
        ]
        for one in between.fields
    ]
    columns = ("Field", *(f"At {letter}" for letter in letters), "Because of")
    choices("What became different", columns, rows, key="fields")
    events = between.last - between.first
    st.markdown(f"###### {len(between.causes):,} of {events:,} events explain it")
    choices(
        "The events that explain it",
        ("Event", "Happened", "What happened", "Who and why"),
        [
            [
                Cell(f"v{one.version}"),
                Cell(one.at),
                Cell(one.sentence),
                Cell(" · ".join(filter(None, (one.actor, one.reason)))),
            ]
            for one in between.causes
        ],
        key="causes",
    )


def _names(between: Between) -> dict[str, str]:
    """What the products are called, as far as that is part of the difference."""
    return {
        one.path[1]: one.after or one.before or one.path[1]
        for one in between.fields
        if one.path[0] == "items" and one.path[-1] == "product_name"
    }


def _field(path: Sequence[str], names: dict[str, str]) -> str:
    parts = [names.get(part, part.replace("_", " ").capitalize()) for part in path]
    return " · ".join(parts)
