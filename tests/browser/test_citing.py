"""Can a person cite what is on the screen, and be told by the link whether it is still the same?"""

from __future__ import annotations

import re

from playwright.sync_api import Page, expect

from tests.browser.conftest import Visit, settled

ORDER = "/order?order=ccf804e764ed5650cd8759557269dc13&at=v5"


def cited(page: Page) -> str:
    """The link in the dialog."""
    code = page.get_by_role("dialog").get_by_test_id("stCode")
    expect(code).to_contain_text("cited=")
    link: str = code.inner_text().strip()
    return link


def test_the_seal_gives_a_link_that_says_the_moment_is_the_same(visit: Visit, sample: str) -> None:
    page = visit(f"{sample}{ORDER}")
    page.get_by_role("button", name="Cite this moment").click()
    expect(page.get_by_role("dialog")).to_contain_text("This link opens order ccf804e764ed5650")
    link = cited(page)
    assert re.search(r"at=@5947&cited=5947\.[0-9a-f]{64}\.v5\.", link)
    opened = visit(link)
    expect(opened.get_by_test_id("stAlert")).to_contain_text("The same as cited: the 5,947 events")
    opened.get_by_role("button", name="Done").click()
    expect(opened.get_by_test_id("stAlert")).to_have_count(0)
    expect(opened).not_to_have_url(re.compile("cited"))


def test_a_moment_is_cited_by_key_and_a_changed_link_is_caught(visit: Visit, sample: str) -> None:
    page = visit(f"{sample}/?at=@318")
    page.get_by_role("button", name="Cite this moment").focus()
    page.keyboard.press("Enter")
    expect(page.get_by_role("dialog")).to_contain_text("position 318")
    link = cited(page)
    wrong = re.sub(r"cited=318\.[0-9a-f]{4}", "cited=318.0000", link)
    opened = visit(wrong)
    expect(opened.get_by_test_id("stAlert")).to_contain_text("Not the same as cited.")
    expect(opened.get_by_test_id("stTable")).to_contain_text("Seal over the log")


def test_who_moves_on_leaves_the_citation_behind(visit: Visit, sample: str) -> None:
    page = visit(f"{sample}/?at=@318")
    page.get_by_role("button", name="Cite this moment").click()
    opened = visit(cited(page))
    expect(opened.get_by_test_id("stAlert")).to_be_visible()
    opened.get_by_label("Position in the log").focus()
    opened.keyboard.press("ArrowRight")
    expect(opened).to_have_url(re.compile("at=(%40|@)319"))
    settled(opened)
    expect(opened.get_by_test_id("stAlert")).to_have_count(0)
