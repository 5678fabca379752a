"""Does each screen show what was known at the moment, first, middle and last?"""

from __future__ import annotations

import json
import shutil
import sqlite3
from datetime import UTC, datetime
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest
from streamlit.testing.v1 import AppTest

from core import AtPosition, TimeMachine
from core.history import document
from core.orders import CreateOrder, OrderCreated, PaymentRecorded, orders
from core.orders.views.order_details import ORDERS
from dashboard.parts.time_travel.model import COLUMNS, pack, shown
from tests.dashboard.conftest import Open

EVENTS = 39_670
MOMENTS = ["@1", "@20000", "now"]
SCREENS = [None, "screens/order.py", "screens/log.py"]


@pytest.fixture(scope="session")
def sample(stores: dict[str, str]) -> TimeMachine:
    return TimeMachine.open(stores["sample"], create=False)


def metrics(app: AppTest) -> dict[str, str]:
    return {metric.label: metric.value for metric in app.metric}


def said(message: Any) -> str:
    """A message as it is read: its letters are escaped, so that none of them is Markdown."""
    return message.value.replace("\\", "")


def component(app: AppTest, holding: str) -> dict[str, Any]:
    """What the browser is sent for the component whose data holds this."""
    sent = [json.loads(one.proto.json) for one in app.get("bidi_component")]
    return next(data for data in sent if holding in data)


@pytest.mark.parametrize("screen", SCREENS)
@pytest.mark.parametrize("at", MOMENTS)
def test_every_screen_opens_at_every_moment(open_app: Open, screen: str | None, at: str) -> None:
    app = open_app(screen, at=at)
    assert not app.exception
    assert not app.error


def test_the_chart_says_whose_hours_and_days_its_bars_are_when_another_zone_is_chosen(
    open_app: Open,
) -> None:
    captions = [one.value for one in open_app(at="@777", zone="Asia/Tokyo").caption]
    assert any("is one of UTC" in one for one in captions)
    assert not any("of UTC" in one.value for one in open_app(at="@777").caption)


@pytest.mark.parametrize("at", [1, 2, 777, 20_000, EVENTS])
def test_the_figures_are_a_fold_of_the_events_up_to_the_moment(
    open_app: Open, sample: TimeMachine, at: int
) -> None:
    states: dict[str, Any] = {}
    for recorded in sample.store.read_all(to_position=at):
        before = states.get(recorded.stream, orders.initial)
        states[recorded.stream] = orders.evolve(before, recorded.event)
    alive = [state for state in states.values() if state.status != "cancelled"]
    shown = metrics(open_app(at=f"@{at}"))
    assert shown["Events"] == f"{at:,}"
    assert shown["Orders"] == f"{len(states):,}"
    assert shown["Cancelled"] == f"{len(states) - len(alive):,}"
    assert shown["Revenue"] == f"{sum((one.total for one in alive), Decimal(0)):,.2f}"


def test_a_clock_time_in_the_link_is_a_position(open_app: Open, sample: TimeMachine) -> None:
    app = open_app(at="2017-11-24T17:00")
    band = component(app, "seal")
    assert band["now"] is False
    last = sample.store.at(band["position"])
    after = sample.store.at(band["position"] + 1)
    assert (
        last.recorded_at.isoformat() <= "2017-11-24T17:00:00+00:00" < after.recorded_at.isoformat()
    )
    assert band["seal"] == last.seal.hex()


def test_a_moment_may_be_said_as_people_say_it(open_app: Open, sample: TimeMachine) -> None:
    band = component(open_app(at="end of November 2017"), "seal")
    last, after = (sample.store.at(band["position"] + more) for more in (0, 1))
    assert last.recorded_at < datetime(2017, 12, 1, tzinfo=UTC) <= after.recorded_at


@pytest.mark.parametrize("nonsense", ["@99999999", "soon", "v7", "@-1"])
def test_a_moment_that_means_nothing_is_answered_with_a_sentence(
    open_app: Open, nonsense: str
) -> None:
    app = open_app(at=nonsense)
    assert not app.exception
    assert said(app.warning[0]).endswith("This is now.")
    assert component(app, "seal")["now"] is True


def test_the_order_screen_sends_the_browser_every_state_of_the_order(
    open_app: Open, sample: TimeMachine
) -> None:
    order_id = longest(sample)
    app = open_app("screens/order.py", order=order_id, at="v3")
    walk = component(app, "model")
    model = json.loads(walk["model"])
    steps = sample.history(order_id)
    assert walk["anchor"][0] == 3
    assert model["total"] == len(steps)
    position, digest = COLUMNS.index("position"), COLUMNS.index("digest")
    assert [(event[position], event[digest]) for event in model["events"]] == [
        (step.recorded.position, step.recorded.digest.hex()) for step in steps
    ]


def test_the_playhead_before_an_order_began_says_so(open_app: Open, sample: TimeMachine) -> None:
    app = open_app("screens/order.py", order=longest(sample), at="@1")
    assert not app.exception
    assert "had not begun" in app.info[0].value


