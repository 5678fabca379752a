"""Is what the band is sent right, and small however long the log?"""

from __future__ import annotations

import json
from typing import Any

import pytest
from streamlit.testing.v1 import AppTest

from core import TimeMachine
from core.moments import AtPosition
from core.orders.views.order_details import ORDERS
from tests.dashboard.conftest import Open

EVENTS = 39_670
ASKED = 'total > 100 and status == "placed"'


def band(app: AppTest) -> dict[str, Any]:
    sent = [json.loads(one.proto.json) for one in app.get("bidi_component")]
    return next(data for data in sent if "seal" in data)


def times(line: str) -> dict[int, int]:
    """Position → milliseconds, as the browser reads them."""
    told = json.loads(line)
    places = [*range(told["first"], told["last"], told["step"]), told["last"]]
    at, time = {}, 0
    for place, apart in zip(places, told["times"], strict=True):
        time += apart
        at[place] = time
    return at


@pytest.fixture(scope="module")
def sample(stores: dict[str, str]) -> TimeMachine:
    return TimeMachine.open(stores["sample"], create=False)


@pytest.mark.parametrize("focus", [None, "0-39670", "19900-20100", "1-12", "30000-39670"])
def test_the_message_is_a_few_kilobytes_and_every_knot_is_the_time_of_its_event(
    open_app: Open, sample: TimeMachine, focus: str | None
) -> None:
    query = {} if focus is None else {"focus": focus}
    sent = band(open_app("screens/log.py", at="@20000", when=ASKED, **query))
    assert len(json.dumps(sent)) < (16_000 if focus else 8_000)
    for line in filter(None, (sent["line"], sent["close"])):
        for place, time in list(times(line).items())[::37]:
            recorded = sample.store.at(place).recorded_at
            assert time == int(recorded.timestamp() * 1000)


@pytest.mark.parametrize("at", [1, 777, 12_345, 20_000, 33_333, EVENTS])
def test_the_number_at_the_playhead_is_exact(open_app: Open, sample: TimeMachine, at: int) -> None:
    truth = band(open_app("screens/log.py", at=f"@{at}", when=ASKED))["truth"]
    rows = sample.rows(ORDERS, AtPosition(at))
    assert truth["number"] == sum(row.total > 100 and row.status == "placed" for row in rows)


def test_a_mistake_names_its_place(open_app: Open) -> None:
    truth = band(open_app("screens/log.py", when="total > 5 and xyz == 1"))["truth"]
    assert truth["mistake"][0] == 14
    assert truth["mistake"][1].startswith("there is no field xyz")
