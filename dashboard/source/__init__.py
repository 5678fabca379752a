"""What is known at a moment? The only door to core; what is past never changes, so it is kept."""

from __future__ import annotations

import os
from dataclasses import dataclass
from datetime import UTC, datetime, tzinfo
from functools import cache

from core import AtTime, Now, Recorded, TimeMachine
from core import EventscopeError as EventscopeError
from core import StoreUnavailable as StoreUnavailable
from core.clock_words import zone_named

REMEMBERED = 256
"""How many answers about the past are kept of each kind; all sessions share them."""


@dataclass(frozen=True)
class Present:
    """The newest position that is on every screen, and how many events are still behind it."""

    position: int
    behind: int


@cache
def machine() -> TimeMachine:
    """The time machine over the store this dashboard was started with."""
    return TimeMachine.open(os.environ["EVENTSCOPE_STORE"], create=False)


def present() -> Present:
    """What now is: the furthest position every read model has reached, so that all agree."""
    reached = min(machine().projector.checkpoints().values())
    return Present(reached, machine().store.head().position - reached)


def zone(name: str) -> tzinfo:
    """The time zone of a name. Raises an `EventscopeError`."""
    return zone_named(name)


@dataclass(frozen=True)
class Meant:
    """What somebody's words mean: a position (None is now), by a clock time if they say one."""

    position: int | None
    time: datetime | None


def resolve(text: str, order_id: str | None = None, zone: tzinfo = UTC) -> Meant:
    """What somebody's words mean. Raises an `EventscopeError`."""
    moment = machine().moment(text, order_id, zone)
    position = None if isinstance(moment, Now) else machine().position(moment, order_id)
    return Meant(position, moment.time if isinstance(moment, AtTime) else None)


def position_by(moment: datetime) -> int:
    """The last position recorded by a clock time."""
    return machine().position(AtTime(moment))


def at(position: int) -> Recorded | None:
    """The event at a position."""
    return machine().store.at(position)
