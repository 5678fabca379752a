"""Does the README keep its word?"""

from __future__ import annotations

import re
import subprocess
import sys
from pathlib import Path

ROOT = Path(__file__).parents[1]
README = (ROOT / "README.md").read_text("utf-8")


def block(name: str) -> str:
    """The code block behind the comment of this name."""
    found = re.search(rf"<!-- {name} -->\n```\w+\n(.*?)```", README, re.DOTALL)
    assert found, name
    return found[1]


def test_the_ten_lines_run_and_print_what_they_say() -> None:
    asked = [sys.executable, "-c", block("example")]
    done = subprocess.run(asked, cwd=ROOT, capture_output=True, text=True, check=True)
    statuses, changed, seal = done.stdout.splitlines()
    assert statuses == "placed draft"
    assert "Oslo" in changed
    assert len(bytes.fromhex(seal)) == 32


def test_each_command_does_all_its_setting_up() -> None:
    for name in ("run", "test"):
        (command,) = block(name).strip().splitlines()
        assert command.startswith("python3 -m venv .venv && .venv/bin/pip install -q -e ")


def test_the_pictures_are_there() -> None:
    for path in re.findall(r"!\[[^]]*\]\(([^)]+)\)", README):
        assert (ROOT / path).is_file(), path
