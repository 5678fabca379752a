"""What does one hear of a store that is brought up to date?"""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.cli.conftest import Ask
from tests.contracts.test_migrating import TABLE, run, todays, tomorrow


@pytest.fixture
def url(tmp_path: Path) -> str:
    return f"sqlite:///{tmp_path}/log.db"


def test_a_store_is_made_and_then_there_is_nothing_to_do(ask: Ask, url: str) -> None:
    made = ask("migrate", "--store", url)
    assert (made.code, f"was of version 0, and now is of version {todays(url)}" in made.out) == (
        0,
        True,
    )
    again = ask("migrate", "--store", url, "--json")
    assert again.json == {"url": url, "was": todays(url), "version": todays(url), "steps": []}


def test_every_other_command_names_the_remedy_for_an_older_store(
    ask: Ask, url: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    ask("migrate", "--store", url)
    tomorrow(monkeypatch, run(TABLE))
    refused = ask("status", "--store", url)
    assert (refused.code, refused.out) == (2, "")
    assert "`eventscope migrate` brings it up to date" in refused.err
    assert ask("migrate", "--store", url, "--json").json["steps"] == [f"{TABLE}."]
    assert ask("status", "--store", url).code == 0


def test_a_file_has_no_roles(ask: Ask, url: str) -> None:
    refused = ask("migrate", "--roles", "--store", url)
    assert (refused.code, "a file has no roles" in refused.err) == (2, True)
