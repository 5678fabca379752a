"""Does the screen say what changed in the whole book, and answer moments that cannot be meant?"""

from __future__ import annotations

from decimal import Decimal
from random import Random
from typing import Any

import pytest
from streamlit.testing.v1 import AppTest

from core import TimeMachine
from core.books import book_change
from core.comparing import compare, explaining
from core.orders import Order, orders
from tests.dashboard.conftest import Open
from tests.dashboard.test_screens import component, longest, metrics, said

SCREEN = "screens/compare.py"
EVENTS = 39_670


@pytest.fixture(scope="session")
def sample(stores: dict[str, str]) -> TimeMachine:
    return TimeMachine.open(stores["sample"], create=False)


def replayed(machine: TimeMachine, position: int) -> dict[str, Order]:
    states: dict[str, Any] = {}
    for record in machine.store.read_all(to_position=position):
        before = states.get(record.stream, orders.initial)
        states[record.stream] = orders.evolve(before, record.event)
    return states


def worth(order: Order | None) -> Decimal:
    return Decimal(0) if order is None or order.status == "cancelled" else order.total


@pytest.mark.parametrize("seed", range(3))
def test_each_figure_is_a_replay_to_both_moments(
    open_app: Open, sample: TimeMachine, seed: int
) -> None:
    first, last = sorted(Random(seed).sample(range(EVENTS), 2))
    was, now = replayed(sample, first), replayed(sample, last)
    app = open_app(SCREEN, **{"from": f"@{first}", "to": f"@{last}"})
    gains = [worth(now[one]) - worth(was.get(one)) for one in now]
    moved = [one for one in was if was[one].status != now[one].status]
    left = [one for one in moved if now[one].status == "cancelled"]
    born = [one for one in now.keys() - was.keys() if now[one].status == "cancelled"]
    assert metrics(app) == {
        "Appeared": f"{len(now) - len(was):,}",
        "Moved on": f"{len(moved):,}",
        "Cancelled": f"{len(left) + len(born):,}",
        "Value gained": f"{sum(gain for gain in gains if gain > 0):,.2f}",
        "Value lost": f"{-sum((gain for gain in gains if gain < 0), Decimal(0)):,.2f}",
    }


def press(app: AppTest, key: str) -> AppTest:
    return app.button(key=key).click().run()


def test_without_a_moment_to_compare_with_one_click_offers_one(
    open_app: Open, sample: TimeMachine
) -> None:
    app = open_app(SCREEN, at="@18000")
    assert "which moment to compare with" in app.info[0].value
    day = next(button for button in app.button if button.label == "The week before")
    app = day.click().run()
    assert app.query_params["from"] == "@17336"
    appeared = book_change(sample, 17_336, 18_000).appeared.orders
    assert metrics(app)["Appeared"] == f"{len(appeared):,}"
    assert "to" not in app.query_params


def test_a_moment_is_taken_as_people_say_it_and_its_position_is_told(
    open_app: Open, sample: TimeMachine
) -> None:
    app = open_app(SCREEN)
    app.text_input(key="from:words").set_value("2017-11-24").run()
    assert app.query_params["from"] == "@15537"
    assert any("position 15,537" in caption.value for caption in app.caption)
    before = sample.position(sample.moment("3 days before @18000"))
    app.text_input(key="to:words").set_value("3 days before @18000").run()
    assert app.query_params["to"] == f"@{before}"
    assert not app.warning


def test_a_moment_to_compare_with_is_typed_in_the_zone_that_was_chosen(
    open_app: Open, sample: TimeMachine
) -> None:
    app = open_app(SCREEN, at="@18000", zone="Europe/Berlin")
    app.text_input(key="from:words").set_value("2017-11-24 17:00").run()
    found = sample.position(sample.moment("2017-11-24T16:00+00:00"))
    assert app.query_params["from"] == f"@{found}"


def test_words_that_mean_nothing_stay_in_the_box_with_a_sentence(open_app: Open) -> None:
    app = open_app(SCREEN, **{"from": "@15537", "to": "@18000"})
    app.text_input(key="to:words").set_value("someday").run()
    assert "is not a moment" in said(app.warning[0])
    assert app.text_input(key="to:words").value == "someday"
    assert app.query_params["to"] == "@18000"


@pytest.mark.parametrize("wrong", ["@99999999", "someday", "v7", "@-1"])
@pytest.mark.parametrize("pin", ["from", "to"])
def test_a_pin_that_means_nothing_is_a_sentence(open_app: Open, pin: str, wrong: str) -> None:
    app = open_app(SCREEN, **{"from": "@15537", "to": "@18000", pin: wrong})
    assert not app.exception
    assert not app.error
    assert len(app.warning) == 1


def test_a_after_b_is_read_from_the_earlier_to_the_later(open_app: Open) -> None:
    app = open_app(SCREEN, **{"from": "@18000", "to": "@15537"})
    assert "A is later than B" in said(app.warning[0])
    assert metrics(app)["Appeared"] == "450"


def test_the_same_moment_twice_has_no_difference(open_app: Open) -> None:
    app = open_app(SCREEN, **{"from": "@18000", "to": "@18000"})
    assert metrics(app)["Appeared"] == "0"
    assert app.button(key="figure:appeared").disabled


def test_a_figure_opens_its_orders_and_closes_again(open_app: Open) -> None:
    app = press(open_app(SCREEN, **{"from": "@15537", "to": "@18000"}), "figure:moved")
    assert app.query_params["figure"] == "moved"
    assert any(heading.value.endswith("Moved on: 126 orders") for heading in app.markdown)
    assert "figure" not in press(app, "figure:moved").query_params


def test_a_figure_there_is_not_is_a_sentence(open_app: Open) -> None:
    app = open_app(SCREEN, **{"from": "@15537", "to": "@18000", "figure": "nonsense"})
    assert "no figure nonsense" in said(app.warning[0])


def test_an_order_that_had_not_begun_by_the_later_moment_says_so(
    open_app: Open, sample: TimeMachine
) -> None:
    app = open_app(SCREEN, **{"from": "@1", "to": "@2", "order": longest(sample)})
    assert any("had not begun" in caption.value for caption in app.caption)


def test_the_order_screen_is_told_the_smallest_set_for_any_two_pins(
    open_app: Open, sample: TimeMachine
) -> None:
    order_id = longest(sample)
    steps = sample.history(order_id)
    for a, b in ((1, len(steps)), (len(steps) - 1, 2), (3, 3)):
        app = open_app("screens/order.py", order=order_id, at="v3", a=str(a), b=str(b))
        told = component(app, "between")["between"]
        needed = explaining(compare(steps[min(a, b) : max(a, b)]))
        assert [f'"version": {one.version}' in told for one in needed] == [True] * len(needed)
        assert told.count('"version"') == len(needed)
