"""Is a read model a fold like any other? Live, rebuilt and folded by hand, at any position."""

from __future__ import annotations

import tempfile
from collections import defaultdict
from collections.abc import MutableMapping
from contextlib import closing
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from core.errors import UnknownView
from core.events import Event
from core.machine import TimeMachine
from core.moments import AtPosition
from core.orders import Order, orders
from core.orders.views import projections
from core.projections import Key, Table, Transition
from core.stores import open_store
from tests.conftest import BACKENDS, CODEC
from tests.laws.strategies import cut, logs

VIEWS = ["analytics", "customer_orders", "lifecycle", "order_details"]
TABLES = [table for projection in projections() for table in projection.tables]
Rows = dict[str, list[Any]]


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
        for projection in projections():
            projection.evolve(rows, Transition(recorded, before, after))
    return {table.name: sorted(rows[table].values(), key=table.key_of) for table in TABLES}


def kept(machine: TimeMachine, position: int) -> Rows:
    """The rows as the store gives them as of a position."""
    at = AtPosition(position)
    return {table.name: machine.rows(table, at) for table in TABLES}


@pytest.mark.parametrize(("backend", "examples"), [("memory", 40), ("postgres", 3), ("sqlite", 8)])
def test_live_rows_and_rebuilt_rows_are_the_fold_at_any_position(
    backend: str, examples: int
) -> None:
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
