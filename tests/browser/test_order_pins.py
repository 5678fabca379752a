"""Do pins A and B stay, travel in the link, and say what became different between them?"""

from __future__ import annotations

import re

from playwright.sync_api import Page, expect

from core import TimeMachine
from core.comparing import compare, explaining
from core.history import difference
from dashboard.parts.time_travel.model import shown
from tests.browser.conftest import Visit, sideways, walk


def slider(page: Page):
    return page.get_by_role("slider", name="Version")


def opened(visit: Visit, story: str, query: str, **how: int) -> Page:
    page = visit(f"{story}/order?order=long&{query}", **how)
    expect(slider(page)).not_to_have_value("0")
    return page


def test_pins_set_by_key_survive_stepping_and_a_fresh_browser(visit: Visit, story: str) -> None:
    page = opened(visit, story, "at=v20")
    slider(page).focus()
    page.keyboard.press("a")
    for _ in range(5):
        page.keyboard.press("ArrowRight")
    page.keyboard.press("Shift+B")
    page.keyboard.press("Home")
    expect(walk(page).get_by_role("button", name="Pin A, at v20")).to_be_visible()
    expect(walk(page).get_by_role("button", name="Pin B, at v25")).to_be_visible()
    expect(page.locator(".tt .flag")).to_have_text(["A", "B"])
    expect(page).to_have_url(re.compile(r"a=20.*b=25"))
    again = visit(page.url)
    expect(walk(again).get_by_role("button", name="Pin A, at v20")).to_be_visible()
    expect(walk(again).get_by_role("button", name="Pin B, at v25")).to_be_visible()


def test_a_pin_is_set_and_taken_away_by_its_button(visit: Visit, story: str) -> None:
    page = opened(visit, story, "at=v20")
    walk(page).get_by_role("button", name="Pin A").click()
    expect(page).to_have_url(re.compile(r"a=20"))
    walk(page).get_by_role("button", name="Pin A, at v20").click()
    expect(page).not_to_have_url(re.compile(r"a=20"))
    expect(page.locator(".tt .flag")).to_have_count(0)


def test_between_a_and_b_stands_what_differs_and_what_explains_it(
    visit: Visit, story: str, story_url: str
) -> None:
    machine = TimeMachine.open(story_url, create=False)
    steps = machine.history("long")
    machine.close()
    page = opened(visit, story, "at=v30&a=20&b=40")
    page.get_by_role("button", name="Between A and B").click()
    told = page.locator(".tt #between")
    changes = difference(steps[19].state, steps[39].state)
    for change in changes:
        for value in (change.before, change.after):
            if value is not None and change.path[-1] not in ("product_id", "product_name"):
                expect(told).to_contain_text(shown(value))
    explain = [event.version for event in explaining(compare(steps[20:40]))]
    expect(told).to_contain_text(f"{len(explain)} of 20 events explain it")
    expect(told.locator(".causes .no")).to_have_text([f"v{version}" for version in explain])
    told.locator(".causes button").first.click()
    expect(slider(page)).to_have_value(str(explain[0]))
    expect(told).to_be_visible()
    page.keyboard.press("Escape")
    expect(page.locator(".tt #changed")).to_be_visible()


def test_another_pin_is_another_answer(visit: Visit, story: str, story_url: str) -> None:
    machine = TimeMachine.open(story_url, create=False)
    steps = machine.history("long")
    machine.close()
    page = opened(visit, story, "at=v60&a=20&b=40")
    page.get_by_role("button", name="Between A and B").click()
    slider(page).focus()
    page.keyboard.press("b")
    told = page.locator(".tt #between")
    expect(told).to_contain_text("v20 → v60")
    explain = [event.version for event in explaining(compare(steps[20:60]))]
    expect(told.locator(".causes .no")).to_have_text([f"v{version}" for version in explain])


def test_what_came_back_to_where_it_was_is_no_difference(visit: Visit, story: str) -> None:
    page = opened(visit, story, "at=v30&a=20&b=20")
    page.get_by_role("button", name="Between A and B").click()
    expect(page.locator(".tt #between")).to_contain_text("0 of 0 events")


def test_a_link_with_a_pin_beyond_the_order_opens_without_it(visit: Visit, story: str) -> None:
    page = opened(visit, story, "at=v20&a=999&b=nonsense")
    expect(walk(page).get_by_role("button", name="Pin A", exact=True)).to_be_visible()
    expect(walk(page).get_by_role("button", name="Pin B", exact=True)).to_be_visible()


def test_nothing_scrolls_sideways_with_pins_on_a_small_screen(visit: Visit, story: str) -> None:
    page = opened(visit, story, "at=v150&a=120&b=290", width=400, height=800)
    page.get_by_role("button", name="Between A and B").click()
    expect(page.locator(".tt #between")).to_be_visible()
    assert sideways(page) <= 0


def test_what_explains_a_difference_is_told_in_the_zone_that_was_chosen(
    visit: Visit, story: str
) -> None:
    page = opened(visit, story, "at=v30&a=20&b=40&zone=Asia/Tokyo")
    page.get_by_role("button", name="Between A and B").click()
    when = page.locator(".tt #between .causes .when")
    expect(when.first).to_contain_text("JST")
    assert all("JST" in told for told in when.all_inner_texts())
