"""How are two clocks shown? What was believed, what is known, and what made the difference."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from datetime import datetime
from typing import Protocol

import pandas as pd
import streamlit as st

NOTHING = "—"


class Fact(Protocol):
    """An event that one of the two clocks tells apart."""

    @property
    def version(self) -> int: ...

    @property
    def sentence(self) -> str: ...

    @property
    def occurred_at(self) -> datetime: ...

    @property
    def recorded_at(self) -> datetime: ...


Field = tuple[tuple[str, ...], str | None, str | None]


def belief_table(fields: Sequence[Field], only_changed: bool) -> None:
    """Each field of the order, as believed and as known."""
    rows = [
        (_name(path), believed or NOTHING, known or NOTHING)
        for path, believed, known in fields
        if not only_changed or believed != known
    ]
    frame = pd.DataFrame(rows, columns=["Field", "Believed then", "Known now"])
    st.dataframe(frame, hide_index=True, alt="What was believed and what is known")


def facts_table(facts: Sequence[Fact], told: str, moment: Callable[[datetime], str]) -> None:
    """The events that one clock cuts away, with both their times."""
    st.markdown(f"**{told}**")
    rows = [
        (f"v{one.version}", one.sentence, moment(one.occurred_at), moment(one.recorded_at))
        for one in facts
    ]
    frame = pd.DataFrame(rows, columns=["Version", "What happened", "Happened", "Came to light"])
    st.dataframe(frame, hide_index=True, alt=told)


def _name(path: tuple[str, ...]) -> str:
    return " › ".join(part.replace("_", " ") for part in path).capitalize()
