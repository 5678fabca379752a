"""Where does a projection keep its rows? What every store promises of them."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, Protocol, TypeVar

from core.projections import Key, Table

R = TypeVar("R")


@dataclass(frozen=True)
class Spans:
    """What a batch did to one table: rows to insert, (row, from_position, to_position), and live
    rows of earlier batches to end, (key, to_position)."""

    rows: list[tuple[Any, int, int]]
    ended: list[tuple[Key, int]]


class Shelf(Protocol):
    """Where one projection keeps its rows and its checkpoint."""

    def checkpoint(self) -> int | None:
        """The position this projection has reached; None if it has no tables of today's shape."""
        ...

    def reset(self) -> None:
        """Empty tables of today's shape, checkpoint 0. Live ones that are there already stay."""
        ...

    def live(self, table: Table[R], key: Key) -> R | None:
        """The row of a key as it stands at the checkpoint."""
        ...

    def write(self, spans: dict[str, Spans], checkpoint: int, new_checkpoint: int) -> bool:
        """Rows and checkpoint in one transaction; False, and nothing written, if another
        projector has moved the checkpoint meanwhile. `spans` is keyed by table name."""
        ...
