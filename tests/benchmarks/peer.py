"""How does `eventsourcing` do it in the style its manual begins with? A decorated aggregate."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from contextlib import suppress
from decimal import Decimal
from typing import Any
from uuid import NAMESPACE_URL, UUID, uuid5

from eventsourcing.application import Application
from eventsourcing.domain import Aggregate, event
from eventsourcing.persistence import RecordConflictError
from sqlalchemy import make_url

from tests.benchmarks.contenders import EVERY, PAGE, Fact, Orders, address, flat
from tests.benchmarks.places import DRIVER, file_of
from tests.benchmarks.two_views import Seen

STEP = 500
"""Events saved at once when filling: it takes them from a list one by one, from the front."""


class Order(Aggregate):
    """An order that checks nothing: what is asked of it, happens."""

    @event("Created")
    def __init__(self, name: str, customer: str) -> None:
        self.name, self.customer = name, customer
        self.status = "draft"
        self.items: dict[str, Any] = {}
        self.address: dict[str, str] = {}
        self.payments: list[Any] = []

    @staticmethod
    def create_id(name: str) -> UUID:
        return order_id(name)

    @event("ItemAdded")
    def add_item(self, product: str, title: str, quantity: int, unit_price: Decimal) -> None:
        self.items[product] = {"title": title, "quantity": quantity, "unit_price": unit_price}

    @event("ItemRemoved")
    def remove_item(self, product: str) -> None:
        del self.items[product]

    @event("AddressChanged")
    def change_address(self, address: dict[str, str]) -> None:
        self.address = address

    @event("Placed")
    def place(self, address: dict[str, str], total: Decimal) -> None:
        self.status, self.address = "placed", address

    @event("PaymentRecorded")
    def pay(self, method: str, amount: Decimal, installments: int) -> None:
        self.payments.append((method, amount, installments))

    def kept(self) -> tuple[Any, ...]:
        """The order as it stands, out of reach of what comes."""
        return (self.status, tuple(self.items.items()), self.address, tuple(self.payments))


METHODS = {
    "OrderItemAdded": Order.add_item,
    "OrderItemRemoved": Order.remove_item,
    "ShippingAddressChanged": Order.change_address,
    "OrderPlaced": Order.place,
    "PaymentRecorded": Order.pay,
}
TYPES = {
    "Created": "OrderCreated",
    "ItemAdded": "OrderItemAdded",
    "Placed": "OrderPlaced",
    "PaymentRecorded": "PaymentRecorded",
}
ID = "originator_id"
"""What the library calls the order of an event."""


def order_id(name: str) -> UUID:
    """The id it knows an order by."""
    return uuid5(NAMESPACE_URL, name)


def settings(url: str, snapshots: bool, functions: bool = False) -> dict[str, str]:
    """A store of ours, as its environment names one."""
    asked = {"IS_SNAPSHOTTING_ENABLED": "y" if snapshots else "n"}
    if not url.startswith(DRIVER):
        module = "eventsourcing.sqlite"
        return {**asked, "PERSISTENCE_MODULE": module, "SQLITE_DBNAME": str(file_of(url))}
    server = make_url(url)
    return {
        **asked,
        "PERSISTENCE_MODULE": "eventsourcing.postgres",
        "POSTGRES_DBNAME": str(server.database),
        "POSTGRES_HOST": str(server.host),
        "POSTGRES_PORT": str(server.port),
        "POSTGRES_USER": str(server.username),
        "POSTGRES_PASSWORD": "",
        "POSTGRES_SCHEMA": str(server.query["options"]).rpartition("=")[2],
        "POSTGRES_ENABLE_DB_FUNCTIONS": "y" if functions else "n",
    }


class Shop(Application[UUID]):
    """Nothing of its own: the library's application."""


class Default:
    """The library with its defaults."""

    def __init__(self, url: str, snapshots: bool = False, functions: bool = False) -> None:
        self._app = Shop(settings(url, snapshots, functions))
        self._snapshots = snapshots

    def append_singly(self, orders: Orders) -> None:
        for name, happened in orders:
            order = _begun(name, happened)
            self._app.save(order)
            for kind, values in happened[1:]:
                METHODS[kind](order, *values)
                self._app.save(order)

    def append_orders(self, orders: Orders) -> None:
        for name, happened in orders:
            order = _begun(name, happened)
            for kind, values in happened[1:]:
                METHODS[kind](order, *values)
            self._app.save(order)

    def handle(self, orders: Orders) -> None:
        for name, kind, values in flat(orders):
            if kind == "OrderCreated":
                order = Order(name, *values)
            else:
                order = self.state(name)
                METHODS[kind](order, *values)
            self._app.save(order)

    def compete(self, name: str, times: int) -> int:
        done = attempts = 0
        while done < times:
            attempts += 1
            order = self.state(name)
            order.change_address(address(done))
            with suppress(RecordConflictError):
                self._app.save(order)
                done += 1
        return attempts - times

    def fill(self, orders: Orders) -> None:
        for name, happened in orders:
            order = _begun(name, happened)
            for number, (kind, values) in enumerate(happened[1:], 1):
                METHODS[kind](order, *values)
                if number % STEP == 0:
                    self._app.save(order)
            self._app.save(order)
            if self._snapshots:
                for version in range(EVERY, len(happened) + 1, EVERY):
                    self._app.take_snapshot(order.id, version)

    def state(self, name: str, version: int | None = None) -> Order:
        order: Order = self._app.repository.get(order_id(name), version=version)
        return order

    def states(self, name: str) -> Sequence[Any]:
        states, order = [], None
        for one in self._app.events.get(order_id(name)):
            order = one.mutate(order)  # type: ignore[attr-defined]
            states.append(order.kept())
        return states

    def log(self) -> Iterator[Any]:
        read, number = self._app.recorder.select_notifications, 1
        while found := read(number, PAGE):
            yield from map(self._app.mapper.to_domain_event, found)
            number = found[-1].id + 1

    def seen(self) -> Iterator[Seen]:
        for one in self.log():
            yield one.timestamp.date(), TYPES[type(one).__name__], getattr(one, ID)

    def close(self) -> None:
        self._app.close()


def _begun(name: str, happened: Sequence[Fact]) -> Order:
    return Order(name, *happened[0][1])