def test_an_order_nobody_knows_is_answered_with_those_there_are(open_app: Open) -> None:
    app = open_app("screens/order.py", order="nobody")
    assert not app.exception
    assert "no order" in said(app.warning[0]).lower()


def longest(machine: TimeMachine) -> str:
    return machine.rows(ORDERS, order_by="version", descending=True, limit=1)[0].order_id


def test_the_order_list_is_that_of_the_moment(open_app: Open, sample: TimeMachine) -> None:
    app = open_app(at="@5000")
    table = app.dataframe[1].value
    expected = sample.rows(
        ORDERS, AtPosition(5000), order_by="updated_at", descending=True, limit=15
    )
    assert list(table["order_id"]) == [row.order_id for row in expected]
    assert list(table["status"]) == [row.status for row in expected]


def test_the_log_ends_where_the_playhead_stands(open_app: Open) -> None:
    table = open_app("screens/log.py", at="@4321").dataframe[0].value
    assert list(table["position"]) == list(range(4321, 4271, -1))


def test_the_log_can_be_narrowed_and_turned(open_app: Open) -> None:
    app = open_app("screens/log.py")
    app.multiselect(key="types").set_value(["OrderCancelled"])
    app.segmented_control(key="sorted").set_value("Oldest first").run()
    table = app.dataframe[0].value
    assert set(table["event"]) == {"Cancelled"}
    assert list(table["position"]) == sorted(table["position"])
    first = table["position"].iloc[0]
    next_page = next(button for button in app.button if button.label == "Next")
    later = next_page.click().run().dataframe[0].value
    assert later["position"].iloc[0] > table["position"].iloc[-1] > first


def test_an_empty_log_says_how_to_fill_it(open_app: Open, tmp_path: Path) -> None:
    url = f"sqlite:///{tmp_path}/empty.db"
    TimeMachine.open(url).close()
    app = open_app(store=url)
    assert not app.exception
    assert app.subheader[0].value == "This log is empty"


@pytest.mark.parametrize("wrong", ["not a database", ""])
def test_a_file_that_is_no_store_is_a_sentence(open_app: Open, tmp_path: Path, wrong: str) -> None:
    (tmp_path / "wrong.db").write_text(wrong)
    app = open_app(store=f"sqlite:///{tmp_path}/wrong.db")
    assert not app.exception
    assert "cannot be used" in said(app.error[0])


def press(app: AppTest, label: str) -> AppTest:
    return next(button for button in app.button if button.label == label).click().run()


def test_the_log_is_verified_on_the_screen(open_app: Open, sample: TimeMachine) -> None:
    app = press(open_app("screens/log.py"), "Verify the log")
    assert "All 39,670 events of 7,084 orders" in app.success[0].value
    assert app.code[0].value == sample.store.head().seal.hex()


def test_an_altered_log_is_named_on_the_screen(
    open_app: Open, stores: dict[str, str], tmp_path: Path
) -> None:
    file = tmp_path / "altered.db"
    shutil.copy(stores["story"].removeprefix("sqlite:///"), file)
    with sqlite3.connect(file) as altered:
        altered.execute("DROP TRIGGER events_are_never_updated")
        altered.execute("UPDATE events SET data = replace(data, 'ada', 'eve') WHERE position = 1")
    app = press(open_app("screens/log.py", store=f"sqlite:///{file}"), "Verify the log")
    assert "The log is broken at position 1" in said(app.error[0])


@pytest.mark.parametrize("part", range(8))
def test_what_the_browser_walks_is_the_fold_of_the_events(sample: TimeMachine, part: int) -> None:
    for row in sample.rows(ORDERS, order_by="created_at")[part::160]:
        steps = sample.history(row.order_id)
        model = json.loads(pack(steps, len(steps)))
        state = dict(model["start"])
        for step, patch in zip(steps, model["patches"], strict=True):
            state |= {path: after for path, _, after in patch}
            walked = {
                tuple(model["paths"][path]): text
                for path, text in state.items()
                if text is not None
            }
            assert walked == {path: shown(value) for path, value in document(step.state).items()}


def test_what_is_not_projected_is_not_on_the_screen_yet(open_app: Open, tmp_path: Path) -> None:
    url = f"sqlite:///{tmp_path}/behind.db"
    machine = TimeMachine.open(url)
    machine.handle(CreateOrder("o1", "ada"))
    machine.store.append("order-o1", [PaymentRecorded("o1", "card", Decimal(9), 1)], 1)
    app = open_app(store=url)
    assert metrics(app)["Events"] == "1"
    assert any(caption.value.startswith("1 newer events") for caption in app.caption)
    machine.project()
    assert metrics(app.run())["Events"] == "2"


def test_a_log_without_read_models_says_how_to_make_them(open_app: Open, tmp_path: Path) -> None:
    url = f"sqlite:///{tmp_path}/bare.db"
    TimeMachine.open(url).store.append("order-o1", [OrderCreated("o1", "ada")], 0)
    app = open_app(store=url)
    assert not app.exception
    assert app.code[0].value == "eventscope rebuild"
