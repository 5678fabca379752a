"""How is a stranger's SQL answered within its limits? By a process of its own, that can be ended.

One call of a function can take minutes inside SQLite, where no look at the clock reaches it, and
can fill the memory that everybody shares. A process ends when it is told to, and takes all with it;
meanwhile it holds up nobody here.
"""

from __future__ import annotations

import marshal
import re
import subprocess
import sys
from collections.abc import Sequence
from dataclasses import dataclass
from math import ceil
from pathlib import Path
from typing import Any

from core.errors import BadQuery

APART = Path(__file__).with_name("apart.py")
COMMENTS = re.compile(r"\s*(--[^\n]*(\n|$)|/\*.*?(\*/|$)|\s)*", re.DOTALL)
MIB = 1024 * 1024


@dataclass(frozen=True)
class Limits:
    """How long a query may take (seconds), how many rows and bytes its answer may have, and how
    much memory (bytes) it may take beside the tables it asks."""

    seconds: float = 5.0
    rows: int = 10_000
    bytes: int = 8 * MIB
    memory: int = 512 * MIB


USUAL = Limits()


@dataclass(frozen=True)
class Answer:
    """What a query found; `cut` says that there was more than its limits admit."""

    columns: tuple[str, ...]
    rows: list[tuple[Any, ...]]
    cut: bool


@dataclass(frozen=True)
class Readable:
    """What a query may read: a database (the URI of a file, or an image) under a secret name, the
    views over it as (name, SELECT) in order, which of them everybody sees, which lie beneath, and
    its tables."""

    database: str | bytes
    schema: str
    views: Sequence[tuple[str, str]]
    public: Sequence[str]
    secret: Sequence[str]
    tables: Sequence[str]


def ask(readable: Readable, sql: str, limits: Limits) -> Answer:
    """The answer to one SELECT. Raises `BadQuery`."""
    if not re.match(r"(SELECT|WITH|VALUES)\b", sql[_opening(sql) :], re.IGNORECASE):
        raise BadQuery(sql, "ask with a SELECT: nothing can be changed here")
    match _answered(readable, sql, limits):
        case "answer", columns, rows, cut:
            return Answer(columns, rows, cut)
        case "mistake", said if f"no such table: {readable.schema}" not in said:
            told = said.replace(f"{readable.schema}.", "")
            raise BadQuery(sql, *_explained(sql, told, readable.public, limits))
    raise BadQuery(sql, "its tables are not there yet; `eventscope project` makes them")


def _opening(sql: str) -> int:
    """Where a query begins, behind what is only said about it."""
    found = COMMENTS.match(sql)
    return found.end() if found else 0


def _answered(readable: Readable, sql: str, limits: Limits) -> tuple[Any, ...]:
    try:
        job = marshal.dumps(
            {
                "database": readable.database,
                "schema": readable.schema,
                "views": list(readable.views),
                "public": list(readable.public),
                "secret": list(readable.secret),
                "tables": list(readable.tables),
                "sql": sql,
                "rows": limits.rows,
                "bytes": limits.bytes,
                "memory": limits.memory + 2 * len(readable.database),
                "seconds": ceil(limits.seconds) + 1,
            }
        )
        ended = subprocess.run(
            [sys.executable, "-I", "-S", str(APART)],
            input=job,
            capture_output=True,
            timeout=limits.seconds,
            check=True,
        )
    except subprocess.TimeoutExpired:
        return "mistake", "interrupted"
    except subprocess.CalledProcessError:
        return "mistake", "out of memory"
    answer: tuple[Any, ...] = marshal.loads(ended.stdout)
    return answer


def _explained(
    sql: str, said: str, public: Sequence[str], limits: Limits
) -> tuple[str, int | None]:
    """What went wrong, in a sentence, and where in the query, if that is known."""
    known = ", ".join(sorted(public))
    if said == "interrupted":
        return f"it takes longer than {limits.seconds:g} seconds; ask for less", None
    if "out of memory" in said:
        return f"it takes more than {limits.memory // MIB:,} MiB of memory; ask for less", None
    if "too big" in said or "too large" in said:
        return "a value in it grows larger than a million characters", None
    if "one statement" in said:
        return "ask one SELECT at a time", None
    if found := re.search(r"no such table: (\S+)", said):
        return f"there is no table {found[1]}; there are {known}", _place(sql, found[1])
    if found := re.search(r"no such column: (\S+)", said):
        return f"there is no column {found[1]}", _place(sql, found[1])
    if found := re.search(r'near "(.*?)": syntax error', said):
        return f"this cannot be read near {found[1]!r}", _place(sql, found[1])
    if "prohibited" in said or "not authorized" in said:
        return f"{said}; only {known} can be read here", None
    return said, None


def _place(sql: str, word: str) -> int | None:
    found = re.search(rf"(?<!\w){re.escape(word)}(?!\w)", sql)
    return found.start() if found else None
