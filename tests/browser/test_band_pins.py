"""Do pins A and B stay in the whole log, travel in the link, and go away again?"""

from __future__ import annotations

import re

from playwright.sync_api import Page, expect

from tests.browser.conftest import Visit, settled


def pin(page: Page, letter: str, position: str) -> None:
    expect(page.get_by_role("button", name=f"Pin {letter}, at position {position}")).to_be_visible()


def test_pins_set_by_key_survive_stepping_another_screen_and_a_fresh_browser(
    visit: Visit, sample: str
) -> None:
    page = visit(f"{sample}/?at=@12000")
    page.locator(".band #range").focus()
    page.keyboard.press("a")
    expect(page).to_have_url(re.compile("from=(%40|@)12000"))
    page.keyboard.press("ArrowRight")
    expect(page).to_have_url(re.compile("at=(%40|@)12001"))
    settled(page)
    page.mouse.click(5, 300)  # beside everything: the page itself has the focus
    page.keyboard.press("Shift+B")
    expect(page).to_have_url(re.compile("from=(%40|@)12000.*to=(%40|@)12001"))
    page.get_by_role("link", name="Log").click()
    expect(page).to_have_url(re.compile("/log.*from=(%40|@)12000.*to=(%40|@)12001"))
    again = visit(page.url)
    pin(again, "A", "12,000")
    pin(again, "B", "12,001")
    expect(again.locator(".band .flag")).to_have_text(["A", "B"])
    expect(again.locator(".band .flag").first).to_be_visible()


def test_a_pin_pressed_again_on_its_place_is_taken_away(visit: Visit, sample: str) -> None:
    page = visit(f"{sample}/log?at=@12000")
    page.get_by_role("button", name="Pin A").click()
    expect(page).to_have_url(re.compile("from="))
    page.get_by_role("button", name="Pin A, at position 12,000").click()
    expect(page).not_to_have_url(re.compile("from="))
    expect(page.locator(".band #flag-a")).to_be_hidden()


def test_in_an_order_the_keys_pin_that_order_and_leave_the_book_alone(
    visit: Visit, story: str
) -> None:
    page = visit(f"{story}/order?order=long&at=v20")
    page.get_by_role("slider", name="Version").focus()
    page.keyboard.press("a")
    expect(page).to_have_url(re.compile("a=20"))
    expect(page).not_to_have_url(re.compile("from="))
