"""Can a person walk through an order by mouse, by keyboard and by link?"""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from decimal import Decimal
from pathlib import Path

import pytest
from playwright.sync_api import Page, expect

from core import TimeMachine
from core.history import document
from core.orders import AddItem, CreateOrder
from core.orders.views.order_details import ORDERS
from dashboard.parts.time_travel.model import shown
from tests.browser.conftest import Visit, point, serve, settled, walk


@pytest.fixture(scope="session")
def machine(stores: dict[str, str]) -> Iterator[TimeMachine]:
    opened = TimeMachine.open(stores["sample"], create=False)
    yield opened
    opened.close()


@pytest.fixture(scope="session")
def order_id(machine: TimeMachine) -> str:
    """The longest order of the sample: 31 versions."""
    return machine.rows(ORDERS, order_by="version", descending=True, limit=1)[0].order_id


COUNT_SENT = """() => {
  window.sent = 0;
  const { send } = WebSocket.prototype;
  WebSocket.prototype.send = function (said) {
    window.sent += 1;
    return send.call(this, said);
  };
}"""
EIGHT_STEPS = """slider => {
  const key = { key: "ArrowRight", bubbles: true, composed: true };
  for (let step = 0; step < 8; step++) slider.dispatchEvent(new KeyboardEvent("keydown", key));
  return window.sent;
}"""
"""All in one go: between two keys of its own a busy browser may take longer than a rest."""


def slider(page: Page):
    return page.get_by_role("slider", name="Version")


def pane(page: Page, selector: str) -> str:
    return page.locator(f".tt {selector}").inner_text()


def test_the_mouse_drags_the_slider_and_the_state_follows_at_once(
    visit: Visit, sample: str, order_id: str, machine: TimeMachine
) -> None:
    page = visit(f"{sample}/order?order={order_id}&at=v1")
    expect(slider(page)).to_have_value("1")
    left, middle = (point(slider(page), across) for across in (0.01, 0.5))
    page.mouse.move(*left)
    page.mouse.down()
    page.mouse.move(*middle, steps=12)
    moved = int(slider(page).input_value())
    assert 12 <= moved <= 20
    step = machine.history(order_id)[moved - 1]
    expect(page.locator(".tt .headline")).to_contain_text(f"v{moved}")
    expect(page.locator(".tt #state")).to_contain_text(shown(step.state.paid))
    page.mouse.up()
    expect(page).to_have_url(
        re.compile(f"at=%40{step.recorded.position}$|at=@{step.recorded.position}$")
    )
    settled(page)
    expect(page.locator(".band")).to_have_class(re.compile("past"))


def test_the_keyboard_steps_and_reads_the_new_state(
    visit: Visit, sample: str, order_id: str, machine: TimeMachine
) -> None:
    page = visit(f"{sample}/order?order={order_id}&at=v1")
    steps = machine.history(order_id)
    slider(page).focus()
    for version in range(2, len(steps) + 1):
        page.keyboard.press("ArrowRight")
        expect(slider(page)).to_have_value(str(version))
        text = pane(page, "#state")
        for path, value in document(steps[version - 1].state).items():
            if path[-1] not in ("product_id", "status", "installments", "order_id"):
                assert shown(value) in text, (version, path)
    page.keyboard.press("Home")
    expect(slider(page)).to_have_value("1")
    page.keyboard.press("End")
    expect(slider(page)).to_have_value(str(len(steps)))


def test_nothing_is_sent_while_scrubbing_and_one_rest_is(visit: Visit, sample: str, order_id: str):
    page = visit(f"{sample}/order?order={order_id}&at=v1")
    expect(slider(page)).to_have_value("1")
    page.evaluate(COUNT_SENT)
    assert slider(page).evaluate(EIGHT_STEPS) == 0
    expect(page.get_by_role("spinbutton", name="Version")).to_have_value("9")
    settled(page)
    assert page.evaluate("sent") == 1


def test_a_link_opens_the_same_sight_in_a_fresh_browser(
    visit: Visit, sample: str, order_id: str
) -> None:
    first = visit(f"{sample}/order?order={order_id}&at=v1")
    slider(first).focus()
    for _ in range(4):
        first.keyboard.press("ArrowRight")
    expect(first).to_have_url(re.compile("at=(%40|@)"))
    expect(first.get_by_role("spinbutton", name="Version")).to_have_value("5")
    settled(first)
    second = visit(first.url)
    expect(slider(second)).to_have_value("5")
    for selector in (".headline", "#state", "#changes", "#facts"):
        assert pane(second, selector) == pane(first, selector)


def test_the_number_field_moves_the_slider(visit: Visit, sample: str, order_id: str) -> None:
    page = visit(f"{sample}/order?order={order_id}")
    expect(slider(page)).to_have_value("31")
    field = page.get_by_role("spinbutton", name="Version")
    for wanted in ("7", "8", "7"):
        field.fill(wanted)
        field.press("Enter")
        expect(slider(page)).to_have_value(wanted)


def test_back_returns_to_the_moment_before(visit: Visit, sample: str, order_id: str) -> None:
    page = visit(f"{sample}/order?order={order_id}&at=v3")
    expect(slider(page)).to_have_value("3")
    slider(page).focus()
    page.keyboard.press("ArrowRight")
    expect(page.get_by_role("spinbutton", name="Version")).to_have_value("4")
    settled(page)
    page.go_back()
    expect(slider(page)).to_have_value("3")


def test_playing_runs_to_the_end_and_then_rests_there(visit: Visit, story: str) -> None:
    page = visit(f"{story}/order?order=long&at=v297")
    expect(slider(page)).to_have_value("297")
    walk(page).get_by_role("button", name="Play", exact=True).click()
    expect(slider(page)).to_have_value("300")
    expect(page.get_by_role("spinbutton", name="Version")).to_have_value("300")


def test_what_the_event_changed_stands_as_old_and_new(
    visit: Visit, story: str, story_url: str
) -> None:
    machine = TimeMachine.open(story_url, create=False)
    order_id, step = next(
        (row.order_id, step)
        for row in machine.rows(ORDERS)
        for step in machine.history(row.order_id)
        if step.recorded.type == "OrderShipped"
    )
    page = visit(f"{story}/order?order={order_id}&at=v{step.recorded.version}")
    expect(slider(page)).to_have_value(str(step.recorded.version))
    changes = pane(page, "#changes")
    for change in step.changes:
        assert shown(change.after) in changes
    facts = pane(page, "#facts")
    assert step.recorded.event.metadata["actor"] in facts
    assert step.recorded.digest.hex()[:16] in facts.replace("\n", "")
    page.get_by_text("As it is stored").click()
    stored = json.loads(step.recorded.data)
    expect(page.locator(".tt #raw")).to_contain_text(stored["tracking_number"])


def test_hostile_text_is_shown_to_the_letter(visit: Visit, tmp_path: Path) -> None:
    url = f"sqlite:///{tmp_path}/hostile.db"
    evil = "<img src=x onerror=\"document.title='owned'\">![x](http://example.invalid/x.png)"
    machine = TimeMachine.open(url)
    machine.handle(CreateOrder("o1", evil), actor=evil)
    machine.handle(AddItem("o1", "p1", evil, 1, Decimal("1.00")), reason=evil)
    machine.close()
    for base in serve(url):
        page = visit(f"{base}/order?order=o1")
        expect(page.locator(".tt #state")).to_contain_text(evil)
        for other in (page, visit(base), visit(f"{base}/log"), visit(f"{base}/?at={evil[:9]}")):
            assert other.title() != "owned"
