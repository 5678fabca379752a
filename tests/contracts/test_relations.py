"""Can a table of a moment be taken away and read back, exactly, in every form?"""

from __future__ import annotations

import csv
import io
import json
import sqlite3
import sys
from collections.abc import Iterator
from dataclasses import replace
from datetime import UTC, datetime
from decimal import Decimal
from pathlib import Path
from typing import Any

import pandas as pd
import pyarrow.parquet as parquet
import pytest
from hypothesis import given
from hypothesis import strategies as st

from core import AtPosition, TimeMachine
from core.errors import CannotExport, UnknownRelation
from core.exporting import csv_lines, export
from core.frames import to_frame
from core.orders import OrderCreated, OrderItemAdded
from core.orders.views import tables
from core.orders.views.order_details import ORDERS
from core.relations import Relation, relation, relation_names
from core.stores import EventStore
from tests.orders.facts import NOON

NAMES = ["=1+1", "+1", "-2", "@SUM(A1)", "\tx", "\rx", "'quoted", 'a "b", c\nd', ""]
AMOUNTS = st.none() | st.decimals(allow_nan=False, allow_infinity=False)


@pytest.fixture
def shop(store: EventStore) -> TimeMachine:
    """Orders of customers whose names are traps."""
    machine = TimeMachine(store)
    for number, name in enumerate(NAMES):
        created = OrderCreated(f"o{number}", name, occurred_at=NOON)
        lamp = OrderItemAdded(f"o{number}", "lamp", name, 3, Decimal("0.10"), occurred_at=NOON)
        machine.load([(f"order-o{number}", created), (f"order-o{number}", lamp)])
    machine.project()
    return machine


def taken(machine: TimeMachine, name: str, position: int | None = None) -> Relation:
    head = machine.store.head().position
    return relation(machine.store, tables(), name, head if position is None else position)


def as_read(path: Path) -> list[dict[str, str]]:
    """A CSV file, read by somebody else's reader; an apostrophe in front is dropped."""
    with path.open(newline="", encoding="utf-8") as file:
        rows = list(csv.DictReader(file))
    return [{name: cell.removeprefix("'") for name, cell in row.items()} for row in rows]


def test_csv_is_read_back_and_no_cell_is_a_formula(shop: TimeMachine, tmp_path: Path) -> None:
    path = tmp_path / "orders.csv"
    assert export(taken(shop, "orders"), path) == len(NAMES)
    rows = sorted(as_read(path), key=lambda row: row["order_id"])
    assert [row["customer_id"] for row in rows] == NAMES
    assert {Decimal(row["total"]) for row in rows} == {Decimal("0.30")}
    assert {datetime.fromisoformat(row["created_at"]) for row in rows} == {NOON}
    with path.open(newline="", encoding="utf-8") as file:
        cells = [cell for row in csv.reader(file) for cell in row]
    assert not [cell for cell in cells if cell.startswith(("=", "+", "@", "\t", "\r"))]


@given(st.lists(st.tuples(st.text(), st.integers(), AMOUNTS)))
def test_whatever_is_written_as_csv_is_read_back(rows: list[tuple[Any, ...]]) -> None:
    columns = (("words", str), ("count", int), ("amount", Decimal))
    lines = "".join(csv_lines(Relation("table", columns, rows)))
    read = list(csv.reader(io.StringIO(lines, newline="")))
    found = [
        (words.removeprefix("'"), int(count), Decimal(amount) if amount else None)
        for words, count, amount in read[1:]
    ]
    assert found == rows


def test_json_lines_and_parquet_are_exact(shop: TimeMachine, tmp_path: Path) -> None:
    for name in relation_names(tables()):
        expected = list(taken(shop, name).rows)
        columns = [column for column, _ in taken(shop, name).columns]
        assert export(taken(shop, name), tmp_path / "t.jsonl") == len(expected)
        lines = (tmp_path / "t.jsonl").read_text("utf-8").split("\n")[:-1]
        assert [list(json.loads(line)) for line in lines] == [columns] * len(expected)
        firsts = [json.loads(line)[columns[0]] for line in lines]
        assert firsts == [row[0] for row in expected]
        assert export(taken(shop, name), tmp_path / "t.parquet") == len(expected)
        table = parquet.read_table(tmp_path / "t.parquet").to_pylist()
        assert [tuple(row.values()) for row in table] == expected


