"""What runs in the process that answers a stranger's SQL? It reads what is laid out, nothing else.

Run by its path and without the rest of the house, so that it is there in a few milliseconds; who
started it ends it when its time is up, whatever it is at.

The connection cannot write. An authorizer admits the views laid out for it and harmless functions;
what lies beneath the views can be reached only through names that nobody can guess: SQLite tells an
authorizer the name of a query's own WITH clause as if it were a view, and nothing at all of who
counts the rows of a table.
"""

from __future__ import annotations

import marshal
import sqlite3
import sys
from collections.abc import Callable

TYPE_CHECKING = False  # typing and dataclasses would take as long to come as all the rest
if TYPE_CHECKING:
    from typing import Any

try:
    import resource
except ImportError:  # no such limits on Windows; the others remain
    resource = None  # type: ignore[assignment]

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
EXPANDED = ("json_each", "json_tree")


def opened(database: str | bytes, schema: str) -> sqlite3.Connection:
    """A connection to a file (its URI) or the image of a database, under a name of its own."""
    connection = sqlite3.connect(":memory:", uri=True, isolation_level=None)
    file = database if isinstance(database, str) else ":memory:"
    connection.execute(f"ATTACH ? AS {schema}", (file,))
    if isinstance(database, bytes) and database:  # there is none of no tables
        connection.deserialize(database, name=schema)
    return connection


def lay(connection: sqlite3.Connection, job: dict[str, Any]) -> frozenset[str]:
    """Lay out the views, in order; returns the tables that do not lie beneath one."""
    connection.execute("PRAGMA temp_store=MEMORY")  # or a sort could fill the disk
    for name, query in job["views"]:
        connection.execute(f'CREATE TEMP VIEW "{name}" AS {query}')
    named = f"SELECT name FROM {job['schema']}.sqlite_master WHERE type = 'table'"
    schemas = {f"sqlite_{temp}{kind}" for temp in ("", "temp_") for kind in ("master", "schema")}
    return frozenset(name for (name,) in connection.execute(named)) - {*job["tables"]} | schemas


def reading(job: dict[str, Any], others: frozenset[str]) -> Callable[[str, str, str, str], bool]:
    """Says whether a column of a table in a database may be read via a view ("": the query)."""
    public, secret, tables = (frozenset(job[name]) for name in ("public", "secret", "tables"))

    def admits(table: str, column: str, database: str, via: str) -> bool:
        if table in EXPANDED:
            return True
        if not column:  # how many rows it has: of a view, a WITH clause or a table
            return table not in others
        if database == "temp":
            return table in public or (table in secret and via in public)
        return table in tables and via in secret

    return admits


def guard(connection: sqlite3.Connection, admits: Callable[[str, str, str, str], bool]) -> None:
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
                admitted = admits(first or "", second or "", database or "", via or "")
            case _:
                admitted = False
        return sqlite3.SQLITE_OK if admitted else sqlite3.SQLITE_DENY

    connection.set_authorizer(admit)


def fetched(cursor: sqlite3.Cursor, most: int, room: int) -> tuple[list[Any], bool]:
    """The rows of an answer, and whether there were more than fit."""
    rows: list[Any] = []
    for row in cursor:
        room -= sum(len(cell) if isinstance(cell, str | bytes) else 8 for cell in row)
        if len(rows) == most or room < 0:
            return rows, True
        rows.append(row)
    return rows, False


def answered(job: dict[str, Any]) -> tuple[Any, ...]:
    """("answer", columns, rows, cut), ("mistake", what SQLite says) where the query is at fault,
    or ("missing", what SQLite says) where the tables are."""
    try:
        connection = opened(job["database"], job["schema"])
        others = lay(connection, job)
    except sqlite3.Error as error:
        return "missing", str(error)
    guard(connection, reading(job, others))
    try:
        cursor = connection.execute(job["sql"])
        rows, cut = fetched(cursor, job["rows"], job["bytes"])
    except MemoryError:
        return "mistake", "out of memory"
    except (sqlite3.Error, sqlite3.Warning, OverflowError) as error:
        return "mistake", str(error)
    return "answer", tuple(column[0] for column in cursor.description), rows, cut


def contain(memory: int, seconds: int) -> None:
    """This process may take so much memory (bytes) and, if nobody ends it, time, and no more."""
    if resource is not None:
        resource.setrlimit(resource.RLIMIT_AS, (memory, memory))
        resource.setrlimit(resource.RLIMIT_CPU, (seconds, seconds))


def main() -> None:
    """Read what is asked from standard input; write the answer to standard output."""
    job = marshal.load(sys.stdin.buffer)
    contain(job["memory"], job["seconds"])
    marshal.dump(answered(job), sys.stdout.buffer)


if __name__ == "__main__":
    main()
