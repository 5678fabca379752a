"""Who takes part? Whoever can keep orders, have them again as of any version, and read the log."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import fields
from datetime import datetime
from typing import Any, Protocol, get_args
from uuid import uuid4

from core.envelopes import ENVELOPE
from core.events import Event
from core.orders import OrderEvent
from tests.benchmarks.histories import ADDRESS
from tests.benchmarks.two_views import Seen

Fact = tuple[str, tuple[Any, ...]]
"""The type of an event, and its own fields behind the order's name: what all of them can say."""
Orders = Iterable[tuple[str, Sequence[Fact]]]
"""(name, what happened to it): each is a stream from its beginning."""

OURS, DEFAULT, STRUCTS = "ours", "eventsourcing", "eventsourcing, structs"
OPTIMIZED, FUNCTIONS = "eventsourcing -O", "eventsourcing, stored function"
FULL, LEAN, BATCH = "raw", "raw, lean", "raw, executemany"
PEERS = (DEFAULT, STRUCTS, OPTIMIZED, FUNCTIONS)
OURS_SHORT, OURS_VERSION = "ours at 1,000 events", "ours by version"
EVERY = 50
"""A state is remembered as often as our repository does it."""
PAGE = 2000


class Contender(Protocol):
    """Opened by `open(url, snapshots)` on an empty store, or on what it has filled before."""

    def append_singly(self, orders: Orders) -> None:
        """An event a commit; nothing is read before."""
        ...

    def append_orders(self, orders: Orders) -> None:
        """An order a commit."""
        ...

    def handle(self, orders: Orders) -> None:
        """Each fact as a command: load the order, apply, commit."""
        ...

    def fill(self, orders: Orders) -> None:
        """Keep all this the quickest way there is, with a snapshot every 50 versions if at all."""
        ...

    def compete(self, name: str, times: int) -> int:
        """Change the address of an order so often, beside others who do the same: load, apply,
        commit, and again if somebody was faster. Returns how often it was done in vain."""
        ...

    def state(self, name: str, version: int | None = None) -> Any:
        """The order as it stood: what `raw.agree` compares with a fold of ours."""
        ...

    def states(self, name: str) -> Sequence[Any]:
        """The order after each of its events, read and folded once."""
        ...

    def log(self) -> Iterator[Any]:
        """Each event of the log, decoded, with its envelope if that is how it comes."""
        ...

    def seen(self) -> Iterator[Seen]:
        """The day, the type and the order of each event of the log, through its own reader."""
        ...

    def close(self) -> None:
        """Let go of files and connections."""
        ...


class Timed(Contender, Protocol):
    """Who can also say how an order stood at a time."""

    def state_at(self, name: str, time: datetime) -> Any:
        """The order as the log knew it then."""
        ...


Open = Callable[[str, bool], Contender]
"""(URL, whether it takes snapshots) → a contender."""


CLASSES: Mapping[str, type[Event]] = {one.type: one for one in get_args(OrderEvent)}
OWN = {
    name: [one.name for one in fields(event) if one.name not in (*ENVELOPE, "order_id")]
    for name, event in CLASSES.items()
}
"""Type name → the fields a fact states, in their order."""


def facts(events: Iterable[Event]) -> list[Fact]:
    """What these events say, in nobody's words."""
    return [
        (one.type, tuple(_plain(getattr(one, name)) for name in OWN[one.type])) for one in events
    ]


def _plain(value: Any) -> Any:
    return dict(value) if isinstance(value, Mapping) else value


def flat(orders: Orders) -> Iterator[tuple[str, str, tuple[Any, ...]]]:
    """(order, type, values) of each fact."""
    return ((name, kind, values) for name, happened in orders for kind, values in happened)


def address(number: int) -> dict[str, str]:
    """Another address for each number."""
    return {**ADDRESS, "street": f"{number} Harbour Road, {uuid4().hex[:6]}"}
