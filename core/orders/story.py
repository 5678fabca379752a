"""Which orders can a trainer show? A dozen, made only by commands, with a clock of their own."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from datetime import UTC, datetime, timedelta
from typing import Any

from core.errors import CommandRefused
from core.orders.commands import (
    ChangeShippingAddress,
    CreateOrder,
    OrderCommand,
    PlaceOrder,
    RemoveItem,
)
from core.orders.story_scenes import FLAT, GRACE, OFFICE, SCENES, SISTER, Act, add

LONG, LONG_VERSIONS = "long", 300
PLANS = "fit-out"
ROOMS = (OFFICE, SISTER, FLAT)
CATALOGUE = (
    ("desk", "Oak desk", "349.00"),
    ("chair", "Task chair", "219.00"),
    ("lamp", "Desk lamp", "39.50"),
    ("shelf", "Wall shelf", "54.00"),
    ("screen", "27-inch screen", "289.00"),
    ("arm", "Screen arm", "74.00"),
    ("cabinet", "Filing cabinet", "168.00"),
    ("board", "Whiteboard", "96.00"),
    ("fern", "Potted fern", "18.50"),
    ("mat", "Felt mat", "24.90"),
    ("hook", "Coat hook", "7.25"),
    ("clock", "Wall clock", "31.00"),
    ("bin", "Paper bin", "12.40"),
    ("sofa", "Two-seat sofa", "799.00"),
    ("table", "Round table", "262.00"),
    ("stool", "Bar stool", "88.00"),
    ("kettle", "Steel kettle", "45.00"),
)
STRIDE, DRIFT = 5, 4  # a walk through the catalogue that never settles into one order
PAUSE = 33  # every 33rd change is about the place, not about the goods


def tell(handle: Callable[..., Any]) -> int:
    """Perform the story through a command handler; how many events it added, 0 if told before.

    `handle(command, *, actor, reason, correlation_id, source, at)` returns the recorded events.
    """
    first, *others = STORY
    try:
        told = len(_perform(first, handle))
    except CommandRefused:
        return 0
    return told + sum(len(_attempt(act, handle)) for act in others)


def _perform(act: Act, handle: Callable[..., Any]) -> Any:
    return handle(
        act.command,
        actor=act.actor,
        reason=act.reason,
        correlation_id=act.correlation_id,
        source="story",
        at=act.happened or act.at,
    )


def _attempt(act: Act, handle: Callable[..., Any]) -> Any:
    try:
        return _perform(act, handle)
    except CommandRefused:
        if not act.refused:
            raise
        return ()


def _long_order() -> Iterator[Act]:
    """An office is planned over ten working days: 300 versions, the last one places the order."""
    times = _office_hours()
    yield Act(next(times), CreateOrder(LONG, "grace"), GRACE, "the new floor", PLANS)
    for command, reason in _plans():
        yield Act(next(times), command, GRACE, reason, PLANS)
    yield Act(next(times), PlaceOrder(LONG, OFFICE), GRACE, "the plan is agreed", PLANS)


def _plans() -> Iterator[tuple[OrderCommand, str]]:
    chosen: set[str] = set()
    for turn in range(1, LONG_VERSIONS - 1):
        product, name, price = CATALOGUE[(turn * STRIDE + turn // DRIFT) % len(CATALOGUE)]
        if turn % PAUSE == 0:
            yield ChangeShippingAddress(LONG, ROOMS[turn // PAUSE % len(ROOMS)]), "another floor"
        elif product in chosen:
            chosen.remove(product)
            yield RemoveItem(LONG, product), "the plan changed"
        else:
            chosen.add(product)
            yield add(LONG, product, name, price, 1 + turn % 6), "the plan asks for it"


def _office_hours() -> Iterator[datetime]:
    monday = datetime(2026, 3, 2, 9, 0, 30, tzinfo=UTC)
    for day in (0, 1, 2, 3, 4, 7, 8, 9, 10, 11):
        for turn in range(30):
            yield monday + timedelta(days=day, minutes=16 * turn)


STORY: tuple[Act, ...] = tuple(sorted((*SCENES, *_long_order()), key=lambda act: act.at))
"""Every act in the order of its time."""
