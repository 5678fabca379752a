"""Can the whole book be compared by mouse, by key and by link, down to the events of one order?"""

from __future__ import annotations

import re

import pytest
from playwright.sync_api import Page, expect

from core import AtPosition, TimeMachine
from core.comparing import compare, explaining
from core.orders.views.order_details import ORDERS
from tests.browser.conftest import Visit, settled, sideways

A, B = 15_537, 18_000
BETWEEN = f"from=@{A}&to=@{B}"


@pytest.fixture(scope="module")
def machine(stores: dict[str, str]) -> TimeMachine:
    return TimeMachine.open(stores["sample"], create=False)


def moved(machine: TimeMachine) -> list[str]:
    """The orders that were placed at A and are shipped at B."""
    before, after = (
        {row.order_id: row.status for row in machine.rows(ORDERS, AtPosition(at))} for at in (A, B)
    )
    return [one for one in before if (before[one], after[one]) == ("placed", "shipped")]


def flow(page: Page):
    return page.get_by_role("button", name="10", exact=True)


def heading(page: Page):
    return page.locator(".st-key-behind h5")


def test_a_click_on_a_flow_leads_to_its_orders_and_on_to_the_events(
    visit: Visit, sample: str, machine: TimeMachine
) -> None:
    page = visit(f"{sample}/compare?{BETWEEN}")
    page.locator("path[data-of='placed.shipped']").click()
    expect(heading(page)).to_have_text("Placed → Shipped: 10 orders")
    expect(page).to_have_url(re.compile("figure=placed.shipped"))
    orders = moved(machine)
    for order_id in orders:
        expect(page.get_by_role("button", name=order_id)).to_be_visible()
    page.get_by_role("button", name=orders[0]).click()
    versions = [machine.store.version_at(f"order-{orders[0]}", at) for at in (A, B)]
    steps = machine.history(orders[0], versions[0] + 1, versions[1])
    events = explaining(compare(steps))
    told = page.locator(".st-key-one-order")
    expect(told).to_contain_text(f"{len(events)} of {len(steps)} events explain it")
    told.get_by_role("button", name="Open its history").click()
    expect(page).to_have_url(re.compile(rf"/order\?.*a={versions[0]}"))
    settled(page)
    expect(page.get_by_role("button", name=f"Pin A, at v{versions[0]}")).to_be_visible()
    expect(page.get_by_role("button", name=f"Pin B, at v{versions[1]}")).to_be_visible()
    expect(page).to_have_url(re.compile(rf"from=(%40|@){A}"))


def test_all_of_it_goes_by_key(visit: Visit, sample: str, machine: TimeMachine) -> None:
    page = visit(f"{sample}/compare?to=@{B}")
    page.get_by_role("textbox", name="A is at").focus()
    page.keyboard.type("2017-11-24")
    page.keyboard.press("Enter")
    expect(page).to_have_url(re.compile(rf"from=(%40|@){A}"))
    flow(page).focus()
    page.keyboard.press("Enter")
    expect(heading(page)).to_have_text("Placed → Shipped: 10 orders")
    expect(flow(page)).to_be_focused()
    first = page.get_by_role("button", name=moved(machine)[0])
    first.focus()
    page.keyboard.press("Enter")
    opens = page.get_by_role("button", name="Open its history")
    opens.focus()
    page.keyboard.press("Enter")
    expect(page).to_have_url(re.compile(r"/order\?"))


def test_a_copied_link_opens_the_same_sight(
    visit: Visit, sample: str, machine: TimeMachine
) -> None:
    order_id = moved(machine)[3]
    page = visit(f"{sample}/compare?{BETWEEN}")
    page.get_by_role("button", name="10", exact=True).click()
    page.get_by_role("button", name=order_id).click()
    expect(page.locator(".st-key-one-order")).to_contain_text(order_id)
    again = visit(page.url)
    expect(heading(again)).to_have_text("Placed → Shipped: 10 orders")
    expect(again.locator(".st-key-one-order")).to_contain_text(order_id)
    expect(again.get_by_role("button", name=order_id)).to_have_attribute("aria-pressed", "true")


def test_the_next_orders_are_a_page_away_and_in_the_link(visit: Visit, sample: str) -> None:
    page = visit(f"{sample}/compare?{BETWEEN}&figure=moved")
    first = page.locator(".st-key-behind tbody button").first.inner_text()
    page.get_by_role("button", name="Page 2", exact=True).click()
    expect(page).to_have_url(re.compile("page=2"))
    expect(page.get_by_role("button", name=first)).to_have_count(0)
    expect(heading(visit(page.url))).to_have_text("Moved on: 126 orders")


@pytest.mark.parametrize(
    "link", [f"/compare?{BETWEEN}&figure=moved", "/waiting?figure=step.placed.shipped"]
)
def test_nothing_scrolls_sideways_on_a_small_screen(visit: Visit, sample: str, link: str) -> None:
    page = visit(f"{sample}{link}", width=400, height=800)
    expect(heading(page)).to_be_attached()
    assert sideways(page) <= 0
    page.emulate_media(color_scheme="dark")
    assert sideways(page) <= 0
