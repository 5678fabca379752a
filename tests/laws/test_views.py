"""Is a read model a fold like any other? Live, rebuilt and folded by hand, at any position."""

from __future__ import annotations

import tempfile
from collections import defaultdict
from collections.abc import MutableMapping
from contextlib import closing
from dataclasses import replace
from decimal import Decimal
from itertools import product
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from core import live_rows, projector
from core.errors import UnknownView
from core.events import Event, Recorded
from core.machine import TimeMachine
from core.moments import AtPosition
from core.orders import Order, OrderCreated, OrderPlaced, orders
from core.orders.views import projections
from core.orders.views.analytics import EVENT_VOLUME, VolumeRow
from core.orders.views.lifecycle import STAYS, StayRow
from core.orders.views.order_details import ORDERS, OrderRow, new_row
from core.projections import END, Key, Projection, Query, Table, Transition, Where
from core.projector import Projector
from core.stores import open_store, tallies
from tests.conftest import BACKENDS, CODEC
from tests.laws.strategies import cut, logs

VIEWS = [
    "analytics",
    "customer_orders",
    "event_volume",
    "lifecycle",
    "order_details",
    "stays",
]
TABLES = [table for projection in projections() for table in projection.tables]
Rows = dict[str, list[Any]]
HOUR = {"minute": 0, "second": 0, "microsecond": 0}
DAY = {"hour": 0, **HOUR}


class Plain(defaultdict[str, dict[Key, Any]]):
    """The rows of all tables in plain dictionaries."""

    def __getitem__(self, table: Table[Any]) -> MutableMapping[Key, Any]:  # type: ignore[override]  # by table
        return super().__getitem__(table.name)


def by_hand(machine: TimeMachine, position: int) -> Rows:
    """The rows as a plain fold over the log up to a position gives them."""
    rows = Plain(dict)
    states: dict[str, Order] = defaultdict(Order)
    for recorded in machine.store.read_all(to_position=position):
        before = states[recorded.stream]
        after = states[recorded.stream] = orders.evolve(before, recorded.event)  # type: ignore[arg-type]
        for width, begins in (("hour", HOUR), ("day", DAY)):
            key = (width, recorded.occurred_at.replace(**begins), recorded.type)
            counted = rows[EVENT_VOLUME].get(key)
            rows[EVENT_VOLUME][key] = VolumeRow(*key, counted.events + 1 if counted else 1)
        _stay(rows, recorded, before, after)
        for projection in projections():
            if projection.evolve:
                projection.evolve(rows, Transition(recorded, before, after))
    return {table.name: sorted(rows[table].values(), key=table.key_of) for table in TABLES}


def _stay(rows: Plain, recorded: Recorded, before: Order, after: Order) -> None:
    """A change of status ends a stay and begins the next."""
    if before.version and before.status is after.status:
        return
    when, marked = recorded.occurred_at, int("inferred" in recorded.event.metadata)
    status = after.status.value
    if before.version:
        key = (after.id, before.status.value)
        stay = rows[STAYS][key]
        ended = {"left_at": when, "next_status": status, "inferred": stay.inferred + marked}
        rows[STAYS][key] = replace(stay, **ended)
    rows[STAYS][after.id, status] = StayRow(after.id, status, when, None, None, marked)


def kept(machine: TimeMachine, position: int) -> Rows:
    """The rows as the store gives them as of a position."""
    at = AtPosition(position)
    return {table.name: machine.rows(table, at) for table in TABLES}


