"""How is a rule told? Given these facts, when this is asked, then these facts follow.

order.given(opened, lamp).when(PlaceOrder("o1", HOME)).then(placed)
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, Generic

from core.deciders import C, Decider, E, S
from core.errors import CommandRefused


@dataclass(frozen=True)
class Spec(Generic[C, S, E]):
    """The rules of one kind of stream, ready to be questioned."""

    decider: Decider[C, S, E]

    def given(self, *events: E) -> Given[C, S, E]:
        """Start from what these facts amount to."""
        return Given(self.decider, self.decider.fold(events))


@dataclass(frozen=True)
class Given(Generic[C, S, E]):
    """A state that facts have led to."""

    decider: Decider[C, S, E]
    state: S

    def when(self, command: C) -> Outcome:
        """Ask for something."""
        try:
            return Outcome(command, self.state, tuple(self.decider.decide(command, self.state)))
        except CommandRefused as refusal:
            return Outcome(command, self.state, (), refusal)


@dataclass(frozen=True)
class Outcome:
    """What came of asking."""

    command: Any
    state: Any
    events: tuple[Any, ...]
    refusal: CommandRefused | None = None

    def then(self, *events: Any) -> None:
        """It led to exactly these facts."""
        assert self.refusal is None, f"refused: {self.refusal}"
        assert self.events == events

    def then_nothing(self) -> None:
        """It was allowed, and there was nothing to record."""
        self.then()

    def then_refused(self, reason: str) -> None:
        """The rules said no, in this sentence, and the refusal carries its facts."""
        assert self.refusal is not None, f"accepted: {self.events}"
        assert (self.refusal.reason, str(self.refusal)) == (reason, reason)
        assert (self.refusal.command, self.refusal.state) == (self.command, self.state)
