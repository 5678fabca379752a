"""Is the whole book compared alike, read whole or only where something happened?"""

from __future__ import annotations

from random import Random

import pytest
from hypothesis import given
from hypothesis import strategies as st

from core import AtPosition, TimeMachine
from core.books import book_change
from core.orders import OrderEvent
from core.orders.book import compare_books
from core.orders.views.order_details import ORDERS
from tests.filled import filled
from tests.laws.strategies import logs


@pytest.fixture(scope="module")
def sample(tmp_path_factory: pytest.TempPathFactory) -> TimeMachine:
    return TimeMachine.open(filled(tmp_path_factory)["sample"], create=False)


@given(logs, st.data())
def test_it_is_the_difference_of_the_two_whole_books(
    log: list[tuple[str, OrderEvent]], data: st.DataObject
) -> None:
    machine = TimeMachine.open("memory:")
    machine.load(log)
    machine.project()
    first = data.draw(st.integers(0, len(log)))
    last = data.draw(st.integers(first, len(log)))
    books = (machine.rows(ORDERS, AtPosition(position)) for position in (first, last))
    assert book_change(machine, first, last) == compare_books(*books)


@pytest.mark.parametrize("apart", [0, 1, 500, 5_000, 20_000])
def test_the_real_orders_are_compared_alike_at_any_distance(
    sample: TimeMachine, apart: int
) -> None:
    for first in Random(apart).choices(range(39_670 - apart), k=2):
        books = (sample.rows(ORDERS, AtPosition(position)) for position in (first, first + apart))
        assert book_change(sample, first, first + apart) == compare_books(*books)
