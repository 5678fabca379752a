"""When is it one's turn to change a stream? Where there is no queue, at once."""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Iterator
from contextlib import AbstractContextManager, nullcontext
from typing import NamedTuple

from core.events import Event

Pages = Iterator[list[Event]]
"""Facts of one stream, oldest first, many at a time."""


class Turn(NamedTuple):
    """What is new in a stream, and whether one had to wait for others before one heard it."""

    pages: Pages
    behind_others: bool = False


class Unqueued(ABC):
    """A store that lets everybody change a stream at once."""

    @abstractmethod
    def facts(
        self, stream: str, from_version: int = 1, to_position: int | None = None
    ) -> Pages: ...

    def queued(self, stream: str, from_version: int) -> AbstractContextManager[Turn]:
        return nullcontext(Turn(self.facts(stream, from_version)))
