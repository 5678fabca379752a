"""Does every figure on the overview have its events behind it, at any moment?"""

from __future__ import annotations

import base64
import json
from collections import Counter, defaultdict
from collections.abc import Iterator
from dataclasses import dataclass
from decimal import Decimal
from random import Random
from typing import Any

import numpy as np
import pytest
from streamlit.testing.v1 import AppTest

from core import Recorded, TimeMachine
from core.orders import Order, Status, orders
from dashboard.parts.kinds import kind
from tests.dashboard.conftest import Open
from tests.dashboard.test_screens import metrics

SEED = 20171124
EVENTS = 39_670
POSITIONS = [*sorted(Random(SEED).sample(range(1, EVENTS), 19)), EVENTS]
PAGE = 15


@dataclass(frozen=True)
class Book:
    """The whole book after a replay to a position, and the events it is made of."""

    position: int
    orders: dict[str, Order]
    types: Counter[str]

    def in_status(self, status: Status) -> list[Order]:
        return [order for order in self.orders.values() if order.status is status]

    def of_customers(self) -> dict[str, list[Order]]:
        theirs = defaultdict(list)
        for order in self.orders.values():
            theirs[order.customer_id].append(order)
        return theirs


def replayed(log: Iterator[Recorded], positions: list[int]) -> Iterator[Book]:
    """One walk through the log that stops at each of these positions."""
    states: dict[str, Order] = {}
    types: Counter[str] = Counter()
    for recorded in log:
        before = states.get(recorded.stream, orders.initial)
        states[recorded.stream] = orders.evolve(before, recorded.event)  # type: ignore[arg-type]
        types[recorded.type] += 1
        if recorded.position in positions:
            yield Book(recorded.position, dict(states), Counter(types))


@pytest.fixture(scope="module")
def books(stores: dict[str, str]) -> dict[int, Book]:
    machine = TimeMachine.open(stores["sample"], create=False)
    return {book.position: book for book in replayed(machine.store.read_all(), POSITIONS)}


def worth(some: list[Order]) -> Decimal:
    return sum((order.total for order in some), Decimal(0))


def charted(app: AppTest) -> dict[str, int]:
    """How many events the bars of the chart add up to, by the name in its legend."""
    bars = json.loads(app.get("plotly_chart")[0].proto.spec)["data"]
    return {bar["name"]: int(sum(heights(bar["y"]))) for bar in bars if bar["name"] != "Later"}


def heights(sent: Any) -> Any:
    """A list, or the packed form in which long ones travel."""
    if isinstance(sent, list):
        return sent
    return np.frombuffer(base64.b64decode(sent["bdata"]), dtype=sent["dtype"])


@pytest.mark.parametrize("at", POSITIONS)
def test_every_figure_equals_a_full_replay_to_that_position(
    open_app: Open, books: dict[int, Book], at: int
) -> None:
    book = books[at]
    app = open_app(at=f"@{at}")
    shown, by_status = metrics(app), {status: book.in_status(status) for status in Status}
    counted = {status: len(some) for status, some in by_status.items()}
    alive = [order for order in book.orders.values() if order.status is not Status.CANCELLED]
    assert shown == {
        "Events": f"{at:,}",
        "Orders": f"{len(book.orders):,}",
        "Under way": f"{counted[Status.PLACED] + counted[Status.SHIPPED]:,}",
        "Delivered": f"{counted[Status.DELIVERED]:,}",
        "Cancelled": f"{counted[Status.CANCELLED]:,}",
        "Revenue": f"{worth(alive):,.2f}",
    }
    table = app.dataframe[0].value.set_index("Status")
    for status, some in by_status.items():
        if some or status.capitalize() in table.index:
            row = table.loc[status.capitalize()]
            assert row["Orders"] == len(some)
            assert row["Revenue"] == pytest.approx(float(worth(some)))
    assert charted(app) == {kind(name).label: events for name, events in book.types.items()}


@pytest.mark.parametrize("at", POSITIONS[::3])
def test_every_row_of_the_lists_equals_a_full_replay_to_that_position(
    open_app: Open, books: dict[int, Book], at: int
) -> None:
    book = books[at]
    app = open_app(at=f"@{at}")
    assert f"{len(book.orders):,} orders" in [one.value for one in app.caption]
    for row in app.dataframe[1].value.itertuples():
        order = book.orders[f"order-{row.order_id}"]
        assert (row.status, row.version) == (order.status.value, order.version)
        assert row.total == pytest.approx(float(order.total))
        assert row.paid == pytest.approx(float(order.paid))
    app = open_app(at=f"@{at}", list="Customers")
    theirs = book.of_customers()
    assert f"{len(theirs):,} customers" in [one.value for one in app.caption]
    rows = list(app.dataframe[1].value.itertuples())
    assert len(rows) == min(PAGE, len(theirs))
    for row in rows:
        mine = theirs[row.customer_id]
        kept = [order for order in mine if order.status is not Status.CANCELLED]
        ended = [order for order in mine if order.status in (Status.DELIVERED, Status.CANCELLED)]
        assert (row.orders, row.open) == (len(mine), len(mine) - len(ended))
        assert row.value == pytest.approx(float(worth(kept)))
    assert rows[0].orders == max(map(len, theirs.values()))
