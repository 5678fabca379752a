"""Is everything that cannot be answered a sentence on standard error, with an exit code?"""

from __future__ import annotations

import sqlite3
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest

from core import serving
from core.machine import TimeMachine
from core.orders import OrderItemAdded
from tests.cli.conftest import Ask


@pytest.mark.parametrize(
    ("line", "sentence"),
    [
        (["show", "nobody"], "There is no order 'nobody'."),
        (["history", "nobody"], "There is no order 'nobody'."),
        (["show", "desk", "--at", "v10"], "order-desk has 9 versions; there is no version 10."),
        (["show", "desk", "--at", "@365"], "beyond the head of the log, position 364."),
        (["show", "desk", "--at", "v0"], "There is no order 'desk' at v0."),
        (["show", "long", "--at", "2026-03-02T08:30"], "There is no order 'long' at 2026"),
        (["show", "desk", "--at", "soon"], "'soon' is not a moment"),
        (["orders", "--at", "v3"], "no order was named"),
        (["orders", "--at", "@365"], "beyond the head of the log, position 364."),
        (["rebuild", "nothing"], "There is no view 'nothing'"),
        (["import", "amazon"], "There is no importer 'amazon'; there are olist, story."),
        (["import", "olist"], "eventscope import olist DIR"),
        (["import", "olist", "/no/where"], "there is no such folder"),
    ],
)
@pytest.mark.parametrize("form", [[], ["--json"]])
def test_what_cannot_be_answered_is_a_sentence_and_exit_code_2(
    ask: Ask, story: str, line: list[str], sentence: str, form: list[str]
):
    said = ask(*line, "--store", story, *form)
    assert (said.code, said.out) == (2, "")
    assert sentence in said.err
    assert "Traceback" not in said.err


@pytest.mark.parametrize(
    "line", [["orders"], ["show", "desk"], ["history", "desk"], ["verify"], ["rebuild"], ["status"]]
)
def test_a_missing_store_is_a_sentence_and_exit_code_2(ask: Ask, tmp_path: Path, line: list[str]):
    said = ask(*line, "--store", f"sqlite:///{tmp_path}/none.db", "--json")
    assert (said.code, said.out) == (2, "")
    assert said.err.count("\n") == 1
    assert not list(tmp_path.iterdir())


def test_a_missing_default_store_says_how_to_make_it(
    ask: Ask, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
):
    monkeypatch.setattr(serving, "DEFAULT_STORE", f"sqlite:///{tmp_path}/orders.db")
    said = ask("status")
    assert said.code == 2
    assert "`eventscope serve` makes and fills it" in said.err


def test_a_file_that_is_no_store_is_a_sentence_and_exit_code_2(ask: Ask, tmp_path: Path):
    (tmp_path / "letter.db").write_text("Dear Ada, " * 1000)
    said = ask("verify", "--store", f"sqlite:///{tmp_path}/letter.db")
    assert (said.code, said.out) == (2, "")


def test_a_url_no_store_answers_to_is_a_sentence_and_exit_code_2(ask: Ask):
    said = ask("status", "--store", "carrier-pigeon:loft")
    assert (said.code, said.out) == (2, "")


def test_a_surprise_is_a_sentence_too(ask: Ask, story: str, monkeypatch: pytest.MonkeyPatch):
    def stumble(*_: Any, **__: Any) -> None:
        raise ZeroDivisionError("division by zero")

    monkeypatch.setattr(TimeMachine, "status", stumble)
    said = ask("status", "--store", story)
    assert said.code == 2
    assert said.err == "This went wrong: ZeroDivisionError: division by zero\n"


def test_verifying_an_intact_log_says_so(ask: Ask, story: str):
    verified = ask("verify", "--store", story, "--json").json
    assert (verified["ok"], verified["events"], verified["streams"]) == (True, 364, 12)
    assert verified["seal"] == ask("status", "--store", story, "--json").json["seal"]


def spoilt(folder: Path, position: int) -> str:
    url = f"sqlite:///{folder}/spoilt.db"
    machine = TimeMachine.open(url)
    for number in range(1, 6):
        item = OrderItemAdded("desk", f"p{number}", f"Part {number}", 1, Decimal(number))
        machine.load([("order-desk", item)])
    machine.close()
    with sqlite3.connect(folder / "spoilt.db") as raw:
        raw.execute("DROP TRIGGER events_are_never_updated")
        (data,) = raw.execute("SELECT data FROM events WHERE position = ?", [position]).fetchone()
        changed = bytes(data).replace(b"Part", b"Cart")
        raw.execute("UPDATE events SET data = ? WHERE position = ?", [changed, position])
    raw.close()
    return url


def test_a_changed_byte_is_found_and_ends_with_exit_code_1(ask: Ask, tmp_path: Path):
    said = ask("verify", "--store", spoilt(tmp_path, 3), "--json")
    assert said.code == 1
    assert (said.json["ok"], said.json["position"]) == (False, 3)
    assert said.json["reason"]
    assert "The log is broken at position 3" in said.err


def test_a_changed_byte_is_told_in_a_sentence(ask: Ask, tmp_path: Path):
    said = ask("verify", "--store", spoilt(tmp_path, 5))
    assert (said.code, said.out) == (1, "")
    assert "The log is broken at position 5" in said.err
