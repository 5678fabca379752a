"""What does the driver alone take, where an event is one JSON body with its whole envelope?

Two ids, a time and a metadata dict are written and read with every event: the limit for libraries
of the usual build. `raw.py` is the leaner floor, whose envelope stays in columns of its own.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import suppress
from datetime import UTC, datetime
from functools import cache
from typing import Any, get_type_hints
from uuid import NAMESPACE_URL, UUID, uuid4, uuid5

import msgspec
import psycopg

from tests.benchmarks import raw
from tests.benchmarks.contenders import CLASSES, EVERY, OWN, PAGE, Fact, Orders, address, flat
from tests.benchmarks.places import DRIVER, driver_url, file_of
from tests.benchmarks.two_views import Seen

TABLES = (
    "CREATE TABLE events (position {key} PRIMARY KEY, stream TEXT NOT NULL,"
    " version BIGINT NOT NULL, kind TEXT NOT NULL, at BIGINT NOT NULL, data {bytes} NOT NULL,"
    " UNIQUE (stream, version))",
    "CREATE TABLE snapshots (stream TEXT NOT NULL, version BIGINT NOT NULL, state {bytes} NOT NULL,"
    " PRIMARY KEY (stream, version))",
)
SQLITE = {"key": "INTEGER", "bytes": "BLOB"}
POSTGRES = {"key": "BIGINT GENERATED ALWAYS AS IDENTITY", "bytes": "BYTEA"}
COLUMNS = "(stream, version, kind, at, data)"
STREAM = "SELECT kind, data FROM events WHERE stream = ? AND version > ? AND version <= ?"
NEWEST = (
    "SELECT version, state FROM snapshots WHERE stream = ? AND version <= ?"
    " ORDER BY version DESC LIMIT 1"
)

LOG = "SELECT position, kind, data FROM events WHERE position > ? ORDER BY position LIMIT ?"
MANY = 500
WHOLE = 2**62


class Envelope(msgspec.Struct, frozen=True, kw_only=True):
    """What every body carries."""

    event_id: UUID
    order_id: UUID
    occurred_at: datetime
    metadata: dict[str, str]


def _struct(kind: str) -> Any:
    hints = get_type_hints(CLASSES[kind])
    own = [(name, hints[name]) for name in OWN[kind]]
    return msgspec.defstruct(kind, own, bases=(Envelope,), frozen=True, kw_only=True)


STRUCT = {kind: _struct(kind) for kind in CLASSES}
DECODE = {kind: msgspec.json.Decoder(one).decode for kind, one in STRUCT.items()}
encode = msgspec.json.Encoder().encode


@cache
def _id(name: str) -> UUID:
    return uuid5(NAMESPACE_URL, name)


def _body(name: str, kind: str, values: tuple[Any, ...]) -> bytes:
    made = STRUCT[kind](
        event_id=uuid4(),
        order_id=_id(name),
        occurred_at=datetime.now(UTC),
        metadata={},
        **dict(zip(OWN[kind], values, strict=True)),
    )
    return encode(made)


Row = tuple[str, int, str, int, bytes]


def row(name: str, version: int, kind: str, values: tuple[Any, ...]) -> Row:
    """A row to insert, the event made and encoded."""
    return (name, version, kind, time.time_ns() // 1000, _body(name, kind, values))


class Full:
    """The raw driver of either database, on one connection, each statement a transaction."""

    def __init__(self, url: str, snapshots: bool = False) -> None:
        self._snapshots = snapshots
        on_server = url.startswith(DRIVER)
        self._mark = "%s" if on_server else "?"
        self._run: Any = _server(url) if on_server else raw.opened(file_of(url))
        self.execute: Callable[..., Any] = self._run.execute
        kinds = POSTGRES if on_server else SQLITE
        for table in TABLES:
            made = table.format(**kinds).replace("TABLE", "TABLE IF NOT EXISTS", 1)
            self.execute(made)
        self.stream, self.newest, self.page = (
            self.said(sql) for sql in (f"{STREAM} ORDER BY version", NEWEST, LOG)
        )

    def said(self, sql: str) -> str:
        """With the marks of this driver."""
        return sql.replace("?", self._mark)

    def insert(self, rows: Sequence[Row]) -> None:
        """All of them in one statement, and so in one transaction."""
        self.execute(_insert(len(rows), self._mark), [value for one in rows for value in one])

    def append_singly(self, orders: Orders) -> None:
        for name, happened in orders:
            for version, (kind, values) in enumerate(happened, 1):
                self.insert([row(name, version, kind, values)])

    def append_orders(self, orders: Orders) -> None:
        for name, happened in orders:
            self.insert(_rows(name, happened))

    def handle(self, orders: Orders) -> None:
        for name, kind, values in flat(orders):
            order = self.state(name)
            self.insert([row(name, order.version + 1, kind, values)])

    def compete(self, name: str, times: int) -> int:
        done = attempts = 0
        while done < times:
            attempts += 1
            fact = ("ShippingAddressChanged", (address(done),))
            with suppress(psycopg.errors.UniqueViolation):
                self.insert([row(name, self.state(name).version + 1, *fact)])
                done += 1
        return attempts - times

    def fill(self, orders: Orders) -> None:
        waiting: list[Row] = []
        for name, happened in orders:
            waiting += _rows(name, happened)
            while len(waiting) >= MANY:
                self.insert(waiting[:MANY])
                del waiting[:MANY]
            if self._snapshots:
                self._remember(name, happened)
        if waiting:
            self.insert(waiting)

    def _remember(self, name: str, happened: Sequence[Fact]) -> None:
        order = raw.Plain()
        sql = self.said("INSERT INTO snapshots VALUES (?, ?, ?)")
        self.execute("BEGIN")
        for version, (kind, values) in enumerate(happened, 1):
            order.take(kind, DECODE[kind](_body(name, kind, values)))
            if version % EVERY == 0:
                self.execute(sql, (name, version, raw.remembered(order)))
        self.execute("COMMIT")

    def state(self, name: str, version: int | None = None) -> raw.Plain:
        to_version = WHOLE if version is None else version
        order = raw.Plain()
        if self._snapshots:
            known = self.execute(self.newest, (name, to_version)).fetchone()
            order = raw.restored(known[1], order) if known else order
        for kind, data in self.execute(self.stream, (name, order.version, to_version)):
            order.take(kind, DECODE[kind](data))
        return order

    def states(self, name: str) -> list[tuple[Any, ...]]:
        order, states = raw.Plain(), []
        for kind, data in self.execute(self.stream, (name, 0, WHOLE)):
            order.take(kind, DECODE[kind](data))
            states.append(order.kept())
        return states

    def log(self) -> Iterator[Any]:
        position = 0
        while rows := self.execute(self.page, (position, PAGE)).fetchall():
            for _, kind, data in rows:
                yield DECODE[kind](data)
            position = rows[-1][0]

    def seen(self) -> Iterator[Seen]:
        for one in self.log():
            yield one.occurred_at.date(), type(one).__name__, one.order_id

    def close(self) -> None:
        self._run.close()


class Batch(Full):
    """The same, where many rows go the way the driver has for them: one after the other, in a
    pipeline, in a transaction."""

    def insert(self, rows: Sequence[Row]) -> None:
        with self._run.transaction(), self._run.cursor() as cursor:
            cursor.executemany(_insert(1, self._mark), rows)


def _server(url: str) -> Any:
    return psycopg.connect(driver_url(url), autocommit=True)


def _rows(name: str, happened: Sequence[Fact]) -> list[Row]:
    return [row(name, version, *fact) for version, fact in enumerate(happened, 1)]


@cache
def _insert(count: int, mark: str) -> str:
    values = f"({', '.join([mark] * 5)})"
    return f"INSERT INTO events {COLUMNS} VALUES {', '.join([values] * count)}"
