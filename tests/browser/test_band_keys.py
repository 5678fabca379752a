"""Does every key of the log do what the list of keys says, in the band and on the bare page?"""

from __future__ import annotations

import re

import pytest
from playwright.sync_api import Page, expect

from core import TimeMachine
from tests.browser.conftest import Visit, settled


def at(page: Page, position: int) -> None:
    expect(page.locator(".band #position")).to_contain_text(f"position {position:,} of")
    expect(page).to_have_url(re.compile(f"at=(%40|@){position}(&|$)"))


def looked_at(url: str) -> int:
    """How many positions the picture is wide."""
    found = re.search(r"focus=(\d+)-(\d+)", url)
    return int(found[2]) - int(found[1]) if found else 39_670


@pytest.fixture(params=["band", "page"])
def held(request: pytest.FixtureRequest, visit: Visit, sample: str) -> Page:
    """The log at position 12,000, the focus in the band or nowhere."""
    page = visit(f"{sample}/log?at=@12000")
    if request.param == "band":
        page.locator(".band #range").focus()
    return page


def test_the_arrows_step_one_event(held: Page) -> None:
    held.keyboard.press("ArrowRight")
    held.keyboard.press("ArrowRight")
    at(held, 12_002)
    held.keyboard.press("ArrowLeft")
    at(held, 12_001)


def test_shift_and_an_arrow_go_to_the_same_type_of_event(
    held: Page, stores: dict[str, str]
) -> None:
    machine = TimeMachine.open(stores["sample"], create=False)
    here = machine.store.at(12_000)
    later = machine.store.read_all(12_001)
    wanted = next(one.position for one in later if one.type == here.type)
    machine.close()
    held.keyboard.press("Shift+ArrowRight")
    at(held, wanted)
    held.keyboard.press("Shift+ArrowLeft")
    at(held, 12_000)


def test_home_and_end_go_to_the_first_and_the_latest_event(held: Page) -> None:
    held.keyboard.press("Home")
    at(held, 1)
    held.keyboard.press("End")
    at(held, 39_670)


def test_space_plays_and_pauses_and_the_screen_follows(held: Page) -> None:
    held.keyboard.press("Space")
    play = held.locator(".band #play")
    expect(play).to_have_attribute("aria-label", "Pause")
    expect(held).not_to_have_url(re.compile("at=(%40|@)12000(&|$)"))
    held.keyboard.press("Space")
    expect(play).to_have_attribute("aria-label", "Play")
    settled(held)
    told = held.locator(".band #position").inner_text()
    position = int(re.sub(r"position ([\d,]+) of.*", r"\1", told).replace(",", ""))
    assert position > 12_000
    at(held, position)


def test_the_slash_goes_to_the_box_for_a_moment(held: Page) -> None:
    held.keyboard.press("/")
    expect(held.get_by_label("Go to a moment")).to_be_focused()
    held.keyboard.type("@77")
    held.keyboard.press("Enter")
    at(held, 77)


def test_the_question_mark_lists_the_keys(held: Page) -> None:
    held.keyboard.press("?")
    expect(held.get_by_role("dialog", name="Keys of the log")).to_be_visible()
    held.keyboard.press("ArrowRight")
    held.keyboard.press("Escape")
    expect(held.get_by_role("dialog", name="Keys of the log")).to_be_hidden()
    expect(held.locator(".band #position")).to_contain_text("12,000")


def test_plus_minus_and_zero_look_closer_and_further_away(held: Page) -> None:
    for _ in range(3):
        held.keyboard.press("+")
    held.wait_for_url(lambda url: looked_at(url) == pytest.approx(39_670 / 8, abs=3))
    held.keyboard.press("-")
    held.wait_for_url(lambda url: looked_at(url) == pytest.approx(39_670 / 4, abs=6))
    held.keyboard.press("0")
    expect(held).not_to_have_url(re.compile("focus="))


def test_no_key_moves_the_log_while_somebody_types(visit: Visit, sample: str) -> None:
    page = visit(f"{sample}/log?at=@12000")
    for field in (
        page.get_by_label("Go to a moment"),
        page.get_by_label("Condition on the orders"),
    ):
        field.focus()
        for key in ("ArrowRight", "Home", "b", "+", "?", "Space"):
            page.keyboard.press(key)
    expect(page.locator(".band #position")).to_contain_text("12,000")
    page.locator(".band #range").focus()
    page.keyboard.press("ArrowRight")  # what comes after it would have come before it
    at(page, 12_001)
    expect(page).not_to_have_url(re.compile("to=|focus="))
