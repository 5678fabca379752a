"""How does a database tell the rows of a table that no projection fills? By what kind it is."""

from __future__ import annotations

from typing import Any

from core.projections import Derived, Stays, Tally
from core.stores import stays, tallies
from core.stores.rows import Asked, Fetch
from core.stores.tables import Dialect
from core.stores.tallies import ALL


def reached(fetch: Fetch, table: Derived[Any], position: int) -> int:
    """The position, or as far as the table has come."""
    found = fetch("SELECT position FROM checkpoints WHERE name = ?", (table.view,))
    return min(position, found[0][0] if found else 0)


def as_of(
    table: Derived[Any], dialect: Dialect, position: int, keyed: Asked = ALL, schema: str = ""
) -> Asked:
    """The rows as of a position the table has come to, of the keys that meet a condition."""
    if isinstance(table, Stays):
        return stays.as_of(table, position, keyed, schema)
    return tallies.as_of(_tally(table), dialect, position, keyed, schema)


def not_at(
    table: Derived[Any], dialect: Dialect, position: int, other: int, keyed: Asked = ALL
) -> Asked:
    """Those of a position that are not those of another: no row ever comes back."""
    columns = ", ".join(table.columns)
    here, there = (as_of(table, dialect, one, keyed) for one in (position, other))
    sql = (
        f"(SELECT {columns} FROM {here.sql} AS here"
        f" EXCEPT SELECT {columns} FROM {there.sql} AS there)"
    )
    return Asked(sql, (*here.values, *there.values))


def through_time(table: Derived[Any], dialect: Dialect, position: int, schema: str = "") -> Asked:
    """Every row there was up to a position, and from and to where it held."""
    if isinstance(table, Stays):
        return stays.through_time(table, position, schema)
    return tallies.through_time(_tally(table), dialect, position, schema)


def _tally(table: Derived[Any]) -> Tally[Any]:
    assert isinstance(table, Tally)
    return table
