"""How does a database tell through which stages each stream went? A row for each stage it reached.

Each says which event came first of those that lead to that stage. When it was left again, and for
which, says the first of those that lead further; where that one came before, the stage was never
entered. So no row is ever changed, and as of a position there are those up to it.
"""

from __future__ import annotations

from typing import Any

from core.projections import END, Stays
from core.stores.rows import Asked
from core.stores.tables import Dialect


def reached(table: Stays[Any], dialect: Dialect, name: str, after: int, upto: int) -> Asked:
    """What writes the stages that were reached between two positions into a table."""
    ident, stage, began, _, _, marks = table.columns
    prefix, number = f"{table.of}-", table.stages.index
    marked = dialect.holds.format("metadata", f'"{table.mark}":'.encode().hex())
    leads = [f"WHEN {_quoted(kind)} THEN {number(one)}" for kind, one in table.reached_by]
    leads_to = f"CASE type {' '.join(leads)} ELSE 0 END"
    sql = (
        f'INSERT INTO "{name}" ({ident}, {stage}, {began}, {marks}, position)'
        f" SELECT substr(stream, {len(prefix) + 1}), {leads_to}, occurred_at,"
        f" CAST({marked} AS INTEGER), position FROM events"
        f" WHERE position > ? AND position <= ? AND (version = 1 OR {leads_to} > 0)"
        f" AND substr(stream, 1, {len(prefix)}) = {_quoted(prefix)}"
        " ORDER BY position ON CONFLICT DO NOTHING"
    )
    return Asked(sql, (after, upto))


def as_of(table: Stays[Any], position: int, keyed: Asked, schema: str = "") -> Asked:
    """The rows as of a position, of the keys that meet a condition."""
    sql = (
        f"(SELECT * FROM (SELECT {', '.join(_columns(table))} FROM {_rows(table, schema)}"
        f" WHERE entered.position <= ? AND {ENTERED}) AS there WHERE {keyed.sql})"
    )
    return Asked(sql, (position, position, *keyed.values))


def through_time(table: Stays[Any], position: int, schema: str = "") -> Asked:
    """Every row there was up to a position, and from and to where it held."""
    *_, left, coming, marks = table.columns
    known, rows = _columns(table), _rows(table, schema)
    so_far = [*known[:3], f"NULL AS {left}", f"NULL AS {coming}", f"entered.{marks} AS {marks}"]
    until = f"coalesce(following.position, {END}) AS to_position"
    sql = (
        f"(SELECT {', '.join(so_far)}, entered.position AS from_position, {until} FROM {rows}"
        f" WHERE entered.position <= ? AND {ENTERED}"
        f" UNION ALL SELECT {', '.join(known)}, following.position, {END} FROM {rows}"
        " WHERE following.position > entered.position)"
    )
    return Asked(sql, (position,) * 3)


ENTERED = "(following.position IS NULL OR following.position > entered.position)"
"""That what leads to a stage came before all that leads further."""


def _columns(table: Stays[Any]) -> list[str]:
    """What is known of a stage that was entered, and left if another followed."""
    ident, stage, began, left, coming, marks = table.columns
    return [
        f"entered.{ident} AS {ident}",
        f"{_named(table, 'entered')} AS {stage}",
        f"entered.{began} AS {began}",
        f"following.{began} AS {left}",
        f"{_named(table, 'following')} AS {coming}",
        f"entered.{marks} + coalesce(following.{marks}, 0) AS {marks}",
    ]


def _rows(table: Stays[Any], schema: str) -> str:
    """Each row, and the first up to a position that leads further."""
    ident, stage = table.key
    name = f'{schema}"{table.name}"'
    first = (
        f"SELECT further.{stage} FROM {name} AS further WHERE further.{ident} = entered.{ident}"
        f" AND further.{stage} > entered.{stage} AND further.position <= ?"
        " ORDER BY further.position LIMIT 1"
    )
    return (
        f"{name} AS entered LEFT JOIN {name} AS following"
        f" ON following.{ident} = entered.{ident} AND following.{stage} = ({first})"
    )


def _named(table: Stays[Any], row: str) -> str:
    told = [f"WHEN {number} THEN {_quoted(one)}" for number, one in enumerate(table.stages)]
    return f"CASE {row}.{table.key[1]} {' '.join(told)} END"


def _quoted(text: str) -> str:
    return "'" + text.replace("'", "''") + "'"
