"""Is any damage found, wherever it is done? A byte, a row, two rows: at that very position."""

from __future__ import annotations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from core.digests import verify
from core.errors import BrokenChain
from core.events import COLUMNS, StoredRow
from core.stores import open_store
from tests.conftest import CODEC
from tests.laws.strategies import logs

Log = list[StoredRow]
BYTES = [COLUMNS.index(name) for name in ("event_id", "metadata", "data", "digest", "seal")]


@st.composite
def stored_logs(draw: st.DrawFn) -> Log:
    """The rows of a log of any events."""
    store = open_store("memory:", CODEC)
    store.load(draw(logs.filter(lambda entries: len(entries) > 1)))
    return list(store.rows())


def broken_at(rows: Log, reached: int) -> int:
    """The position that verification names."""
    with pytest.raises(BrokenChain) as broken:
        verify(rows, reached)
    return broken.value.position


@settings(max_examples=150)
@given(stored_logs(), st.data())
def test_any_flipped_bit_is_found_at_its_position(log: Log, data: st.DataObject) -> None:
    verify(log, len(log))
    place = data.draw(st.integers(0, len(log) - 1))
    column = data.draw(st.sampled_from(BYTES))
    row: list[object] = list(log[place])
    cell = bytearray(row[column])  # type: ignore[call-overload]  # one of the columns of bytes
    bit = data.draw(st.integers(0, len(cell) * 8 - 1))
    cell[bit // 8] ^= 1 << bit % 8
    row[column] = bytes(cell)
    log[place] = tuple(row)  # type: ignore[assignment]  # a row again
    assert broken_at(log, len(log)) == place + 1


@settings(max_examples=80)
@given(stored_logs(), st.data())
def test_any_missing_rows_are_found_where_the_first_one_was(log: Log, data: st.DataObject) -> None:
    gone = data.draw(st.sets(st.integers(1, len(log)), min_size=1))
    rest = [row for row in log if row[0] not in gone]
    assert broken_at(rest, len(log)) == min(gone)
    moved_up = [(number, *row[1:]) for number, row in enumerate(rest, start=1)]
    assert broken_at(moved_up, len(log)) <= min(gone)


@settings(max_examples=80)
@given(stored_logs(), st.data())
def test_any_other_order_is_found_where_it_begins(log: Log, data: st.DataObject) -> None:
    shuffled = data.draw(st.permutations(log).filter(lambda rows: rows != log))
    first = next(n for n, (was, now) in enumerate(zip(log, shuffled, strict=True), 1) if was != now)
    renumbered = [(number, *row[1:]) for number, row in enumerate(shuffled, start=1)]
    assert broken_at(renumbered, len(log)) == first
