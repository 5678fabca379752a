"""Where does a projection keep its rows? What every store promises of them."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Any, Protocol, TypeVar

from core.projections import END, Key, Projection, Query, Table

R = TypeVar("R")


@dataclass(frozen=True)
class Spans:
    """What a batch did to one table: rows to insert, (row, from_position, to_position), and live
    rows of earlier batches to end, (key, to_position)."""

    rows: list[tuple[Any, int, int]]
    ended: list[tuple[Key, int]]


@dataclass(frozen=True)
class Flush:
    """What a projection has to write, live or beside the live rows: what changed, by the name of
    the table, and from which checkpoint to which."""

    projection: Projection
    beside: bool
    spans: dict[str, Spans]
    checkpoint: int
    new_checkpoint: int


class Shelf(Protocol):
    """Where one projection keeps its rows and its checkpoint, live or beside the live ones."""

    def reset(self) -> None:
        """Empty tables of today's shape, checkpoint 0. Live ones that are there already stay."""
        ...

    def live(self, table: Table[R], key: Key) -> R | None:
        """The row of a key as it stands at the checkpoint."""
        ...


class ReadModels(Protocol):
    """What a store promises of the rows that follow from its log."""

    def shelf(self, projection: Projection, beside: bool = False) -> Shelf:
        """The rows of a projection, to be kept current; `beside` the live ones for a rebuild."""
        ...

    def checkpoints(
        self, projections: Sequence[Projection], beside: bool = False
    ) -> dict[str, int | None]:
        """How far each projection has come; None where it has no tables of today's shape."""
        ...

    def write(self, flushes: Sequence[Flush]) -> list[bool]:
        """Rows and checkpoints of several projections, all in one transaction; False, and nothing
        of that one written, where another projector has moved its checkpoint meanwhile."""
        ...

    def swap(self, projection: Projection, enough: int = END) -> bool:
        """Let rebuilt rows take the live ones' place, unless short of both them and `enough`."""
        ...

    def query(self, table: Table[R], position: int, query: Query) -> list[R]:
        """The rows of a table as of a position."""
        ...

    def values(
        self, table: Table[Any], columns: Sequence[str], position: int, query: Query
    ) -> list[tuple[Any, ...]]:
        """Some columns of all the rows that meet the conditions as of a position, in no order."""
        ...

    def count(self, table: Table[Any], position: int, query: Query) -> int:
        """How many rows a query finds as of a position, its limit aside."""
        ...

    def changes(self, table: Table[R], position: int) -> Iterator[tuple[R, int, int]]:
        """Every row that came by a position, oldest first, and from and to where it holds."""
        ...
