"""What is the least one has to do? The driver's own cursor, a compiled decoder, a fold by hand."""

from __future__ import annotations

import sqlite3
from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import closing, contextmanager
from dataclasses import fields
from decimal import Decimal
from pathlib import Path
from typing import Any, get_args, get_type_hints

import msgspec

from core.envelopes import ENVELOPE
from core.events import COLUMNS, Event
from core.orders import Order, OrderEvent

ROW = ", ".join(COLUMNS)
INSERT = f"INSERT INTO events VALUES ({', '.join('?' * len(COLUMNS))})"


def opened(path: Path) -> sqlite3.Connection:
    """A file with the durability of ours, and no transactions but those that are asked for."""
    connection = sqlite3.connect(path, isolation_level=None)
    connection.execute("PRAGMA journal_mode=WAL")
    connection.execute("PRAGMA synchronous=FULL")
    return connection


@contextmanager
def twin(source: Path, path: Path, tables: Iterable[str]) -> Iterator[sqlite3.Connection]:
    """An empty file with these tables of a store of ours, their keys and indexes; no triggers."""
    with closing(opened(source)) as original, closing(opened(path)) as copy:
        for table in tables:
            wanted = "SELECT sql FROM sqlite_master WHERE tbl_name = ? AND type IN (?, ?)"
            for (sql,) in original.execute(wanted, (table, "table", "index")).fetchall():
                copy.execute(sql or "SELECT 1")
        yield copy


def insert(connection: sqlite3.Connection, table: str, rows: Sequence[Any]) -> None:
    """All these rows in one transaction."""
    connection.execute("BEGIN IMMEDIATE")
    marks = ", ".join("?" * len(rows[0]))
    connection.executemany(f"INSERT INTO {table} VALUES ({marks})", rows)
    connection.execute("COMMIT")


def _decoder(event: type[Event]) -> Callable[[bytes], Any]:
    hints = get_type_hints(event)
    own = [(one.name, hints[one.name]) for one in fields(event) if one.name not in ENVELOPE]
    return msgspec.json.Decoder(msgspec.defstruct(event.__name__, own)).decode


DECODE = {event.type: _decoder(event) for event in get_args(OrderEvent)}
"""Type name → the body of such an event, without its envelope."""

read_order = msgspec.json.Decoder(Order).decode


class Plain:
    """An order that is changed in place."""

    __slots__ = ("address", "customer", "items", "payments", "status", "version")

    def __init__(self, order: Order | None = None) -> None:
        known = Order() if order is None else order
        self.address = known.shipping_address
        self.customer = known.customer_id
        self.items: dict[str, Any] = {item.product_id: item for item in known.items}
        self.payments: list[Any] = list(known.payments)
        self.status = known.status.value
        self.version = known.version

    def take(self, kind: str, body: Any) -> None:
        """The next event of the kinds that the histories measured here consist of."""
        self.version += 1
        if kind == "OrderItemAdded":
            self.items[body.product_id] = body
        elif kind == "OrderItemRemoved":
            del self.items[body.product_id]
        elif kind == "ShippingAddressChanged":
            self.address = body.new_address
        elif kind == "PaymentRecorded":
            self.payments.append(body)
        elif kind == "OrderPlaced":
            self.status, self.address = "placed", body.shipping_address
        elif kind == "OrderCreated":
            self.customer = body.customer_id
        else:
            raise AssertionError(f"{kind} is not in these histories")

    def kept(self) -> tuple[Any, ...]:
        """The order as it stands, out of reach of what comes."""
        return (self.status, tuple(self.items.values()), self.address, tuple(self.payments))


class Line(msgspec.Struct, frozen=True):
    """What a snapshot keeps of an added item."""

    product_id: str
    product_name: str
    quantity: int
    unit_price: Decimal


class Paid(msgspec.Struct, frozen=True):
    """What a snapshot keeps of a payment."""

    method: str
    amount: Decimal
    installments: int


class Kept(msgspec.Struct, frozen=True):
    """A plain order as a snapshot keeps it."""

    address: dict[str, str]
    customer: str
    items: dict[str, Line]
    payments: list[Paid]
    status: str
    version: int


_read_kept = msgspec.json.Decoder(Kept).decode


def remembered(order: Plain) -> bytes:
    """The bytes of a snapshot."""
    return msgspec.json.encode(msgspec.convert(order, Kept, from_attributes=True))


def restored(state: bytes, into: Plain) -> Plain:
    """The order of a snapshot."""
    kept = _read_kept(state)
    for name in Plain.__slots__:
        setattr(into, name, getattr(kept, name))
    return into


def fold(rows: Iterable[tuple[str, bytes]], order: Plain | None = None) -> Plain:
    """The order after these events, each a type name and its bytes."""
    folded = Plain() if order is None else order
    decode = DECODE
    for kind, data in rows:
        folded.take(kind, decode[kind](data))
    return folded


def agree(plain: Any, order: Order) -> None:
    """Whoever comes to another end is not timed: another's order, or ours, against a fold."""
    if isinstance(plain, Order):
        assert plain == order, f"version {order.version} of an order is another than its fold"
        return
    same = plain.version == order.version and plain.status == order.status.value
    same = same and plain.address == order.shipping_address
    same = same and len(plain.payments) == len(order.payments)
    same = same and set(plain.items) == {item.product_id for item in order.items}
    assert same, f"{type(plain).__name__} has another order at version {order.version}"
