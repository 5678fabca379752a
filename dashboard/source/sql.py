"""What does SQL answer as of a moment, and which tables can it ask?"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal

import streamlit as st

from core import AtPosition
from core.errors import BadQuery as BadQuery
from core.exporting import csv_lines
from core.orders.views import tables
from core.relations import EVENTS, HISTORY, LOG, SPAN, Relation, columns_of
from core.stores.sandbox import Answer as Answer
from dashboard.source import machine

WORDS = {str: "text", int: "number", Decimal: "amount", datetime: "time (UTC)"}


@dataclass(frozen=True)
class Described:
    """A table that can be asked: what it holds, and (name, kind in a word) of its columns."""

    name: str
    about: str
    columns: tuple[tuple[str, str], ...]


@st.cache_resource(max_entries=64, show_spinner=False)
def ask(sql: str, position: int) -> Answer:
    """What a SELECT finds as of a position. Raises `BadQuery`."""
    return machine().ask(sql, AtPosition(position))


def described() -> list[Described]:
    """Every table that can be asked, the most asked first."""
    found = []
    for table in sorted(tables(), key=lambda table: table.name != "orders"):
        about = (table.row.__doc__ or "").partition("\n\n")[0].replace("\n", " ")
        columns = tuple((name, WORDS[kind]) for name, kind in columns_of(table))
        found.append(Described(table.name, about, columns))
    log = tuple((name, WORDS[kind]) for name, kind in LOG if name not in ("digest", "seal"))
    log = (*log, ("order_id", "text"), ("actor", "text"), ("reason", "text"))
    found.insert(1, Described(EVENTS, "The log itself; say data ->> '$.carrier' for a field.", log))
    span = tuple((name, WORDS[kind]) for name, kind in SPAN)
    about = "And so on: a row per change, and from when to when it held (NULL: it still does)."
    return [*found, Described(f"orders{HISTORY}", about, span)]


def as_csv(answer: Answer) -> bytes:
    """An answer as CSV, no cell of which a spreadsheet takes for a formula."""
    columns = tuple((name, str) for name in answer.columns)
    return "".join(csv_lines(Relation("answer", columns, answer.rows))).encode()
