"""Whom does one wait for where there is no queue? For nobody: what is new is read at once."""

from __future__ import annotations

from abc import ABC, abstractmethod
from contextlib import AbstractContextManager, nullcontext

from core.stores import Pages, Turn


class Unqueued(ABC):
    """A store that lets everybody change a stream at once."""

    @abstractmethod
    def facts(
        self, stream: str, from_version: int = 1, to_position: int | None = None
    ) -> Pages: ...

    def queued(self, stream: str, from_version: int) -> AbstractContextManager[Turn]:
        return nullcontext(Turn(self.facts(stream, from_version)))
