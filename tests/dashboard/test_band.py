"""Is what the band is sent right, and small however long the log?"""

from __future__ import annotations

import json
from time import sleep
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from streamlit.testing.v1 import AppTest

from core import TimeMachine
from core.conditions import parse_condition
from core.errors import StoreUnavailable
from core.holding import Flip, Holding, held_on, holding
from core.moments import AtPosition
from core.orders import Order, orders
from core.orders.views.order_details import ORDERS
from dashboard.source import truth
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
    told = band(open_app("screens/log.py", at=f"@{at}", when=ASKED))["truth"]
    rows = sample.rows(ORDERS, AtPosition(at))
    assert told["number"] == sum(row.total > 100 and row.status == "placed" for row in rows)


def test_a_count_that_takes_long_goes_on_beside_the_page_and_then_comes_onto_it(
    open_app: Open, sample: TimeMachine, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(truth, "MUCH", 1_000)
    asked = "total > 321 and len(payments) > 0"
    app = open_app("screens/log.py", at="@20000", when=asked)
    told = band(app)["truth"]
    assert (told["text"], told["line"], told["mistake"]) == (asked, [], None)
    assert app.get("dataframe"), "the page waits for the count"
    truth.counted(asked, EVENTS)
    found = holding(sample.store, orders, parse_condition(asked, Order), EVENTS)
    assert band(app.run())["truth"]["number"] == found.count(20_000)


def test_a_mistake_is_named_before_a_count_that_takes_long(
    open_app: Open, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(truth, "MUCH", 1_000)
    assert band(open_app("screens/log.py", when="total >"))["truth"]["mistake"]


def wait_for_the_count(asked: str) -> None:
    while truth.under_way(asked, EVENTS) is not None:
        sleep(0.01)


def test_a_count_that_fails_says_why_and_is_begun_again_when_asked_again(
    open_app: Open, sample: TimeMachine, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(truth, "MUCH", 1_000)
    asked = "total > 322"

    def gone(*_: object) -> Holding:
        raise StoreUnavailable("the log", "it went away")

    with monkeypatch.context() as patched:
        patched.setattr(truth, "from_beginning", gone)
        open_app()
        with pytest.raises(StoreUnavailable):
            wait_for_the_count(asked)
    wait_for_the_count(asked)
    found = holding(sample.store, orders, parse_condition(asked, Order), EVENTS)
    assert truth.counted(asked, EVENTS) == found


def test_while_a_count_goes_on_what_was_known_stays_at_hand(
    open_app: Open, monkeypatch: pytest.MonkeyPatch
) -> None:
    open_app()
    asked, earlier = "total > 323", EVENTS - 10
    truth.counted(asked, earlier)
    seen = []

    def watched(*told: Any) -> Holding:
        seen.append(truth.under_way(asked, earlier))
        return held_on(*told)

    monkeypatch.setattr(truth, "MUCH", 1_000)
    monkeypatch.setattr(truth, "held_on", watched)
    truth.counted(asked, EVENTS)
    assert seen == [None]


def test_a_mistake_names_its_place(open_app: Open) -> None:
    told = band(open_app("screens/log.py", when="total > 5 and xyz == 1"))["truth"]
    assert told["mistake"][0] == 14
    assert told["mistake"][1].startswith("there is no field xyz")


@given(
    st.lists(st.sampled_from([-1, 1]), min_size=1, max_size=300),
    st.integers(4, 40),
    st.integers(0, 150),
    st.integers(0, 300),
)
def test_a_long_line_is_bounded_and_keeps_its_extremes_and_its_end(
    changes: list[int], most: int, first: int, length: int
) -> None:
    found = Holding(tuple(Flip(2 * n, "o1", way > 0) for n, way in enumerate(changes, start=1)))
    line = truth.line(found, first, first + length, most)
    exact = [found.count(position) for position in range(first, first + length + 1)]
    assert len(line) <= 3 * most // 2 + 1
    assert all(found.count(position) == number for position, number in line)
    assert line == sorted(set(line))
    told = [number for _, number in line]
    assert (line[0][0], told[-1]) == (first, exact[-1])
    assert (max(told), min(told)) == (max(exact), min(exact))
