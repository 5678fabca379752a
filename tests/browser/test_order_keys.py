"""Does every key do what the list of keys says, wherever in the order the focus is?"""

from __future__ import annotations

from playwright.sync_api import Page, expect

from tests.browser.conftest import Visit, settled

PLACES = [
    ".tt #slider",
    ".tt #story-scroll",
    ".tt #state",
    ".tt #changed",
    ".tt #story li[aria-current] button",
]


def slider(page: Page):
    return page.get_by_role("slider", name="Version")


def opened(visit: Visit, story: str, version: int) -> Page:
    page = visit(f"{story}/order?order=long&at=v{version}")
    expect(slider(page)).to_have_value(str(version))
    return page


def types(page: Page) -> list[str]:
    """The icons of the story, which stand for the types, from its first row on."""
    return page.locator(".tt #story li .token path").evaluate_all(
        "paths => paths.map(path => path.getAttribute('d'))"
    )


def test_the_arrows_step_and_keep_the_focus(visit: Visit, story: str) -> None:
    page = opened(visit, story, 150)
    for number, place in enumerate(PLACES):
        page.locator(place).focus()
        for _ in range(3):
            page.keyboard.press("ArrowRight")
        expect(slider(page)).to_have_value(str(153 + 2 * number))
        page.keyboard.press("ArrowLeft")
        expect(slider(page)).to_have_value(str(152 + 2 * number))


def test_home_and_end_go_to_the_first_and_the_latest(visit: Visit, story: str) -> None:
    page = opened(visit, story, 150)
    for place in PLACES:
        page.locator(place).focus()
        page.keyboard.press("Home")
        expect(slider(page)).to_have_value("1")
        page.keyboard.press("End")
        expect(slider(page)).to_have_value("300")


def test_shift_and_an_arrow_go_to_the_same_type_of_event(visit: Visit, story: str) -> None:
    page = opened(visit, story, 20)
    here = types(page)
    wanted = next(v for v in range(21, 50) if here[v - 1] == here[19])
    page.locator(".tt #state").focus()
    page.keyboard.press("Shift+ArrowRight")
    expect(slider(page)).to_have_value(str(wanted))
    page.keyboard.press("Shift+ArrowLeft")
    expect(slider(page)).to_have_value("20")


def test_where_there_is_no_more_of_a_type_nothing_moves(visit: Visit, story: str) -> None:
    page = opened(visit, story, 1)
    slider(page).focus()
    page.keyboard.press("Shift+ArrowRight")
    expect(page.locator(".tt #live")).to_have_text("No Created event there.")
    expect(slider(page)).to_have_value("1")


def test_space_plays_and_pauses(visit: Visit, story: str) -> None:
    page = opened(visit, story, 150)
    for place in PLACES:
        page.locator(place).focus()
        page.keyboard.press("Home")
        page.keyboard.press("Space")
        expect(page.locator(".tt #play")).to_have_attribute("aria-label", "Pause")
        expect(slider(page)).not_to_have_value("1")
        page.keyboard.press("Space")
        expect(page.locator(".tt #play")).to_have_attribute("aria-label", "Play")


def test_space_on_a_button_presses_the_button(visit: Visit, story: str) -> None:
    page = opened(visit, story, 150)
    page.locator(".tt #next").focus()
    page.keyboard.press("Space")
    expect(slider(page)).to_have_value("151")
    expect(page.locator(".tt #play")).to_have_attribute("aria-label", "Play")


def test_the_keys_go_on_after_a_button_that_can_go_no_further(visit: Visit, story: str) -> None:
    page = opened(visit, story, 150)
    page.locator(".tt #first").click()
    expect(slider(page)).to_have_value("1")
    page.keyboard.press("ArrowRight")
    expect(slider(page)).to_have_value("2")


def test_the_question_mark_lists_the_keys_and_escape_closes_the_list(
    visit: Visit, story: str
) -> None:
    page = opened(visit, story, 150)
    page.locator(".tt #state").focus()
    page.keyboard.press("?")
    expect(page.get_by_role("dialog", name="Keys")).to_be_visible()
    page.keyboard.press("ArrowRight")
    page.keyboard.press("Escape")
    expect(page.get_by_role("dialog", name="Keys")).to_be_hidden()
    expect(slider(page)).to_have_value("150")
    page.keyboard.press("ArrowRight")
    expect(slider(page)).to_have_value("151")


def test_no_key_moves_the_order_while_somebody_types(visit: Visit, story: str) -> None:
    page = opened(visit, story, 150)
    settled(page)
    for field in (page.get_by_role("spinbutton", name="Version"), page.locator(".tt #speed")):
        field.focus()
        for key in ("ArrowLeft", "Home", "?", "Shift+ArrowRight"):
            page.keyboard.press(key)
    expect(slider(page)).to_have_value("150")
    expect(page.get_by_role("dialog", name="Keys")).to_be_hidden()
