"""Who wires everybody together? The time machine: a log, its states, its views, its proof."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, tzinfo
from typing import TYPE_CHECKING, Any, TypeVar, get_args

from core.codec import Codec
from core.digests import Verified, verify
from core.errors import StreamNotFound
from core.events import Event, Recorded
from core.frames import to_frame
from core.handler import Context, Handler
from core.history import Step, timeline
from core.moments import AtPosition, AtVersion, Moment, Now, parse_moment
from core.orders import UPCASTERS, Order, OrderCommand, OrderEvent, orders
from core.orders.views import projections, tables
from core.projections import END, Query, Table, Where
from core.projector import Progress, Projector
from core.relations import relation
from core.repository import Belief, Rebuilt, Repository
from core.stores import EventStore, Search, open_store
from core.stores.sandbox import USUAL, Answer, Limits

if TYPE_CHECKING:
    import pandas as pd

R = TypeVar("R")


@dataclass(frozen=True)
class Status:
    """How a store is doing."""

    url: str
    position: int
    recorded_at: datetime | None
    seal: str
    streams: int
    checkpoints: dict[str, int]
    remarks: list[str]


def codec() -> Codec:
    """The codec of the events known here."""
    return Codec(get_args(OrderEvent), UPCASTERS)


class TimeMachine:
    """One log of orders, and everything that can be known from it at any moment."""

    def __init__(self, store: EventStore, snapshots: bool = True) -> None:
        self.store, self._head = store, 0
        self.repository: Repository[OrderCommand, Order, OrderEvent] = Repository(
            store, orders, snapshots
        )
        self.projector = Projector(store, projections(), [(orders, self.repository)])
        self._handler: Handler[OrderCommand, Order, OrderEvent] = Handler(
            self.repository, orders, lambda command: command.order_id
        )

    @classmethod
    def open(cls, url: str, create: bool = True) -> TimeMachine:
        """Open the store a URL names (`sqlite:///orders.db`, `memory:`); make it if need be."""
        return cls(open_store(url, codec(), create))

    def handle(
        self,
        command: OrderCommand,
        *,
        at: datetime | None = None,
        actor: str | None = None,
        reason: str | None = None,
        correlation_id: str | None = None,
        causation_id: str | None = None,
        source: str | None = None,
    ) -> list[Recorded]:
        """Carry out a command; returns the events it led to. Raises `CommandRefused`.

        `at` is when it happened in the world (default: now). The read models follow at once,
        unless this user may only append: then they follow whoever projects.
        """
        context = Context(actor, reason, correlation_id, causation_id, source)
        recorded = self._handler.handle(command, context, at)
        if recorded and self.store.keeps:
            self.projector.project()
        return recorded

    def load(self, entries: Iterable[tuple[str, Event]], progress: Progress | None = None) -> int:
        """Append foreign facts (stream, event) in order of their time, all or nothing.

        Facts that are there already are skipped. The read models are not touched: `project`.
        """
        return self.repository.load(entries, progress)

    def project(self, progress: Progress | None = None) -> int:
        """Bring the read models to the head of the log."""
        return self.projector.project(progress)

    def rebuild(self, view: str | None = None, progress: Progress | None = None) -> None:
        """Make one read model, or all, anew beside the live rows."""
        self.projector.rebuild(view, progress)

    def order(
        self, order_id: str, at: Moment | None = None, occurred_by: datetime | None = None
    ) -> Order:
        """An order at a moment. Raises `StreamNotFound` if it had not begun by then.

        A moment cuts by when the log learned things; only `occurred_by` also cuts by when they
        happened: `order(id, at=D1, occurred_by=D2)` is what was believed at D1 about D2.
        """
        if occurred_by is not None:
            return self.belief(order_id, occurred_by, at).state
        return self.repository.get(order_id, at)

    def belief(
        self, order_id: str, occurred_by: datetime, at: Moment | None = None
    ) -> Belief[Order]:
        """What was believed at a moment about a time in the world, and what it leaves out."""
        return self.repository.believed(order_id, occurred_by, at)

    def rebuilt(self, order_id: str, version: int) -> Rebuilt[Order]:
        """An order at a version, and how it was reached."""
        stream = orders.stream(order_id)
        return self.repository.rebuild(stream, self.position(AtVersion(version), order_id))

    def position(self, at: Moment | None = None, order_id: str | None = None) -> int:
        """The position a moment means; a version needs the order it is a version of."""
        stream = None if order_id is None else orders.stream(order_id)
        return self.store.position_at(Now() if at is None else at, stream)

    def moment(self, said: str, order_id: str | None = None, zone: tzinfo = UTC) -> Moment:
        """What these words mean here: "Friday 17:00" is the last one the log has reached."""

        def when(moment: Moment) -> datetime | None:
            found = self.store.at(self.position(moment, order_id))
            return found.recorded_at if found else None

        return parse_moment(said, zone, self.store.head().recorded_at, when)

    def history(
        self, order_id: str, from_version: int = 1, to_version: int | None = None
    ) -> list[Step]:
        """The steps of an order, each with its state and what it changed."""
        stream = orders.stream(order_id)
        state = self.rebuilt(order_id, from_version - 1).state if from_version > 1 else None
        position = None if to_version is None else self.position(AtVersion(to_version), order_id)
        recorded = self.store.read_stream(stream, from_version, position)
        steps = list(timeline(orders, recorded, state))
        if not steps:
            raise StreamNotFound(stream)
        return steps

    def rows(
        self,
        table: Table[R],
        at: Moment | None = None,
        where: Sequence[Where] = (),
        order_by: str | None = None,
        descending: bool = False,
        limit: int | None = None,
        offset: int = 0,
        not_at: Moment | None = None,
    ) -> list[R]:
        """The rows of a read model as of a moment; with `not_at`, those that hold only there: what
        changed until that other moment, or since."""
        other = None if not_at is None else self.position(not_at)
        query = Query(tuple(where), order_by, descending, limit, offset, other)
        return self.store.query(table, self._as_of(at), query)

    def values(
        self,
        table: Table[Any],
        columns: Sequence[str],
        at: Moment | None = None,
        where: Sequence[Where] = (),
    ) -> list[tuple[Any, ...]]:
        """Some columns of all the rows of a read model as of a moment, in no order."""
        return self.store.values(table, columns, self._as_of(at), Query(tuple(where)))

    def count(
        self, table: Table[Any], at: Moment | None = None, where: Sequence[Where] = ()
    ) -> int:
        """How many rows a read model has as of a moment."""
        return self.store.count(table, self._as_of(at), Query(tuple(where)))

    def ask(self, sql: str, at: Moment | None = None, limits: Limits = USUAL) -> Answer:
        """The answer to a SELECT over the read models and `events`, as of a moment.

        `orders`, `customers`, `event_volume` … are as they stood; `orders_history` … how they came
        to it. Raises `BadQuery`.
        """
        return self.store.ask(sql, tables(), self.position(at), limits)

    def frame(self, name: str, at: Moment | None = None, exact: bool = False) -> pd.DataFrame:
        """A table as of a moment as a pandas DataFrame; see `core.frames`."""
        return to_frame(relation(self.store, tables(), name, self.position(at)), exact)

    def _as_of(self, at: Moment | None) -> int:
        # At the head the live rows are the answer, with indexes of their own; what was once below
        # it always is.
        if isinstance(at, AtPosition) and at.position < self._head:
            return at.position
        position, self._head = self.position(at), self.store.head().position
        return END if position >= self._head else position

    def search(
        self,
        search: Search,
        after: int | None = None,
        newest_first: bool = True,
        limit: int = 50,
    ) -> list[Recorded]:
        """A page of the log; `after` is the position the previous page ended with."""
        return self.store.search(search, after, newest_first, limit)

    def verify(self, progress: Progress | None = None) -> Verified:
        """Re-hash every stored byte. Raises `BrokenChain` at the first broken position."""
        total = self.store.head().position
        report = None if progress is None else lambda done: progress(done, total)
        return verify(self.store.rows(), self.store.reached(), report)

    def status(self) -> Status:
        """How far the log and its read models have come."""
        head = self.store.head()
        return Status(
            self.store.url,
            head.position,
            head.recorded_at,
            head.seal.hex(),
            self.store.streams(),
            self.projector.checkpoints(),
            self.store.remarks(),
        )

    def close(self) -> None:
        """Let go of the store."""
        self.store.close()
