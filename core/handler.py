"""How does a command become events? Load, decide, append; and again if someone was faster."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from contextlib import AbstractContextManager, nullcontext
from dataclasses import dataclass
from datetime import datetime
from random import uniform
from time import sleep
from types import MappingProxyType
from typing import Generic, TypeVar

from core.deciders import Decider
from core.envelopes import NOTHING_SAID, stamped
from core.errors import CommandRefused, VersionConflict
from core.events import Event, Recorded
from core.instants import utc_now
from core.repository import Rebuilt, Repository

C = TypeVar("C")
S = TypeVar("S")
E = TypeVar("E", bound=Event)

ATTEMPTS = 5
APART = 0.003
"""Seconds, times the attempts so far, within which whoever was too slow tries again: those who try
at one instant only meet again."""
IN_HAND = 1_000
"""How many streams' last states are kept between commands."""


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
        self._in_hand: dict[str, Rebuilt[S]] = {}
        self._shared: set[str] = set()
        """Streams in hand that others append to as well: there one waits one's turn, and asks first
        what is new."""

    def handle(
        self, command: C, context: Context | None = None, at: datetime | None = None
    ) -> list[Recorded]:
        """The recorded events, possibly none. Raises `CommandRefused`, or `VersionConflict` when
        others were faster five times in a row."""
        key = self._key_of(command)
        stream = self._decider.stream(key)
        known = self._in_hand.pop(stream, None)
        sure = known is None or stream in self._shared
        before = known or self._repository.remembered(stream)
        for attempt in range(1, ATTEMPTS + 1):
            with self._in_turn(stream, before, sure) as (before, behind_others):
                if behind_others:
                    self._shared.add(stream)
                events = self._decided(command, before.state, sure)
                if sure and not events:
                    return []
                stamped = self._stamped(events, context, at)
                recorded = self._saved(key, stamped, before, attempt) if stamped else None
            if recorded is not None:
                self._keep(stream, before, recorded)
                return recorded
            if stamped:
                self._outrun(stream, attempt, sure)
            sure = True
        raise AssertionError("unreachable")

    def _in_turn(
        self, stream: str, known: Rebuilt[S], sure: bool
    ) -> AbstractContextManager[tuple[Rebuilt[S], bool]]:
        """What is known, and whether others change it: for sure, behind those who are at it."""
        return self._repository.queued(stream, known) if sure else nullcontext((known, False))

    def _outrun(self, stream: str, attempt: int, queued: bool) -> None:
        """Queue from now on; whoever has been outrun in spite of it tries at an instant of its
        own."""
        if queued:
            sleep(uniform(0, attempt * APART))
        self._shared.add(stream)

    def _decided(self, command: C, state: S, sure: bool) -> Sequence[E]:
        """What follows from the command; nothing where it is refused, but that is not sure."""
        try:
            return self._decider.decide(command, state)
        except CommandRefused:
            if sure:
                raise
            return []

    def _stamped(
        self, events: Sequence[E], context: Context | None, at: datetime | None
    ) -> list[E]:
        when = at or self._clock()
        metadata = MappingProxyType(context.metadata()) if context else NOTHING_SAID
        return [stamped(event, when, metadata) for event in events]

    def _saved(
        self, key: str, events: Sequence[E], before: Rebuilt[S], attempt: int
    ) -> list[Recorded] | None:
        """The recorded events; None where others were faster, for the last time an error."""
        try:
            return self._repository.save(key, events, before)
        except VersionConflict:
            if attempt == ATTEMPTS:
                raise
            return None

    def _keep(self, stream: str, before: Rebuilt[S], recorded: Sequence[Recorded]) -> None:
        """Keep the state for the next command: what a version was it is for ever, and whether it
        is still the last one, the append tells."""
        state = self._decider.fold([one.event for one in recorded], before.state)  # type: ignore[misc]  # closed list
        version, folded = recorded[-1].version, before.folded + len(recorded)
        if len(self._in_hand) >= IN_HAND:
            self._in_hand.clear()
            self._shared.clear()
        self._in_hand[stream] = Rebuilt(state, version, before.snapshot_version, folded)
