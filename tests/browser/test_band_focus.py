"""Can every single event be pointed at, however long the log, on either scale?"""

from __future__ import annotations

import re
from datetime import timedelta

import pytest
from playwright.sync_api import Page, expect

from core import TimeMachine
from tests.browser.conftest import Visit, settled


def position_in(url: str) -> int:
    """Where the playhead is, as the link says."""
    return int(re.search(r"at=(?:%40|@)(\d+)", url)[1])


def box_of(page: Page, selector: str) -> dict[str, float]:
    box = page.locator(selector).bounding_box()
    assert box
    return box


def test_even_steps_lie_evenly_and_each_is_hit(visit: Visit, sample: str) -> None:
    page = visit(f"{sample}/log?at=@20000&focus=19950-20050")
    page.get_by_role("button", name="Even steps").click()
    box = box_of(page, ".band #track")
    for position in (19_960, 19_999, 20_041):
        x = box["x"] + (position - 19_950) / 100 * box["width"]
        page.mouse.click(x, box["y"] + box["height"] / 2)
        expect(page).to_have_url(re.compile(f"at=(%40|@){position}&"))
        settled(page)


def test_true_time_labels_the_waits_and_a_click_picks_the_nearest_event(
    visit: Visit, sample: str, stores: dict[str, str]
) -> None:
    machine = TimeMachine.open(stores["sample"], create=False)
    times = {one.position: one.recorded_at for one in machine.store.read_all(19_950, 20_050)}
    machine.close()
    page = visit(f"{sample}/log?at=@20000&focus=19950-20050")
    expect(page.locator(".band #waits span").first).to_have_text(re.compile(r"\d+ (h|min)"))
    box = box_of(page, ".band #track")
    for share in (0.3, 0.62):
        page.mouse.click(box["x"] + share * box["width"], box["y"] + box["height"] / 2)
        clicked = times[19_950] + share * (times[20_050] - times[19_950])
        nearest = min(abs(time - clicked) for time in times.values())
        page.wait_for_url(lambda url: position_in(url) != 20_000)
        settled(page)
        told = page.locator(".band #position").inner_text().split()[1].replace(",", "")
        assert abs(times[int(told)] - clicked) <= nearest + timedelta(minutes=3)  # a pixel is two


def test_a_stretch_chosen_with_shift_is_looked_at_and_the_overview_leads_elsewhere(
    visit: Visit, sample: str
) -> None:
    page = visit(f"{sample}/log")
    page.get_by_role("button", name="Even steps").click()
    box = box_of(page, ".band #track")
    middle = box["y"] + box["height"] / 2
    page.keyboard.down("Shift")
    page.mouse.move(box["x"] + 0.25 * box["width"], middle)
    page.mouse.down()
    page.mouse.move(box["x"] + 0.5 * box["width"], middle, steps=4)
    page.mouse.up()
    page.keyboard.up("Shift")
    expect(page).to_have_url(re.compile(r"focus=\d+-\d+"))
    first, last = map(int, re.search(r"focus=(\d+)-(\d+)", page.url).groups())
    assert first == pytest.approx(39_670 / 4, abs=40)
    assert last == pytest.approx(39_670 / 2, abs=40)
    settled(page)
    overview = box_of(page, ".band #map")
    page.mouse.click(overview["x"] + 0.9 * overview["width"], overview["y"] + 3)
    expect(page).not_to_have_url(re.compile(f"focus={first}-"))
    moved = int(re.search(r"focus=(\d+)-", page.url).group(1))
    assert moved > 25_000


def test_the_wheel_looks_closer_only_where_the_band_has_the_focus(
    visit: Visit, sample: str
) -> None:
    page = visit(f"{sample}/log?at=@20000")
    box = box_of(page, ".band #track")
    page.mouse.move(box["x"] + box["width"] / 2, box["y"] + 20)
    page.mouse.wheel(0, -100)
    expect(page.locator(".band #map")).to_be_hidden()
    page.locator(".band #range").focus()
    page.mouse.wheel(0, -100)
    expect(page.locator(".band #map")).to_be_visible()
    expect(page).to_have_url(re.compile(r"focus=\d+-\d+"))


def test_a_playhead_sent_elsewhere_takes_the_picture_along(visit: Visit, sample: str) -> None:
    page = visit(f"{sample}/log?at=@20000&focus=19950-20050")
    page.get_by_label("Go to a moment").fill("@5000")
    page.keyboard.press("Enter")
    expect(page).to_have_url(re.compile("focus=4950-5050"))
    expect(page.locator(".band #hand")).to_be_visible()


def test_a_nonsensical_focus_in_the_link_is_the_whole_log(visit: Visit, sample: str) -> None:
    for focus in ("9-3", "x", "50000-60000"):
        page = visit(f"{sample}/log?at=@20000&focus={focus}")
        expect(page.locator(".band #map")).to_be_hidden()
