"""The front door: everything a program needs to keep a log and travel through it."""

from core.errors import (
    BadMoment,
    BrokenChain,
    CommandRefused,
    EventscopeError,
    StoreUnavailable,
    StreamNotFound,
    VersionConflict,
)
from core.events import Event, Recorded
from core.machine import TimeMachine
from core.moments import AtPosition, AtTime, AtVersion, Moment, Now, parse_moment

__all__ = [
    "AtPosition",
    "AtTime",
    "AtVersion",
    "BadMoment",
    "BrokenChain",
    "CommandRefused",
    "Event",
    "EventscopeError",
    "Moment",
    "Now",
    "Recorded",
    "StoreUnavailable",
    "StreamNotFound",
    "TimeMachine",
    "VersionConflict",
    "parse_moment",
]
