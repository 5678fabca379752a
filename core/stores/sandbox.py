"""How may a stranger's SQL read what is meant for it, and nothing else?

The connection cannot write. An authorizer admits the views laid out for it and harmless functions;
what lies beneath the views can be reached only through names that nobody can guess, since SQLite
tells an authorizer the name of a query's own WITH clause as if it were a view.
"""

from __future__ import annotations

import re
import sqlite3
import time
from dataclasses import dataclass
from typing import Any

from core.errors import BadQuery

FUNCTIONS = frozenset(
    " ".join(
        (
            "abs ceil ceiling exp floor ln log log10 log2 mod pi pow power round sign sqrt trunc",
            "avg count group_concat max min string_agg sum total",
            "cume_dist dense_rank first_value lag last_value lead nth_value ntile percent_rank",
            "rank row_number coalesce iif ifnull nullif typeof",
            "char concat concat_ws format glob hex instr length like lower ltrim printf quote",
            "replace rtrim substr substring trim unicode upper",
            "date datetime julianday strftime time timediff unixepoch",
            "json json_array json_array_length json_extract json_group_array json_group_object",
            "json_object json_type json_valid -> ->>",
        )
    ).split()
)
LENGTHS = {
    sqlite3.SQLITE_LIMIT_LENGTH: 1_000_000,
    sqlite3.SQLITE_LIMIT_SQL_LENGTH: 20_000,
    sqlite3.SQLITE_LIMIT_COLUMN: 200,
    sqlite3.SQLITE_LIMIT_EXPR_DEPTH: 100,
    sqlite3.SQLITE_LIMIT_COMPOUND_SELECT: 50,
    sqlite3.SQLITE_LIMIT_ATTACHED: 0,
    sqlite3.SQLITE_LIMIT_LIKE_PATTERN_LENGTH: 500,
    sqlite3.SQLITE_LIMIT_VARIABLE_NUMBER: 0,
    sqlite3.SQLITE_LIMIT_WORKER_THREADS: 0,
}
STEPS = 2_000
"""Virtual machine steps between two looks at the clock: well below a millisecond."""
EXPANDED = ("json_each", "json_tree")
COMMENTS = re.compile(r"\s*(--[^\n]*(\n|$)|/\*.*?(\*/|$)|\s)*", re.DOTALL)


@dataclass(frozen=True)
class Limits:
    """How long a query may take (seconds), how many rows and bytes its answer may have."""

    seconds: float = 5.0
    rows: int = 10_000
    bytes: int = 32 * 1024 * 1024


USUAL = Limits()


@dataclass(frozen=True)
class Answer:
    """What a query found; `cut` says that there was more than its limits admit."""

    columns: tuple[str, ...]
    rows: list[tuple[Any, ...]]
    cut: bool


@dataclass(frozen=True)
class Laid:
    """What lies on a connection: views for everybody, secret ones beneath and their tables, and
    all the others."""

    public: frozenset[str]
    secret: frozenset[str]
    tables: frozenset[str]
    others: frozenset[str]

    def admits(self, table: str, column: str, database: str, via: str) -> bool:
        """Whether a column may be read; `via` is the view that asks, "" for the query itself."""
        if table in EXPANDED:
            return True
        if not column:  # how many rows it has: of a view, a WITH clause or a table
            return table not in self.others
        if database == "temp":
            return table in self.public or (table in self.secret and via in self.public)
        return table in self.tables and via in self.secret


def guard(connection: sqlite3.Connection, laid: Laid) -> None:
    """From now on this connection reads what is laid out for everybody, and nothing else."""
    for name in EXPANDED:
        connection.execute(f"SELECT count(*) FROM {name}('[]')")  # it declares itself only once
    connection.execute("PRAGMA query_only=ON")
    for limit, most in LENGTHS.items():
        connection.setlimit(limit, most)

    def admit(
        action: int, first: str | None, second: str | None, database: str | None, via: str | None
    ) -> int:
        match action:
            case sqlite3.SQLITE_SELECT | sqlite3.SQLITE_RECURSIVE:
                admitted = True
            case sqlite3.SQLITE_FUNCTION:
                admitted = (second or "").lower() in FUNCTIONS
            case sqlite3.SQLITE_READ:
                admitted = laid.admits(first or "", second or "", database or "", via or "")
            case _:
                admitted = False
        return sqlite3.SQLITE_OK if admitted else sqlite3.SQLITE_DENY

    connection.set_authorizer(admit)


def ask(connection: sqlite3.Connection, laid: Laid, sql: str, limits: Limits) -> Answer:
    """The answer to one SELECT on a guarded connection. Raises `BadQuery`."""
    if not re.match(r"(SELECT|WITH|VALUES)\b", sql[_opening(sql) :], re.IGNORECASE):
        raise BadQuery(sql, "ask with a SELECT: nothing can be changed here")
    until = time.monotonic() + limits.seconds
    connection.set_progress_handler(lambda: time.monotonic() > until, STEPS)
    try:
        cursor = connection.execute(sql)
        rows, cut = _fetched(cursor, limits)
    except (sqlite3.Error, sqlite3.Warning, MemoryError, OverflowError) as error:
        raise BadQuery(sql, *_explained(sql, str(error), laid, limits)) from None
    return Answer(tuple(column[0] for column in cursor.description), rows, cut)


def _opening(sql: str) -> int:
    """Where a query begins, behind what is only said about it."""
    found = COMMENTS.match(sql)
    return found.end() if found else 0


def _fetched(cursor: sqlite3.Cursor, limits: Limits) -> tuple[list[tuple[Any, ...]], bool]:
    rows: list[tuple[Any, ...]] = []
    room = limits.bytes
    for row in cursor:
        room -= sum(len(cell) if isinstance(cell, str | bytes) else 8 for cell in row)
        if len(rows) == limits.rows or room < 0:
            return rows, True
        rows.append(row)
    return rows, False


def _explained(sql: str, said: str, laid: Laid, limits: Limits) -> tuple[str, int | None]:
    """What went wrong, in a sentence, and where in the query, if that is known."""
    if said == "interrupted":
        return f"it takes longer than {limits.seconds:g} seconds; ask for less", None
    if "too big" in said or "too large" in said:
        return "a value in it grows larger than a million characters", None
    if "one statement" in said:
        return "ask one SELECT at a time", None
    if found := re.search(r"no such table: (\S+)", said):
        known = ", ".join(sorted(laid.public))
        return f"there is no table {found[1]}; there are {known}", _place(sql, found[1])
    if found := re.search(r"no such column: (\S+)", said):
        return f"there is no column {found[1]}", _place(sql, found[1])
    if found := re.search(r'near "(.*?)": syntax error', said):
        return f"this cannot be read near {found[1]!r}", _place(sql, found[1])
    if "prohibited" in said or "not authorized" in said:
        return f"{said}; only {', '.join(sorted(laid.public))} can be read here", None
    return said, None


def _place(sql: str, word: str) -> int | None:
    found = re.search(rf"(?<!\w){re.escape(word)}(?!\w)", sql)
    return found.start() if found else None
