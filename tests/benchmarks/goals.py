"""How fast must it be, beside whom, and what do the limits of the machine say can be reached?"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

from tests.benchmarks.contenders import (
    BATCH,
    DEFAULT,
    FULL,
    FUNCTIONS,
    OPTIMIZED,
    OURS_SHORT,
    OURS_VERSION,
    STRUCTS,
)

Bars = Mapping[str, tuple[float, float]]
"""Name → (must, aim)."""


@dataclass(frozen=True)
class Goal:
    """A row of the table."""

    number: str
    workload: str
    faster: Bars = field(default_factory=dict)
    """How many times as fast as somebody: at least."""
    within: Bars = field(default_factory=dict)
    """A figure of ours, in seconds or as it is counted: at most."""


TIMES_SHORT = 1 / 1.5
"""At a hundred times the length at most one and a half times the time."""

AN_EVENT: Bars = {DEFAULT: (2.5, 4), FUNCTIONS: (1.3, 1.3), FULL: (0.35, 0.6)}
AN_ORDER: Bars = {DEFAULT: (2.5, 4), BATCH: (0.55, 0.9)}
BY_EIGHT: Bars = {DEFAULT: (2.5, 5), FULL: (0.25, 0.5)}
"""On a server, whether each append waits for its place or all get theirs soon after: it is not
over before they have them.

Where these bars come from, a layer above the driver that sends an order as one statement was a
little faster than the raw driver: so that one sent it row by row, with `executemany` in a
transaction, which takes twice the time. "raw" here is the one statement, told beside it.
"""

GOALS = (
    Goal("1", "append, SQLite, an event a commit", {DEFAULT: (1.5, 2), FULL: (0.30, 0.45)}),
    Goal("2", "append, SQLite, an order a commit", {DEFAULT: (2, 2.5), FULL: (0.40, 0.55)}),
    Goal("3", "command cycle, SQLite", {DEFAULT: (2, 3), FULL: (0.22, 0.35)}),
    Goal(
        "3b", "command cycle, SQLite, each order read anew", {DEFAULT: (2, 3), FULL: (0.22, 0.35)}
    ),
    Goal("4", "append, SQLite on a disk", {DEFAULT: (1.2, 1.6), FULL: (0.55, 0.8)}),
    Goal("5", "append, PostgreSQL, an event a commit, placed soon", AN_EVENT),
    Goal("5b", "the same, each waits for its place", AN_EVENT),
    Goal("6", "append, PostgreSQL, an order a commit, placed soon", AN_ORDER),
    Goal("6b", "the same, each waits for its place", AN_ORDER),
    Goal("7", "command cycle, PostgreSQL", {DEFAULT: (2, 3.5), FULL: (0.30, 0.42)}),
    Goal("8", "8 processes, own orders, PostgreSQL, placed soon", BY_EIGHT),
    Goal("8b", "the same, each waits for its place", BY_EIGHT),
    Goal("9", "8 processes, one hot order, PostgreSQL", {DEFAULT: (4, 7)}, {"retries": (1.5, 1.5)}),
    Goal(
        "10",
        "replay, SQLite",
        {DEFAULT: (10, 25), OPTIMIZED: (4, 4), STRUCTS: (2, 2), FULL: (0.7, 1.5)},
    ),
    Goal("11", "replay, PostgreSQL", {DEFAULT: (6, 10), FULL: (0.6, 1.0)}),
    Goal(
        "12",
        "state at any version, SQLite",
        {DEFAULT: (4, 10), STRUCTS: (1, 1), OURS_SHORT: (TIMES_SHORT, TIMES_SHORT)},
        {"p95": (1e-3, 0.4e-3)},
    ),
    Goal("13", "state at any version, PostgreSQL", {DEFAULT: (2, 3)}, {"p95": (3e-3, 3e-3)}),
    Goal(
        "14",
        "state at any time, SQLite",
        {DEFAULT: (4, 10), STRUCTS: (1, 1), OURS_VERSION: (0, 1 / 1.2)},
        {"p95": (1e-3, 0.4e-3)},
    ),
    Goal(
        "14b",
        "state at any time, PostgreSQL",
        {DEFAULT: (2, 3), OURS_VERSION: (0, 1 / 1.2)},
        {"p95": (3e-3, 3e-3)},
    ),
    Goal(
        "15",
        "all 1,000 states of an order",
        {DEFAULT: (3, 8), FULL: (0.7, 1.5)},
        {"": (15e-3, 15e-3)},
    ),
    Goal("16", "the log as objects", {DEFAULT: (4, 7), FULL: (0.6, 1.1)}),
    Goal("17", "two projections in Python", {DEFAULT: (3, 6), FULL: (0.8, 0.8)}),
    Goal("17b", "the same two, ours kept with their past"),
    Goal("18", "the same two, told by the database", {DEFAULT: (10, 13)}),
    Goal("18a", "event volume alone", {DEFAULT: (10, 13)}),
    Goal("18b", "a window of 1,000 new events, the same two", {}, {"": (20e-3, 20e-3)}),
    Goal("18c", "the same window, every view we ship"),
    Goal("19", "status of every order at a time", {DEFAULT: (20, 40)}, {"": (1.0, 1.0)}),
)
