"""Does a link that cites a moment say, when it is opened, whether it is still the same?"""

from __future__ import annotations

import shutil
import sqlite3
from pathlib import Path

import pytest

from core import TimeMachine
from core.citing import cite
from core.orders import orders
from tests.dashboard.conftest import Open
from tests.dashboard.test_screens import said

ORDER = "screens/order.py"


@pytest.fixture(scope="session")
def citation(stores: dict[str, str]) -> str:
    machine = TimeMachine.open(stores["story"], create=False)
    return str(cite(machine.store, 9, orders, "desk"))


def test_a_cited_moment_that_is_the_same_is_said_to_be(open_app: Open, citation: str) -> None:
    app = open_app(ORDER, store="story", order="desk", at="@9", cited=citation)
    assert not app.exception
    assert app.success[0].value.startswith("The same as cited: the 9 events")


def test_what_differs_from_the_citation_is_shown(open_app: Open, citation: str) -> None:
    other = citation.replace(".v", ".v9", 1)
    app = open_app(ORDER, store="story", order="desk", at="@9", cited=other)
    assert app.error[0].value == "Not the same as cited."
    assert list(app.table[0].value.index) == ["Version of the order"]


def test_a_log_altered_since_then_is_named_where_it_is_broken(
    open_app: Open, citation: str, stores: dict[str, str], tmp_path: Path
) -> None:
    file = tmp_path / "altered.db"
    shutil.copy(stores["story"].removeprefix("sqlite:///"), file)
    with sqlite3.connect(file) as altered:
        altered.execute("DROP TRIGGER events_are_never_updated")
        altered.execute("UPDATE events SET metadata = '{}' WHERE position = 4")
    app = open_app(ORDER, store=f"sqlite:///{file}", order="desk", at="@9", cited=citation)
    assert "The log is broken at position 4" in app.error[0].value


def test_half_a_citation_is_a_sentence_and_the_page_goes_on(open_app: Open) -> None:
    app = open_app(ORDER, store="story", order="desk", at="@9", cited="9.abc")
    assert not app.exception
    assert "is no citation" in said(app.warning[0])
    assert app.get("bidi_component")


def test_who_goes_on_leaves_the_citation_behind(open_app: Open, citation: str) -> None:
    app = open_app(ORDER, store="story", order="desk", at="@9", cited=citation)
    done = next(button for button in app.button if button.label == "Done")
    assert not done.click().run().success
