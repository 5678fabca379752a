"""Does the command line answer what it is asked, in words or as one JSON document?"""

from __future__ import annotations

from decimal import Decimal
from pathlib import Path

import pytest

from core.machine import TimeMachine
from core.orders import OrderCreated, OrderItemAdded
from tests.cli.conftest import Ask

VIEWS = {
    "analytics",
    "customer_orders",
    "event_volume",
    "lifecycle",
    "order_details",
    "stays",
}


def test_showing_an_order_gives_its_state_its_version_and_its_position(ask: Ask, story: str):
    shown = ask("show", "desk", "--at", "v4", "--store", story, "--json").json
    assert {name: shown[name] for name in ("order_id", "version", "position", "at")} == {
        "order_id": "desk",
        "version": 4,
        "position": 4,
        "at": "v4",
    }
    state = shown["state"]
    assert state["status"] == "draft"
    assert state["total"] == "349.00"
    assert [item["product_id"] for item in state["items"]] == ["oak-desk"]
    assert state["items"][0]["total"] == "349.00"


def test_a_shown_state_carries_every_field(ask: Ask, story: str):
    state = ask("show", "desk", "--store", story, "--json").json["state"]
    assert state["delivered_at"] == "2026-03-05T13:02:00+00:00"
    assert state["payments"] == [{"method": "card", "amount": "373.90", "installments": 3}]
    assert state["shipping_address"]["city"] == "Leeds"
    assert (state["tracking_number"], state["carrier"]) == ("NP-70114", "Northpost")
    assert (state["paid"], state["cancellation"], state["version"]) == ("373.90", None, 9)


@pytest.mark.parametrize("at", ["now", "v3", "@40", "2026-03-04T14:42", "2026-03-04T15:42+01:00"])
def test_an_order_can_be_shown_at_any_kind_of_moment(ask: Ask, story: str, at: str):
    assert ask("show", "desk", "--at", at, "--store", story, "--json").code == 0


def test_an_order_is_known_by_its_id_and_by_its_stream(ask: Ask, story: str):
    by_id = ask("show", "desk", "--store", story, "--json")
    assert ask("show", "order-desk", "--store", story, "--json") == by_id
    assert ask("history", "order-desk", "--store", story, "--json").json["order_id"] == "desk"


def test_an_order_whose_id_looks_like_a_stream_is_found_too(ask: Ask, tmp_path: Path):
    url = f"sqlite:///{tmp_path}/odd.db"
    machine = TimeMachine.open(url)
    machine.load([("order-order-7", OrderCreated("order-7", "ada"))])
    machine.close()
    assert ask("show", "order-7", "--store", url, "--json").json["order_id"] == "order-7"


def test_a_history_tells_each_event_with_what_it_changed(ask: Ask, story: str):
    told = ask("history", "gift", "--store", story, "--json").json
    assert (told["order_id"], told["versions"]) == ("gift", 7)
    placed = told["events"][2]
    assert placed["type"] == "OrderPlaced"
    assert placed["sentence"] == "The order was placed for 58.00."
    assert placed["metadata"]["actor"] == "customer:grace"
    assert placed["data"]["total_amount"] == "58.00"
    assert {"path": ["status"], "before": "draft", "after": "placed"} in placed["changes"]
    assert len(placed["digest"]) == 64


def test_orders_are_listed_as_they_stood_at_a_moment(ask: Ask, story: str):
    now = ask("orders", "--store", story, "--json").json
    assert now["count"] == len(now["orders"]) == 12
    early = ask("orders", "--at", "2026-03-02T08:10", "--store", story, "--json").json
    assert early["count"] == 1
    assert early["orders"][0]["total"] == "428.00"
    assert ask("orders", "--limit", "2", "--store", story, "--json").json["count"] == 12


def test_status_says_how_far_log_and_views_have_come(ask: Ask, story: str):
    status = ask("status", "--store", story, "--json").json
    assert (status["position"], status["streams"]) == (364, 12)
    assert status["checkpoints"] == dict.fromkeys(VIEWS, 364)


def test_one_view_or_all_can_be_rebuilt(ask: Ask, story: str):
    one = ask("rebuild", "analytics", "--store", story, "--json").json
    assert one == {"rebuilt": ["analytics"], "position": 364}
    assert set(ask("rebuild", "--store", story, "--json").json["rebuilt"]) == VIEWS


def test_people_get_sentences_and_tables(ask: Ask, story: str):
    assert "Oak desk" in ask("show", "desk", "--store", story).out
    assert "The order was placed for 58.00." in ask("history", "gift", "--store", story).out
    assert "delivered" in ask("orders", "--store", story).out
    assert "are intact" in ask("verify", "--store", story).out
    assert "@364" in ask("status", "--store", story).out


def test_telling_the_story_again_adds_nothing(ask: Ask, story: str):
    again = ask("import", "story", "--store", story, "--json").json
    assert again == {"source": "story", "appended": 0, "position": 364}


def test_the_store_can_be_named_in_the_environment(
    ask: Ask, story: str, monkeypatch: pytest.MonkeyPatch
):
    monkeypatch.setenv("EVENTSCOPE_STORE", story)
    assert ask("status", "--json").json["position"] == 364


def test_text_from_the_log_cannot_command_the_terminal(ask: Ask, tmp_path: Path):
    url = f"sqlite:///{tmp_path}/rude.db"
    machine = TimeMachine.open(url)
    rude = OrderItemAdded("rude", "p1", "\x1b[2J[red]gone[/red]", 1, Decimal(1))
    machine.load([("order-rude", OrderCreated("rude", "ada")), ("order-rude", rude)])
    machine.close()
    for line in (["show", "rude"], ["history", "rude"]):
        out = ask(*line, "--store", url).out
        assert "\x1b" not in out
        assert "[red]gone[/red]" in out
