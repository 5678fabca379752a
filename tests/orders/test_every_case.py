"""Would a forgotten event be noticed? The type checker must miss each case of `changes`."""

from __future__ import annotations

import ast
from collections.abc import Iterator
from pathlib import Path
from typing import get_args

from mypy import api

from core.orders import (
    OrderEvent,
)
from tests.orders.facts import (
    ONE_OF_EACH,
)

ROOT = Path(__file__).parents[2]


def test_the_type_checker_fails_when_a_case_of_changes_is_dropped(tmp_path: Path) -> None:
    dropped = {event.__name__ for event in get_args(OrderEvent)}
    assert dropped == {event.type for event in ONE_OF_EACH}
    folder = tmp_path / "incomplete"
    folder.mkdir()
    for name, source in _without_each_case():
        (folder / f"no_{name.lower()}.py").write_text(source)
    settings = ["--strict", "--no-incremental", "--no-error-summary", "--config-file="]
    said, trouble, failed = api.run([*settings, str(folder), str(ROOT / "core/orders/order.py")])
    assert failed, trouble
    missed = {line.split('"')[3] for line in said.splitlines() if "assert_never" in line}
    assert missed == dropped, said
    assert "core/orders/order.py" not in said


def _without_each_case() -> Iterator[tuple[str, str]]:
    text = (ROOT / "core/orders/order.py").read_text()
    lines = text.splitlines(keepends=True)
    changes = next(
        node
        for node in ast.parse(text).body
        if isinstance(node, ast.FunctionDef) and node.name == "changes"
    )
    match = next(node for node in changes.body if isinstance(node, ast.Match))
    for case in match.cases:
        if isinstance(case.pattern, ast.MatchClass):
            first, last = case.pattern.lineno - 1, case.body[-1].end_lineno
            yield ast.unparse(case.pattern.cls), "".join(lines[:first] + lines[last:])
