"""Does the command line answer questions about time: why, when, what changed, how long?"""

from __future__ import annotations

import sqlite3
from pathlib import Path

import pytest

from tests.cli.conftest import Ask


def test_a_moment_may_be_said_in_words_and_the_answer_says_which_it_was(ask: Ask, story: str):
    line = ("show", "desk", "--store", story, "--json", "--at")
    assert ask(*line, "2 minutes after v2").json["at"] == "2026-03-02T08:06:00+00:00"
    assert ask(*line, "2 Mar 2026 8:10").json["version"] == 3
    berlin = ask(*line, "2 Mar 2026 9:10", "--zone", "Europe/Berlin").json
    assert (berlin["version"], berlin["at"]) == (3, "2026-03-02T08:10:00+00:00")
    early = ask("orders", "--at", "end of 2 March 2026", "--store", story, "--json").json
    assert early["at"] == "2026-03-02T23:59:59.999999+00:00"


def test_why_tells_every_event_that_set_a_field(ask: Ask, story: str):
    found = ask("why", "desk", "total", "--at", "v4", "--store", story, "--json").json
    assert (found["order_id"], found["field"], found["version"]) == ("desk", "total", 4)
    assert found["value"] == "349.00"
    told = [(one["version"], one["before"], one["after"]) for one in found["settings"]]
    assert told == [(2, "0", "349.00"), (3, "349.00", "428.00"), (4, "428.00", "349.00")]
    assert found["settings"][2]["metadata"]["reason"] == "has one already"
    assert "Product lamp was taken out." in ask("why", "desk", "total", "--store", story).out


def test_why_tells_only_the_newest_where_that_is_enough(ask: Ask, story: str):
    line = ("why", "desk", "total", "--at", "v4", "--store", story)
    newest = ask(*line, "--newest", "2", "--json").json
    assert newest["settings"] == ask(*line, "--json").json["settings"][1:]
    assert "Product lamp was taken out." in ask(*line, "--newest", "1").out


def test_why_knows_fields_whose_names_hold_signs_and_those_that_are_gone(ask: Ask, story: str):
    found = ask("why", "desk", "items.oak-desk.quantity", "--store", story, "--json").json
    assert [one["version"] for one in found["settings"]] == [2]
    gone = ask("why", "desk", "items.lamp.quantity", "--store", story, "--json").json
    assert [one["after"] for one in gone["settings"]] == [2, None]
    assert gone["value"] is None
    part = ask("why", "desk", "shipping_address", "--store", story, "--json").json
    assert part["value"]["city"] == "Leeds"
    assert {one["path"][0] for one in part["settings"]} == {"shipping_address"}


def test_a_field_that_nothing_set_is_said_to_be_as_every_order_begins(ask: Ask, story: str):
    said = ask("why", "desk", "carrier", "--at", "v3", "--store", story)
    assert (said.code, said.out) == (0, "No event set carrier: it is as every order begins.\n")


def test_when_tells_every_stretch_of_a_condition_that_reverses(ask: Ask, story: str):
    found = ask("when", "desk", "total == 349", "--store", story, "--json").json
    told = [(one["from"]["version"], one["until"]["version"]) for one in found["stretches"]]
    assert told == [(2, 3), (4, 5)]
    assert found["holds"] is False
    open_end = ask("when", "desk", 'status == "delivered"', "--store", story, "--json").json
    assert open_end["holds"] is True
    assert [one["until"] for one in open_end["stretches"]] == [None]
    assert "still holds" in ask("when", "desk", "total > 0", "--store", story).out
    assert "It never held" in ask("when", "desk", "total < 0", "--store", story).out


def test_a_mistake_in_a_condition_is_shown_at_its_place(ask: Ask, story: str):
    said = ask("when", "desk", "total > 5 and totl < 9", "--store", story)
    assert (said.code, said.out) == (2, "")
    told, shown, caret = said.err.splitlines()
    assert told == (
        "The condition is wrong at column 15: there is no field totl; did you mean total?"
    )
    assert shown[caret.index("^") :].startswith("totl")


def test_diff_of_an_order_tells_the_fields_and_the_fewest_events(ask: Ask, story: str):
    line = ("diff", "v1", "v5", "--order", "desk", "--store", story)
    found = ask(*line, "--json").json
    assert (found["from"]["version"], found["to"]["version"]) == (1, 5)
    assert [one["version"] for one in found["events"]] == [2, 5]  # the lamp came and went
    total = found["differences"][-1]
    assert (total["path"], total["before"], total["after"]) == (["total"], "0", "373.90")
    assert total["explained_by"] == [2, 5]
    assert "lamp" not in ask(*line).out
    assert ask("diff", "v5", "v1", "--order", "desk", "--store", story, "--json").json == found


def test_diff_from_before_an_order_began_and_of_nothing(ask: Ask, story: str):
    found = ask("diff", "@0", "v1", "--order", "order-desk", "--store", story, "--json").json
    assert {"path": ["status"], "before": None, "after": "draft", "explained_by": [1]} in found[
        "differences"
    ]
    same = ask("diff", "v3", "v3", "--order", "desk", "--store", story)
    assert "Nothing is different." in same.out


