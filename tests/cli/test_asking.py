"""Can SQL be asked, and a table taken away, on the command line?"""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from tests.cli.conftest import Ask


def test_a_query_is_answered_as_of_a_moment(ask: Ask, story: str) -> None:
    line = ("query", "SELECT count(*) AS orders FROM orders", "--store", story)
    assert ask(*line, "--at", "@1", "--json").json["rows"] == [[1]]
    now = ask(*line, "--json").json
    assert (now["columns"], now["rows"], now["cut"]) == (["orders"], [[12]], False)
    assert ask(*line, "--at", "@1").out.split() == ["orders", "1"]


def test_an_answer_that_was_cut_says_so(ask: Ask, story: str) -> None:
    found = ask("query", "SELECT * FROM events", "--limit", "3", "--store", story)
    assert "The first 3 rows at now, position 364." in found.err


@pytest.mark.parametrize(
    ("sql", "sentence"),
    [
        ("SELECT * FROM oders", "there is no table oders"),
        ("DROP TABLE events", "nothing can be changed here"),
        ("SELECT statu FROM orders", "there is no column statu"),
    ],
)
def test_a_query_that_cannot_be_answered_is_a_sentence(
    ask: Ask, story: str, sql: str, sentence: str
) -> None:
    found = ask("query", sql, "--store", story)
    assert (found.code, found.out) == (2, "")
    assert sentence in found.err


def test_a_table_is_exported_by_the_ending_of_the_file(
    ask: Ask, story: str, tmp_path: Path
) -> None:
    for ending in ("csv", "jsonl", "parquet"):
        file = tmp_path / f"orders.{ending}"
        line = ("export", "orders", "--at", "@20", "-o", str(file), "--store", story, "--json")
        assert ask(*line).json["rows"] == 3
        assert file.stat().st_size > 100
    lines = (tmp_path / "orders.jsonl").read_text("utf-8").splitlines()
    assert {json.loads(line)["order_id"] for line in lines} == {"desk", "long", "gift"}
    wrong = ask("export", "oders", "-o", str(tmp_path / "x.csv"), "--store", story)
    assert (wrong.code, "There is no table 'oders'" in wrong.err) == (2, True)
