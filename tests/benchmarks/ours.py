"""How do we do what the others do? Through the front door, with nothing left out."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from contextlib import suppress
from datetime import datetime
from functools import partial
from operator import attrgetter
from typing import Any, cast

from core import TimeMachine
from core.errors import VersionConflict
from core.events import Event
from core.handler import Handler
from core.machine import codec
from core.moments import AtTime, AtVersion
from core.orders import (
    AddItem,
    ChangeShippingAddress,
    CreateOrder,
    Order,
    OrderCommand,
    PlaceOrder,
    RecordPayment,
    orders,
)
from core.stores import open_store
from core.stores.postgres import PostgresStore
from tests.benchmarks.contenders import CLASSES, PAGE, Orders, address, flat
from tests.benchmarks.two_views import Seen

COMMANDS: dict[str, Any] = {
    "OrderCreated": CreateOrder,
    "OrderItemAdded": AddItem,
    "OrderPlaced": lambda name, address, _total: PlaceOrder(name, address),
    "PaymentRecorded": RecordPayment,
}
"""Type name → the command that leads to such an event; those of the short order."""


class Ours:
    """A time machine. On a server it may leave to somebody else which place an event gets."""

    def __init__(self, url: str, snapshots: bool = False, waits: bool = True) -> None:
        self.machine = TimeMachine(open_store(url, codec()), snapshots)
        self._waits = waits
        self._append = partial(self.machine.store.append, wait_for_position=waits)

    def append_singly(self, asked: Orders) -> None:
        for name, happened in asked:
            for version, (kind, values) in enumerate(happened):
                self._append(orders.stream(name), [CLASSES[kind](name, *values)], version)
        self._settle()

    def append_orders(self, asked: Orders) -> None:
        for name, happened in asked:
            events = [CLASSES[kind](name, *own) for kind, own in happened]
            self._append(orders.stream(name), events, 0)
        self._settle()

    def _settle(self) -> None:
        if not self._waits:  # it is not over before each has its place
            cast(PostgresStore, self.machine.store).place()

    def handle(self, asked: Orders) -> None:
        handler = Handler(self.machine.repository, orders, lambda command: command.order_id)
        for name, kind, values in flat(asked):
            handler.handle(COMMANDS[kind](name, *values))

    def handle_anew(self, asked: Orders) -> None:
        for name, kind, values in flat(asked):
            handler = Handler(self.machine.repository, orders, lambda command: command.order_id)
            handler.handle(COMMANDS[kind](name, *values))

    def fill(self, asked: Orders) -> None:
        self.machine.load(
            (orders.stream(name), CLASSES[kind](name, *values))
            for name, kind, values in flat(asked)
        )

    def compete(self, name: str, times: int) -> int:
        attempts = 0
        append = self.machine.store.append

        def counted(*asked: Any) -> Any:
            nonlocal attempts
            attempts += 1
            return append(*asked)

        self.machine.store.append = counted  # type: ignore[method-assign]
        handler = Handler(self.machine.repository, orders, lambda command: command.order_id)
        for number in range(times):
            _until_done(handler, ChangeShippingAddress(name, address(number)))
        return attempts - times

    def state(self, name: str, version: int | None = None) -> Order:
        return self.machine.order(name, None if version is None else AtVersion(version))

    def state_at(self, name: str, time: datetime) -> Order:
        return self.machine.order(name, AtTime(time))

    def states(self, name: str) -> Sequence[Order]:
        return list(self.machine.repository.states(name))

    def log(self) -> Iterator[Event]:
        return map(attrgetter("event"), self.machine.store.read_all(batch_size=PAGE))

    def seen(self) -> Iterator[Seen]:
        for recorded in self.machine.store.read_all(batch_size=PAGE):
            yield recorded.occurred_at.date(), recorded.type, recorded.stream

    def close(self) -> None:
        self.machine.close()


def _until_done(handler: Handler[OrderCommand, Order, Any], command: OrderCommand) -> None:
    while True:
        with suppress(VersionConflict):
            handler.handle(command)
            return
