"""Is what is written without a closer look what a closer look would have let in?"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import fields
from decimal import Decimal
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from core.codec import Codec
from core.events import Event, StoredRow
from core.exactness import check
from core.plain import plain_writer

OWN = {
    "told_id": str,
    "note": str | None,
    "count": int,
    "amount": Decimal,
    "names": Mapping[str, str],
}


class Told(Event, type="Told"):
    """An event with a field of each plain kind."""

    told_id: str
    note: str | None
    count: int
    amount: Decimal
    names: Mapping[str, str]


class Loud(str):
    """What behaves like text and is none."""

    __slots__ = ()


CODEC = Codec([Told])
write = plain_writer(OWN)
texts = st.text(st.characters(exclude_categories=()), max_size=5) | st.text(
    'a\0\x1f\x7f\\"é🪔\ud800'
)
odd_texts = texts | st.builds(Loud) | st.none() | st.integers(0, 1) | st.just(Decimal(1))
numbers = st.integers(-(2**60), 2**60) | st.integers(-9, 9) | st.booleans() | st.just(1.5)
amounts = st.decimals() | st.decimals(-99, 99, places=2) | st.just("9.50") | st.integers(0, 9)
mappings: st.SearchStrategy[Any] = st.dictionaries(odd_texts, odd_texts, max_size=3) | st.just([])
anything: st.SearchStrategy[Any] = st.tuples(texts, odd_texts, numbers, amounts, mappings)


def read_back(data: bytes) -> Event:
    """The event of these bytes."""
    row: StoredRow = (1, "s", 1, "Told", 1, bytes(16), 0, 0, b"{}", data, b"", b"")
    return CODEC.decode(row)


@settings(max_examples=400)
@given(anything)
def test_what_needs_no_closer_look_would_stand_one(values: tuple[Any, ...]) -> None:
    told = Told(*values)
    data = write(tuple(getattr(told, name) for name in OWN))
    if data is not None:
        for name in OWN:
            check(told, name, getattr(told, name), 1)
        again = read_back(data)
        for field in fields(told)[3:]:
            was, came = getattr(told, field.name), getattr(again, field.name)
            assert (came, type(came), str(came)) == (was, type(was), str(was))
        assert CODEC.encode(told).data == data == CODEC.encode(again).data


@pytest.mark.parametrize("name", ["", "Desk lamp", "línea 🪔", "<b> 'x' \x7f"])
@pytest.mark.parametrize("amount", ["0", "-0.00", "9.50", "999999999999999.999999999"])
def test_ordinary_values_need_no_closer_look(name: str, amount: str) -> None:
    told = Told("o1", None, -12, Decimal(amount), {"street": name, name: ""})
    data = write(tuple(getattr(told, one) for one in OWN))
    assert data is not None
    assert read_back(data) == told


@pytest.mark.parametrize("amount", ["1E+3", "NaN", "1E+15", "0.0000000001"])
def test_an_odd_amount_is_looked_at(amount: str) -> None:
    told = Told("o1", "", 1, Decimal(amount), {})
    assert write(tuple(getattr(told, one) for one in OWN)) is None