def test_diff_of_the_book_tells_each_figure_with_its_orders(ask: Ask, story: str):
    found = ask("diff", "3 days before", "now", "--store", story, "--json").json
    assert found["from"] == {"at": "2026-03-10T16:44:30+00:00", "position": 258}
    assert found["to"] == {"at": "now", "position": 364}
    assert found["appeared"]["count"] == len(found["appeared"]["orders"]) == 3
    assert found["left"] == {"count": 1, "orders": ["rug"], "value": "0"}
    assert {"count": 1, "before": "shipped", "after": "delivered"}.items() <= next(
        flow for flow in found["flows"] if flow["orders"] == ["plant"]
    ).items()
    assert "shipped → delivered" in ask("diff", "@258", "@364", "--store", story).out


def test_waiting_tells_waits_paths_and_broken_rules(ask: Ask, story: str):
    found = ask("waiting", "--store", story, "--json").json
    placed = next(one for one in found["statuses"] if one["status"] == "placed")
    assert len(placed["ended"]["orders"]) == 8
    assert placed["ended"]["median"] == 72930.0
    assert list(placed["by_month"]) == ["2026-03"]
    assert sum(len(path["orders"]) for path in found["paths"]) == 12
    assert found["broken_rules"] == {}
    early = ask("waiting", "--at", "@3", "--store", story, "--json").json
    assert [path["orders"] for path in early["paths"]] == [["desk"]]
    assert "→ delivered" in ask("waiting", "--store", story).out


def test_waiting_tells_where_one_order_stands(ask: Ask, story: str):
    found = ask("waiting", "--order", "desk", "--at", "v7", "--store", story, "--json").json
    assert (found["standing"]["status"], found["standing"]["waited"]) == ("placed", 60.0)
    assert found["standing"]["share"] is None
    done = ask("waiting", "--order", "desk", "--store", story)
    assert done.out == "desk waits for nothing.\n"
    assert "longer than 0% of 8 orders" in ask("waiting", "--order", "long", "--store", story).out


def test_show_tells_what_was_believed_about_another_time(ask: Ask, story: str):
    line = ("show", "desk", "--store", story, "--json")
    found = ask(*line, "--about", "2026-03-02 9:00").json
    assert (found["state"]["status"], found["left_out"]) == ("placed", [8, 9])
    assert found["about"] == "2026-03-02T09:00:00+00:00"
    assert "about" not in ask(*line).json
    assert ask(*line, "--about", "end of 2030").json["state"] == ask(*line).json["state"]
    assert "7 events count, 2 came later" in ask(*line[:-1], "--about", "2026-03-02 9:00").out


@pytest.mark.parametrize(
    ("line", "sentence"),
    [
        (["why", "nobody", "total"], "There is no order 'nobody'."),
        (["why", "desk", "totl"], "There is no field 'totl'; there are id, customer_id, status"),
        (["why", "desk", "total", "--at", "@0"], "There is no order 'desk' at @0."),
        (["why", "desk", "total", "--at", "v10"], "there is no version 10."),
        (["when", "nobody", "total > 1"], "There is no order 'nobody'."),
        (["diff", "v1", "v2"], "no order was named here."),
        (["diff", "soon", "now"], "'soon' is not a moment"),
        (["diff", "now", "now", "--order", "nobody"], "There is no order 'nobody'"),
        (["diff", "@0", "@0", "--order", "desk"], "There is no order 'desk' at @0."),
        (["diff", "@1", "@365"], "beyond the head of the log"),
        (["waiting", "--at", "v1"], "no order was named here."),
        (["waiting", "--order", "nobody"], "There is no order 'nobody'."),
        (["waiting", "--zone", "Mars/Olympus"], "There is no time zone 'Mars/Olympus'"),
        (["show", "desk", "--about", "v3"], "a time in the world is asked for"),
        (["show", "desk", "--about", "1 March 2026"], "There is no order 'desk' at"),
        (["show", "desk", "--at", "31 Feb 2026"], "that month has no such day."),
    ],
)
@pytest.mark.parametrize("form", [[], ["--json"]])
def test_what_cannot_be_answered_is_a_sentence(
    ask: Ask, story: str, line: list[str], sentence: str, form: list[str]
):
    said = ask(*line, "--store", story, *form)
    assert (said.code, said.out) == (2, "")
    assert sentence in said.err
    assert said.err.count("\n") == 1


def contents(url: str) -> list[str]:
    with sqlite3.connect(url.removeprefix("sqlite:///")) as raw:
        dumped = list(raw.iterdump())
    raw.close()
    return dumped


@pytest.mark.parametrize(
    "line",
    [
        ["why", "desk", "total"],
        ["when", "desk", "total > 300"],
        ["diff", "v1", "v5", "--order", "desk"],
        ["diff", "@100", "@300"],
        ["waiting", "--at", "@200"],
        ["show", "desk", "--about", "2026-03-02 9:00"],
    ],
)
def test_reading_history_never_writes(ask: Ask, story: str, line: list[str]):
    before = contents(story)
    path = Path(story.removeprefix("sqlite:///"))
    touched = path.stat().st_mtime_ns
    assert ask(*line, "--store", story).code == 0
    assert contents(story) == before
    assert path.stat().st_mtime_ns == touched


def test_which_tells_the_orders_for_which_a_condition_held(ask: Ask, story: str):
    line = ("which", 'status == "shipped"', "--store", story)
    found = ask(*line, "--at", "2026-03-08 12:00", "--json").json
    assert (found["count"], found["orders"]) == (3, ["kettle", "books", "headset"])
    assert ask(*line, "--at", "@0").out == "It holds for no order.\n"
    assert ask(*line).out == "coffee\n"
    wrong = ask("which", "totl > 5", "--store", story)
    assert (wrong.code, "did you mean total?" in wrong.err) == (2, True)
