"""A command line to ask, and a store to ask it about."""

from __future__ import annotations

import json
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import pytest

from core import cli


@dataclass(frozen=True)
class Said:
    """What a command line answered."""

    code: int
    out: str
    err: str

    @property
    def json(self) -> Any:
        return json.loads(self.out)


Ask = Callable[..., Said]


@pytest.fixture
def ask(capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch) -> Ask:
    """`ask("show", "desk")` runs a command line here and now."""
    monkeypatch.delenv("EVENTSCOPE_STORE", raising=False)

    def run(*arguments: str) -> Said:
        with pytest.raises(SystemExit) as ended:
            cli.main(list(arguments))
        captured = capsys.readouterr()
        return Said(int(ended.value.code or 0), captured.out, captured.err)

    return run


@pytest.fixture(scope="session")
def story(tmp_path_factory: pytest.TempPathFactory) -> str:
    """A store that holds the story."""
    url = f"sqlite:///{tmp_path_factory.mktemp('story')}/story.db"
    with pytest.raises(SystemExit) as ended:
        cli.main(["import", "story", "--store", url])
    assert not ended.value.code
    return url
