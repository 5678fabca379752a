"""Is it shown where a condition held, counted over all orders, and can each flip be reached?"""

from __future__ import annotations

import re
from collections.abc import Iterator
from contextlib import contextmanager
from urllib.parse import quote

from playwright.sync_api import Page, expect

from core import TimeMachine
from core.conditions import flips, parse_condition
from core.holding import Holding, holding
from core.orders import Order, orders
from tests.browser.conftest import Visit, press_first_row, settled

ASKED = 'total > 500 and status == "placed"'


@contextmanager
def counted(url: str) -> Iterator[Holding]:
    machine = TimeMachine.open(url, create=False)
    head = machine.store.head().position
    yield holding(machine.store, orders, parse_condition(ASKED, Order), head)
    machine.close()


def said(page: Page, number: int) -> None:
    told = page.locator(".band #holding")
    expect(told).to_have_text(f"holds for {number:,} orders")


def test_a_condition_is_typed_counted_and_travels_in_the_link(
    visit: Visit, sample: str, stores: dict[str, str]
) -> None:
    with counted(stores["sample"]) as found:
        page = visit(f"{sample}/?at=@20000")
        page.get_by_label("Condition on the orders").fill(ASKED)
        page.keyboard.press("Enter")
        said(page, found.count(20_000))
        expect(page.locator(".band #lane")).to_be_visible()
        again = visit(page.url)
        said(again, found.count(20_000))
        again.get_by_role("button", name="Ask no condition").click()
        expect(again).not_to_have_url(re.compile("when="))
        expect(again.locator(".band #lane")).to_be_hidden()


def test_every_change_of_the_number_is_reached_by_button_and_by_key(
    visit: Visit, sample: str, stores: dict[str, str]
) -> None:
    with counted(stores["sample"]) as found:
        page = visit(f"{sample}/log?at=@20000&when={quote(ASKED)}")
        page.get_by_role("button", name="Next change").click()
        place = found.next_flip(20_000)
        expect(page).to_have_url(re.compile(f"at=(%40|@){place}&"))
        said(page, found.count(place))
        settled(page)
        page.locator(".band #range").focus()
        page.keyboard.press("]")
        following = found.next_flip(place)
        expect(page).to_have_url(re.compile(f"at=(%40|@){following}&"))
        settled(page)
        page.keyboard.press("[")
        expect(page).to_have_url(re.compile(f"at=(%40|@){place}&"))
        said(page, found.count(place))


def test_the_number_leads_to_the_orders_it_holds_for(
    visit: Visit, sample: str, stores: dict[str, str]
) -> None:
    with counted(stores["sample"]) as found:
        standing = found.keys(20_000)[::-1]
        page = visit(f"{sample}/log?at=@20000&when={quote(ASKED)}")
        page.locator(".band #holding").click()
        told = page.get_by_role("dialog")
        expect(told).to_contain_text(f"holds for {len(standing)} orders at position 20,000")
        press_first_row(told.get_by_test_id("stDataFrame"))
        first = standing[0]
        expect(page).to_have_url(re.compile(f"/order\\?order={first}"))


def test_a_mistake_is_underlined_at_its_place(visit: Visit, sample: str) -> None:
    page = visit(f"{sample}/log?at=@20000&when={quote('total > 5 and xyz == 1')}")
    expect(page.locator(".band #mistake u")).to_have_text("xyz")
    expect(page.locator(".band #mistake")).to_contain_text("there is no field xyz")
    expect(page.locator(".band #lane")).to_be_hidden()


def test_in_an_order_every_stretch_is_a_band_and_every_flip_is_reached(
    visit: Visit, story: str, story_url: str
) -> None:
    machine = TimeMachine.open(story_url, create=False)
    asked = "len(items) > 5"
    held = flips(machine.history("long"), parse_condition(asked, Order))
    versions = machine.store.version_at("order-long")
    machine.close()
    assert len(held) > 1, "the condition has to reverse"
    page = visit(f"{story}/order?order=long&at=v1&when={quote(asked)}")
    expect(page.locator(".tt #truth rect").first).to_be_visible()
    expect(page.locator(".tt #held-said")).to_contain_text(f"held in {len(held)} stretches")
    places = [one.began.version for one in held]
    places += [one.ended.version for one in held if one.ended]
    slider = page.get_by_role("slider", name="Version")
    slider.focus()
    at = 1
    while at < versions and (later := [place for place in sorted(places) if place > at]):
        page.keyboard.press("]")
        at = later[0]
        expect(slider).to_have_value(str(at))
        inside = any(
            one.began.version <= at < (one.ended.version if one.ended else versions + 1)
            for one in held
        )
        told = "holds here" if inside else "does not hold here"
        expect(page.locator(".tt #held-said")).to_contain_text(re.compile(f"^{told}"))
    expect(page.get_by_role("button", name="Next flip")).to_be_disabled()
    page.get_by_role("button", name="Previous flip").click()
    expect(slider).to_have_value(str(max(place for place in places if place < at)))
