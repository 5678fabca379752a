"""What does it mean? A read model: typed tables of rows, and how an event changes them."""

from __future__ import annotations

from collections.abc import Callable, MutableMapping
from dataclasses import dataclass, fields
from datetime import timedelta
from functools import cached_property
from typing import Any, Generic, Literal, Protocol, TypeVar

from core.events import Recorded

R = TypeVar("R")
Key = tuple[Any, ...]

END = 2**63 - 1
"""The `to_position` of a row that still holds."""


@dataclass(frozen=True)
class Table(Generic[R]):
    """A table of frozen dataclasses; each row holds from a position until its next change.

    The store keeps it as columns named like the fields, plus `from_position` (inclusive) and
    `to_position` (exclusive), so "as of p" is one query.
    """

    name: str
    row: type[R]
    key: tuple[str, ...]
    indexed: tuple[str | tuple[str, ...], ...] = ()
    """What people sort and search by: a column, or several when they are asked for together."""
    outline: tuple[str, ...] = ()
    """Columns that are asked for of every row at once: they are read without the others."""
    few_keys: bool = False
    """There are few keys, each changes often, and none goes away: as of a position, each key is
    looked up by itself, so that the cost follows the keys and not the changes."""

    @cached_property
    def columns(self) -> tuple[str, ...]:
        """The names of the row's fields."""
        return tuple(field.name for field in fields(self.row))  # type: ignore[arg-type]  # a dataclass

    def key_of(self, row: R) -> Key:
        """The key of a row."""
        return tuple(getattr(row, name) for name in self.key)


@dataclass(frozen=True)
class Derived(Table[R]):
    """A table that no `evolve` fills: the store tells its rows from the columns of the log, with
    statements over many positions at once."""

    view: str = ""
    """The projection it is a table of: it has come as far as that."""


@dataclass(frozen=True)
class Tally(Derived[R]):
    """How many events of each type there were in each stretch of time in which they occurred.

    Its columns are the name of a width, where a stretch of that width begins (UTC), the type, and
    how many events there are; the first three are its key.
    """

    widths: tuple[tuple[str, timedelta], ...] = ()
    """The name and the length of each width, in whole seconds; stretches are counted from 1970."""


@dataclass(frozen=True)
class Stays(Derived[R]):
    """Through which stages each stream went, as the types of its events tell.

    A stream begins in the first stage and only ever goes further. Its columns are what the stream
    is called, a stage, when it was entered and left, which stage came next, and how many of these
    two events carry a mark; the first two are its key.
    """

    of: str = ""
    """What its streams begin with: `order` for `order-<id>`."""
    stages: tuple[str, ...] = ()
    """In the order in which a stream goes through them."""
    reached_by: tuple[tuple[str, str], ...] = ()
    """A type of events, and the stage that such an event leads to."""
    mark: str = ""
    """The name in the metadata of an event that counts it."""


@dataclass(frozen=True, slots=True)
class Transition:
    """An event with the state of its stream before and after."""

    recorded: Recorded
    before: Any
    after: Any


class Rows(Protocol):
    """The live rows of each table, to be read and replaced; tests use a dict of dicts."""

    def __getitem__(self, table: Table[R], /) -> MutableMapping[Key, R]: ...


@dataclass(frozen=True)
class Projection:
    """A fold over the whole log into rows. Raise `revision` when the same events mean new rows.

    Where all its tables are derived there is nothing to `evolve`, and no event is read for it.
    """

    name: str
    tables: tuple[Table[Any], ...]
    evolve: Callable[[Rows, Transition], None] | None = None
    revision: int = 1


Operator = Literal["=", "!=", ">=", "<=", "in", "contains"]


@dataclass(frozen=True)
class Where:
    """A condition on one column; conditions given together must all hold."""

    column: str
    operator: Operator
    value: Any


@dataclass(frozen=True)
class Query:
    """Which rows of a table, in which order, and how many; ties are broken by the key.

    With `not_at`, only rows that do not hold at that other position too: what has changed.
    """

    where: tuple[Where, ...] = ()
    order_by: str | None = None
    descending: bool = False
    limit: int | None = None
    offset: int = 0
    not_at: int | None = None