def test_a_history_holds_every_change_up_to_the_moment(shop: TimeMachine) -> None:
    rows = list(taken(shop, "orders_history", 3).rows)
    spans = [(row[0], row[-4], row[-3]) for row in rows]
    assert spans == [("o0", 1, 2), ("o0", 2, None), ("o1", 3, None)]
    assert rows[0][-2:] == (NOON, NOON)


def test_the_events_are_taken_as_they_are_stored(shop: TimeMachine) -> None:
    rows = list(taken(shop, "events", 4).rows)
    stored = list(shop.store.read_all(to_position=4))
    assert [row[9].encode() for row in rows] == [one.data for one in stored]
    assert [row[10] for row in rows] == [one.digest.hex() for one in stored]


def test_a_frame_has_a_type_for_each_column(shop: TimeMachine) -> None:
    frame = shop.frame("orders", AtPosition(2))
    assert len(frame) == 1
    kinds = {name: str(kind) for name, kind in frame.dtypes.items()}
    assert kinds["created_at"] == kinds["shipped_at"] == "datetime64[us, UTC]"
    assert (kinds["total"], kinds["version"], kinds["status"]) == ("float64", "int64", "category")
    assert kinds["city"] == "str"
    empty = shop.frame("orders", AtPosition(0))
    assert {name: str(kind) for name, kind in empty.dtypes.items()} == kinds
    history = shop.frame("orders_history", AtPosition(3))
    assert str(history["to_position"].dtype) == "Int64"
    assert shop.frame("orders", exact=True)["total"].iloc[0] == Decimal("0.30")


def test_a_frame_is_the_rows_of_the_moment(shop: TimeMachine) -> None:
    for position in (1, 7, 18):
        frame = shop.frame("orders", AtPosition(position), exact=True)
        rows = shop.rows(ORDERS, AtPosition(position))
        assert list(zip(frame["order_id"], frame["total"], strict=True)) == [
            (row.order_id, row.total) for row in rows
        ]


def test_a_table_nobody_keeps_is_named_with_those_there_are(shop: TimeMachine) -> None:
    with pytest.raises(UnknownRelation, match=r"'oders'; there are .*orders_history"):
        taken(shop, "oders")


@pytest.mark.parametrize(
    ("name", "sentence"),
    [
        ("orders.txt", "by its ending: .csv, .jsonl, .parquet"),
        ("nowhere/orders.csv", "there is no such place"),
        ("log.csv", "a database is there, and stays there"),
    ],
)
def test_a_file_that_cannot_be_made_is_a_sentence(
    shop: TimeMachine, tmp_path: Path, name: str, sentence: str
) -> None:
    with sqlite3.connect(tmp_path / "log.csv") as file:
        file.execute("CREATE TABLE t (a)")
    before = (tmp_path / "log.csv").read_bytes()
    with pytest.raises(CannotExport, match=sentence):
        export(taken(shop, "orders"), tmp_path / name)
    assert (tmp_path / "log.csv").read_bytes() == before


def test_an_export_that_fails_half_way_leaves_nothing(shop: TimeMachine, tmp_path: Path) -> None:
    whole = taken(shop, "orders")

    def breaking() -> Iterator[tuple[Any, ...]]:
        yield from list(whole.rows)[:2]
        raise OSError(28, "No space left on device")

    with pytest.raises(CannotExport, match="no space left"):
        export(replace(whole, rows=breaking()), tmp_path / "orders.csv")
    assert not list(tmp_path.glob("*orders*"))


def test_without_pandas_a_frame_is_refused_with_a_sentence(
    shop: TimeMachine, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setitem(sys.modules, "pandas", None)
    with pytest.raises(CannotExport, match=r"eventscope\[frames\]"):
        to_frame(taken(shop, "orders"))


def test_times_of_a_frame_are_of_this_world(shop: TimeMachine) -> None:
    created = shop.frame("orders")["created_at"]
    assert set(created) == {pd.Timestamp(NOON).tz_convert(UTC)}
