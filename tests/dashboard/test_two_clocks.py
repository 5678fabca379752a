"""Does the order screen tell what was believed at one moment about another time?"""

from __future__ import annotations

import json

from tests.dashboard.conftest import Open
from tests.dashboard.test_screens import component, said

ORDER = "screens/order.py"
ASKED = {"store": "story", "order": "kettle", "clocks": "true"}
SUNDAY = "2026-03-08 12:00"
"""Delivered on Saturday; the driver's list came in on Monday."""


def test_what_was_believed_then_stands_beside_what_is_known_now(open_app: Open) -> None:
    app = open_app(ORDER, **ASKED, at=SUNDAY, about=SUNDAY)
    assert not app.exception
    believed = app.dataframe[0].value.set_index("Field")
    assert list(believed.loc["Status"]) == ["shipped", "delivered"]
    assert list(app.dataframe[1].value["Version"]) == ["v6"]


def test_with_both_clocks_at_now_it_is_the_plain_state(open_app: Open) -> None:
    app = open_app(ORDER, **ASKED, about="now")
    believed = app.dataframe[0].value.set_index("Field")
    assert (believed["Believed then"] == believed["Known now"]).all()
    assert any("That still holds." in one.value for one in app.markdown)


def test_a_place_in_the_log_is_no_time_in_the_world(open_app: Open) -> None:
    app = open_app(ORDER, **ASKED, about="v3")
    assert "a time in the world is asked for" in said(app.warning[0])


def test_a_time_before_the_order_began_has_nothing_to_believe(open_app: Open) -> None:
    app = open_app(ORDER, **ASKED, at=SUNDAY, about="2026-03-01")
    assert not app.exception
    assert any("**0** events were known" in one.value for one in app.markdown)
    assert list(app.dataframe[1].value["Version"]) == ["v1", "v2", "v3", "v4", "v5"]


def test_an_event_that_came_to_light_late_is_marked(open_app: Open) -> None:
    walk = component(open_app(ORDER, store="story", order="kettle"), "model")
    model = json.loads(walk["model"])
    late = [dict(zip(model["columns"], event, strict=True))["late"] for event in model["events"]]
    assert late == [""] * 5 + ["came to light 2 days later"]
    table = open_app("screens/log.py", store="story", of="kettle").dataframe[0].value
    assert table["late"].iloc[0] == "came to light 2 days later"
