"""Can a moment be cited on the command line, and checked by whoever reads the citation?"""

from __future__ import annotations

import shutil
import sqlite3
from pathlib import Path

from tests.cli.conftest import Ask


def test_a_moment_is_cited_and_found_to_be_the_same(ask: Ask, story: str) -> None:
    cited = ask("cite", "--at", "v3", "--order", "desk", "--store", story, "--json").json
    assert cited["link"].startswith("/order?order=desk&at=@")
    found = ask("check", cited["citation"], "--order", "desk", "--store", story)
    assert (found.code, found.out.split(":")[0]) == (0, "The same")


def test_a_citation_of_the_whole_log_needs_no_order(ask: Ask, story: str) -> None:
    cited = ask("cite", "--at", "@7", "--store", story, "--json").json
    assert cited["position"] == 7
    assert ask("check", cited["citation"], "--store", story, "--json").json["same"] is True


def test_what_differs_is_told_and_the_exit_code_says_so(ask: Ask, story: str) -> None:
    cited = ask("cite", "--at", "v3", "--order", "desk", "--store", story, "--json").json
    other = cited["citation"].replace(cited["seal"], "0" * 64)
    found = ask("check", other, "--order", "desk", "--store", story, "--json")
    assert (found.code, [one["what"] for one in found.json["differences"]]) == (1, ["seal"])
    unnamed = ask("check", cited["citation"], "--store", story)
    assert (unnamed.code, "name it with --order" in unnamed.err) == (2, True)


def test_a_log_altered_since_it_was_cited_is_broken_where_it_was(
    ask: Ask, story: str, tmp_path: Path
) -> None:
    cited = ask("cite", "--at", "@9", "--store", story, "--json").json["citation"]
    file = tmp_path / "altered.db"
    shutil.copy(story.removeprefix("sqlite:///"), file)
    with sqlite3.connect(file) as altered:
        altered.execute("DROP TRIGGER events_are_never_updated")
        altered.execute("UPDATE events SET metadata = '{}' WHERE position = 5")
    found = ask("check", cited, "--store", f"sqlite:///{file}", "--json")
    assert (found.code, found.json["broken"]["position"]) == (1, 5)


def test_half_a_citation_is_refused_with_a_sentence(ask: Ask, story: str) -> None:
    found = ask("check", "12.abc", "--store", story)
    assert (found.code, "is no citation" in found.err) == (2, True)
