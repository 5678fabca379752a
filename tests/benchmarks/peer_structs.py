"""How does `eventsourcing` do it where its events are structs? Its manual's fastest style.

The names of the envelope are the library's, which looks for them.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from contextlib import suppress
from datetime import datetime
from typing import Any, get_type_hints
from uuid import UUID

import msgspec
from eventsourcing.application import Application
from eventsourcing.domain import datetime_now_with_tzinfo
from eventsourcing.persistence import Mapper, RecordConflictError, StoredEvent, Transcoder
from eventsourcing.utils import get_topic, resolve_topic

from tests.benchmarks import raw
from tests.benchmarks.contenders import CLASSES, EVERY, OWN, PAGE, Orders, address, flat
from tests.benchmarks.peer import STEP, order_id, settings
from tests.benchmarks.two_views import Seen


class Fact(msgspec.Struct, frozen=True, kw_only=True):
    """What every event carries."""

    originator_id: UUID
    originator_version: int
    timestamp: datetime = msgspec.field(default_factory=datetime_now_with_tzinfo)
    metadata: dict[str, str] = msgspec.field(default_factory=dict)


class Snapshot(Fact, frozen=True, kw_only=True):
    """A state, as bytes within the JSON."""

    state: bytes

    @classmethod
    def take(cls, order: Order) -> Snapshot:
        """The snapshot of an order."""
        return cls(
            originator_id=order.id,
            originator_version=order.version,
            state=raw.remembered(order),
        )


class Order(raw.Plain):
    """The order of the raw floor, with the id it is known by."""

    __slots__ = ("id",)
    id: UUID


def _struct(kind: str) -> Any:
    hints = get_type_hints(CLASSES[kind])
    own = [(name, hints[name]) for name in OWN[kind]]
    made = msgspec.defstruct(kind, own, bases=(Fact,), frozen=True, kw_only=True, module=__name__)
    globals()[kind] = made  # by its name the library finds a class again
    return made


STRUCTS = {kind: _struct(kind) for kind in CLASSES}


def folded(order: Order | None, events: Iterable[Any]) -> Order | None:
    """How the library is told to fold."""
    for one in events:
        if order is None:
            order = Order()
            order.id = one.originator_id
        if type(one) is Snapshot:
            raw.restored(one.state, order)
        else:
            order.take(type(one).__name__, one)
    return order


class StructMapper(Mapper[UUID]):
    """Events to bytes and back, without a hook for any value."""

    def to_stored_event(self, domain_event: Any) -> StoredEvent:
        return StoredEvent(
            domain_event.originator_id,
            domain_event.originator_version,
            get_topic(type(domain_event)),
            msgspec.json.encode(domain_event),
        )

    def to_domain_event(self, stored_event: StoredEvent) -> Any:
        return msgspec.json.decode(stored_event.state, type=resolve_topic(stored_event.topic))


class NoTranscoder(Transcoder):
    """The mapper does without one."""

    def encode(self, obj: Any) -> bytes:
        raise NotImplementedError

    def decode(self, data: bytes) -> Any:
        raise NotImplementedError


class Shop(Application[UUID]):
    """The library's application, with structs."""

    snapshot_class = Snapshot  # type: ignore[assignment]
    env = {"MAPPER_TOPIC": get_topic(StructMapper), "TRANSCODER_TOPIC": get_topic(NoTranscoder)}  # noqa: RUF012


class Structs:
    """The library with events as structs."""

    def __init__(self, url: str, snapshots: bool = False) -> None:
        self._app = Shop(settings(url, snapshots))
        self._snapshots = snapshots

    def append_singly(self, orders: Orders) -> None:
        for name, happened in orders:
            key = order_id(name)
            for version, (kind, values) in enumerate(happened, 1):
                self._app.save(_made(key, version, kind, values))

    def append_orders(self, orders: Orders) -> None:
        for name, happened in orders:
            key = order_id(name)
            self._app.save(*[_made(key, version, *one) for version, one in enumerate(happened, 1)])

    def handle(self, orders: Orders) -> None:
        for name, kind, values in flat(orders):
            version = 0 if kind == "OrderCreated" else self.state(name).version
            self._app.save(_made(order_id(name), version + 1, kind, values))

    def compete(self, name: str, times: int) -> int:
        done = attempts = 0
        while done < times:
            attempts += 1
            fact = ("ShippingAddressChanged", (address(done),))
            with suppress(RecordConflictError):
                self._app.save(_made(order_id(name), self.state(name).version + 1, *fact))
                done += 1
        return attempts - times

    def fill(self, orders: Orders) -> None:
        for name, happened in orders:
            key = order_id(name)
            made = [_made(key, version, *one) for version, one in enumerate(happened, 1)]
            for start in range(0, len(made), STEP):
                self._app.save(*made[start : start + STEP])
            if self._snapshots:
                for version in range(EVERY, len(happened) + 1, EVERY):
                    self._app.take_snapshot(key, version, projector_func=folded)

    def state(self, name: str, version: int | None = None) -> Order:
        get = self._app.repository.get
        order: Order = get(order_id(name), version=version, projector_func=folded)  # type: ignore[type-var]
        return order

    def states(self, name: str) -> Sequence[Any]:
        states, order = [], Order()
        for one in self._app.events.get(order_id(name)):
            order.take(type(one).__name__, one)
            states.append(order.kept())
        return states

    def log(self) -> Iterator[Any]:
        read, number = self._app.recorder.select_notifications, 1
        while found := read(number, PAGE):
            yield from map(self._app.mapper.to_domain_event, found)
            number = found[-1].id + 1

    def seen(self) -> Iterator[Seen]:
        for one in self.log():
            yield one.timestamp.date(), type(one).__name__, one.originator_id

    def close(self) -> None:
        self._app.close()


def _made(key: UUID, version: int, kind: str, values: Sequence[Any]) -> Any:
    own = dict(zip(OWN[kind], values, strict=True))
    return STRUCTS[kind](originator_id=key, originator_version=version, **own)
