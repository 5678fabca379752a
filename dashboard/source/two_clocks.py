"""What was believed at one moment about another time, and what is known of that time now?"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, datetime, tzinfo

from core import AtPosition, Recorded, StreamNotFound
from core import BadMoment as BadMoment
from core.history import document
from core.moments import world_time
from core.orders import Order, orders
from core.orders.sentences import sentence
from core.repository import Belief
from dashboard.parts.time_travel.model import shown
from dashboard.source import machine

Field = tuple[tuple[str, ...], str | None, str | None]
"""A field of an order, what it was believed to be, and what it is known to be; None: nothing."""


@dataclass(frozen=True)
class Fact:
    """An event that one of the two clocks tells apart, as a line people read."""

    version: int
    sentence: str
    occurred_at: datetime
    recorded_at: datetime


@dataclass(frozen=True)
class Hindsight:
    """An order at a time in the world: as it was believed to be then, and as it is known to be.

    `counted` events made up the belief; `came_to_light` after it; `not_yet` were known by then but
    had not occurred by that time.
    """

    about: datetime
    counted: int
    fields: tuple[Field, ...]
    came_to_light: tuple[Fact, ...]
    not_yet: tuple[Fact, ...]


def hindsight(
    order_id: str, about: str, position: int, head_position: int, zone: tzinfo = UTC
) -> Hindsight:
    """What was believed at a position about a time in the world, beside what is known of it now.

    Raises `BadMoment` where `about` is no clock time.
    """
    when = world_time(about, machine().moment(about, order_id, zone))
    believed, known = (_belief(order_id, when, at) for at in (position, head_position))
    was, is_ = document(believed.state), document(known.state)
    return Hindsight(
        when,
        len(believed.counted),
        tuple(
            (path, _text(was, path, zone), _text(is_, path, zone))
            for path in dict.fromkeys((*was, *is_))
        ),
        tuple(_fact(one) for one in known.counted if one.position > position),
        tuple(_fact(one) for one in believed.left_out),
    )


def _belief(order_id: str, about: datetime, position: int) -> Belief[Order]:
    try:
        return machine().belief(order_id, about, AtPosition(position))
    except StreamNotFound:
        known = machine().store.read_stream(orders.stream(order_id), to_position=position)
        return Belief(orders.initial, (), tuple(known))


def _text(fields: dict[tuple[str, ...], object], path: tuple[str, ...], zone: tzinfo) -> str | None:
    value = fields.get(path)
    return None if value is None else shown(value, zone)


def _fact(recorded: Recorded) -> Fact:
    told = sentence(recorded.event)  # type: ignore[arg-type]  # the codec's list of events is closed
    return Fact(recorded.version, told, recorded.occurred_at, recorded.recorded_at)
