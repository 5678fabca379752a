"""How does a command become events? Load, decide, append; and again if someone was faster."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Generic, TypeVar

from core.deciders import Decider
from core.errors import VersionConflict
from core.events import Event, Recorded, utc_now
from core.repository import Repository

C = TypeVar("C")
S = TypeVar("S")
E = TypeVar("E", bound=Event)

ATTEMPTS = 5


@dataclass(frozen=True)
class Context:
    """Who asks, why, and in the course of what: it becomes the metadata of the events."""

    actor: str | None = None
    reason: str | None = None
    correlation_id: str | None = None
    causation_id: str | None = None
    source: str | None = None

    def metadata(self) -> dict[str, str]:
        """What is known, as metadata."""
        return {name: value for name, value in self.__dict__.items() if value is not None}


class Handler(Generic[C, S, E]):
    """Carries out commands on one kind of stream."""

    def __init__(
        self,
        repository: Repository[C, S, E],
        decider: Decider[C, S, E],
        key_of: Callable[[C], str],
        clock: Callable[[], datetime] = utc_now,
    ) -> None:
        self._repository = repository
        self._decider = decider
        self._key_of = key_of
        self._clock = clock

    def handle(
        self, command: C, context: Context | None = None, at: datetime | None = None
    ) -> list[Recorded]:
        """The recorded events, possibly none. Raises `CommandRefused`, or `VersionConflict` when
        others were faster five times in a row."""
        context = Context() if context is None else context
        key = self._key_of(command)
        stream = self._decider.stream(key)
        before = self._repository.rebuild(stream)
        for attempt in range(1, ATTEMPTS + 1):
            events = self._decider.decide(command, before.state)
            stamped = self._stamped(events, context, at)
            if not stamped:
                return []
            try:
                return self._repository.save(key, stamped, before)
            except VersionConflict:
                if attempt == ATTEMPTS:
                    raise
                # Who was faster has added to what is known: only that is read.
                before = self._repository.forward(stream, before)
        raise AssertionError("unreachable")

    def _stamped(self, events: Sequence[E], context: Context, at: datetime | None) -> list[E]:
        when, metadata = at or self._clock(), context.metadata()
        return [replace(event, occurred_at=when, metadata=metadata) for event in events]