@pytest.mark.parametrize(("backend", "examples"), [("memory", 40), ("postgres", 3), ("sqlite", 8)])
def test_live_rows_and_rebuilt_rows_are_the_fold_at_any_position(
    backend: str, examples: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(tallies, "PAGE", 3)  # so that short logs have many

    @settings(max_examples=examples)
    @given(logs.filter(bool), st.lists(st.integers(1, 9), max_size=4))
    def law(log: list[tuple[str, Event]], sizes: list[int]) -> None:
        with (
            tempfile.TemporaryDirectory() as folder,
            closing(open_store(BACKENDS[backend](Path(folder)), CODEC)) as store,
        ):
            machine = TimeMachine(store)
            for piece in cut(log, sizes):
                machine.load(piece)
                machine.project()
            head = machine.position()
            expected = {position: by_hand(machine, position) for position in range(head + 1)}
            assert {position: kept(machine, position) for position in expected} == expected
            machine.rebuild()
            assert {position: kept(machine, position) for position in expected} == expected

    law()


CHANGED = Query((), "version", True, 5)

ASKED = [
    Query((), "updated_at", True, 3),
    Query((), "updated_at", False, 2, 1),
    Query((), "total", True, 3),
    Query((), "version", True, 2),
    Query((), "created_at", False, 3),
    Query((Where("status", "=", "placed"),), "updated_at", True, 2),
    Query((Where("customer_id", "=", "ada"),)),
]


@pytest.mark.parametrize(("backend", "examples"), [("postgres", 3), ("sqlite", 10)])
def test_whatever_is_asked_of_the_orders_every_store_answers_the_same(
    backend: str, examples: int
) -> None:
    """The memory store walks through all rows, the databases go by their indexes."""

    @settings(max_examples=examples)
    @given(logs.filter(bool), st.lists(st.integers(1, 9), max_size=4))
    def law(log: list[tuple[str, Event]], sizes: list[int]) -> None:
        with (
            tempfile.TemporaryDirectory() as folder,
            closing(open_store(BACKENDS[backend](Path(folder)), CODEC)) as store,
        ):
            machines = [TimeMachine(store), TimeMachine(open_store("memory:", CODEC))]
            for machine, piece in product(machines, cut(log, sizes)):
                machine.load(piece)
                machine.project()
            head = machines[0].position()
            asked = [replace(CHANGED, not_at=other) for other in range(head + 1)]
            for position, query in product([*range(head + 1), END], [*ASKED, *asked]):
                one, other = (machine.store.query(ORDERS, position, query) for machine in machines)
                assert one == other, (position, query)

    law()


@pytest.fixture(params=sorted(BACKENDS))
def machine(request: pytest.FixtureRequest, tmp_path: Path) -> TimeMachine:
    """A time machine over an empty log."""
    return TimeMachine(open_store(BACKENDS[request.param](tmp_path), CODEC))


def test_one_view_is_rebuilt_without_touching_the_others(machine: TimeMachine) -> None:
    machine.rebuild("order_details")
    assert machine.status().checkpoints.keys() == set(VIEWS)


def test_a_view_that_nobody_knows_is_refused_with_those_there_are(machine: TimeMachine) -> None:
    with pytest.raises(UnknownView) as unknown:
        machine.rebuild("sales")
    assert sorted(unknown.value.known) == VIEWS


def test_what_was_forgotten_between_two_batches_is_read_again(
    machine: TimeMachine, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(projector, "BATCH", 3)
    monkeypatch.setattr(live_rows, "KEPT", 4)
    facts = (OrderCreated, lambda name, _: OrderPlaced(name, {"city": "Oslo"}, Decimal(0)))
    names = [f"o{number}" for number in range(9)]
    machine.load([(f"order-{name}", fact(name, "ada")) for fact in facts for name in names])
    machine.project()
    for position in (9, 13, 18):
        assert kept(machine, position) == by_hand(machine, position)


class Killed(Exception):
    """Somebody pulled the plug."""


def test_a_view_that_was_being_made_goes_on_where_it_was_killed(
    machine: TimeMachine, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(projector, "BATCH", 2)
    machine.load([(f"order-o{n}", OrderCreated(f"o{n}", "ada")) for n in range(7)])
    reached: list[int] = []

    def until_four(done: int, total: int) -> None:
        reached.append(done)
        if done == 4:
            raise Killed

    with pytest.raises(Killed):
        machine.project(until_four)
    assert machine.projector.unfinished() == machine.projector.views
    assert machine.project(lambda done, total: reached.append(done)) == 7
    assert (reached, machine.projector.unfinished()) == ([2, 4, 6, 7], [])
    assert kept(machine, 7) == by_hand(machine, 7)


def test_a_killed_rebuild_leaves_the_live_rows_alone(machine: TimeMachine) -> None:
    machine.load([(f"order-o{n}", OrderCreated(f"o{n}", "ada")) for n in range(3)])
    machine.project()

    def killed(done: int, total: int) -> None:
        raise Killed

    with pytest.raises(Killed):
        machine.rebuild(progress=killed)
    assert kept(machine, 3) == by_hand(machine, 3)
    machine.rebuild()
    assert kept(machine, 3) == by_hand(machine, 3)


def test_a_key_of_a_table_of_few_does_not_go_away() -> None:
    store = open_store("memory:", CODEC)
    few = Table("few", OrderRow, key=("order_id",), few_keys=True)

    def evolve(rows: Any, transition: Transition) -> None:
        rows[few]["o1",] = new_row(transition.after, transition.recorded.occurred_at)
        del rows[few]["o1",]

    machine = TimeMachine(store)
    machine.load([("order-o1", OrderCreated("o1", "ada"))])
    odd = Projector(store, [Projection("odd", (few,), evolve)], [(orders, machine.repository)])
    with pytest.raises(TypeError, match="few is a table of few keys"):
        odd.project()
