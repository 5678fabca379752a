"""Can every single event be pointed at, however long the log, on either scale?"""

from __future__ import annotations

import re
from datetime import timedelta

import pytest
from playwright.sync_api import Locator, Page, expect

from core import TimeMachine
from tests.browser.conftest import Visit, point, settled


def position_in(url: str) -> int:
    """Where the playhead is, as the link says."""
    return int(re.search(r"at=(?:%40|@)(\d+)", url)[1])


def track(page: Page) -> Locator:
    return page.locator(".band #track")


def test_even_steps_lie_evenly_and_each_is_hit(visit: Visit, sample: str) -> None:
    page = visit(f"{sample}/log?at=@20000&focus=19950-20050")
    page.get_by_role("button", name="Even steps").click()
    for position in (19_960, 19_999, 20_041):
        page.mouse.click(*point(track(page), (position - 19_950) / 100))
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
    for share in (0.3, 0.62):
        before = position_in(page.url)
        page.mouse.click(*point(track(page), share))
        page.wait_for_url(lambda url, before=before: position_in(url) != before)
        clicked = times[19_950] + share * (times[20_050] - times[19_950])
        nearest = min(abs(time - clicked) for time in times.values())
        told = position_in(page.url)
        assert abs(times[told] - clicked) <= nearest + timedelta(minutes=3)  # a pixel is two
        expect(page.locator(".band #position")).to_contain_text(f"position {told:,} of")


def test_a_stretch_chosen_with_shift_is_looked_at_and_the_overview_leads_elsewhere(
    visit: Visit, sample: str
) -> None:
    page = visit(f"{sample}/log")
    page.get_by_role("button", name="Even steps").click()
    from_here, to_here = (point(track(page), share) for share in (0.25, 0.5))
    page.keyboard.down("Shift")
    page.mouse.move(*from_here)
    page.mouse.down()
    page.mouse.move(*to_here, steps=4)
    page.mouse.up()
    page.keyboard.up("Shift")
    expect(page).to_have_url(re.compile(r"focus=\d+-\d+"))
    first, last = map(int, re.search(r"focus=(\d+)-(\d+)", page.url).groups())
    assert first == pytest.approx(39_670 / 4, abs=40)
    assert last == pytest.approx(39_670 / 2, abs=40)
    settled(page)
    page.mouse.click(*point(page.locator(".band #map"), 0.9))
    expect(page).not_to_have_url(re.compile(f"focus={first}-"))
    moved = int(re.search(r"focus=(\d+)-", page.url).group(1))
    assert moved > 25_000


def test_the_wheel_looks_closer_only_where_the_band_has_the_focus(
    visit: Visit, sample: str
) -> None:
    page = visit(f"{sample}/log?at=@20000")
    page.mouse.move(*point(track(page), 0.5))
    page.mouse.wheel(0, -100)
    expect(page.locator(".band #map")).to_be_hidden()
    page.locator(".band #range").focus()
    page.mouse.wheel(0, -100)
    expect(page.locator(".band #map")).to_be_visible()
    expect(page).to_have_url(re.compile(r"focus=\d+-\d+"))
    first, last = map(int, re.search(r"focus=(\d+)-(\d+)", page.url).groups())
    assert last - first == pytest.approx(39_670 / 1.25, abs=2)  # one turn of two was heard


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
