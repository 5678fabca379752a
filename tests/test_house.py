"""Is the house in order? Arrows point down only, and each thing stands where it is looked for."""

from __future__ import annotations

import ast
import io
import re
import subprocess
import sys
import tokenize
from collections.abc import Iterator
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[1]

FLOORS = (
    {
        "events",
        "envelopes",
        "instants",
        "deciders",
        "projections",
        "moments",
        "clock_words",
        "errors",
    },
    {"codec", "digests", "exactness", "plain", "reading"},
    {"stores"},
    {"repository", "relations"},
    {"exporting", "frames"},
    {"handler", "history", "live_rows", "projector", "citing", "condition_fields"},
    {"causes", "comparing", "naming", "condition_values"},
    {"condition_language"},
    {"conditions"},
    {"holding"},
    {"machine"},
)
"""The kernel, from the ground up: each floor sees itself and the floors below."""

ABOVE_THE_KERNEL = {
    *("asking", "books", "cli", "importers", "machine", "migration", "orders", "proving"),
    *("question_reports", "questions", "reports", "serving", "terminal"),
}
"""The parts of core that may know what an order is."""

COMMANDS = ("asking", "cli", "migration", "proving", "questions", "terminal")
SHOWN = {"core/reports.py", "core/question_reports.py"}
OWNERS = {
    "msgspec": {"core/codec.py", "core/plain.py", "core/reading.py"},
    "sqlalchemy": {"core/stores"},
    "sqlite3": {"core/stores"},
    "pysqlite3": {"core/stores"},
    "psycopg": {"core/stores"},
    "typer": {f"core/{name}.py" for name in COMMANDS},
    "rich": {*SHOWN, "core/cli.py", "core/serving.py", "core/terminal.py"},
    "streamlit": {"dashboard"},
    "plotly": {"dashboard"},
    "pandas": {"dashboard", "core/frames.py", "core/machine.py"},
    "pyarrow": {"core/exporting.py"},
}
"""Who may import what is not ours."""

TOP = {"core", "dashboard", "tests", "data", "README.md", "LICENSE", "pyproject.toml"}
LEFT_BEHIND = {"build", "eventscope.egg-info", "__pycache__"}
FORBIDDEN = {"payload", "topic", "originator", "manager", "helper", "helpers", "utils", "data2"}
OTHERS_WORDS = {"tests/benchmarks/peer_structs.py"}
"""They speak to a library that knows our things by other names."""
LONGEST = 200
TABLES = {"decide", "changes"}
"""They list every case there is, and are as long as that list."""


def _files(*folders: str) -> list[Path]:
    return sorted(path for folder in folders for path in (ROOT / folder).rglob("*.py"))


def _name(path: Path) -> str:
    return path.relative_to(ROOT).as_posix()


def _imports(path: Path) -> Iterator[str]:
    for node in ast.walk(ast.parse(path.read_text())):
        if isinstance(node, ast.Import):
            yield from (alias.name for alias in node.names)
        elif isinstance(node, ast.ImportFrom):
            assert node.level == 0, f"{_name(path)} imports relatively"
            yield from (f"{node.module}.{alias.name}" for alias in node.names)


def _part(dotted: str) -> str:
    """`core.stores.memory` → `stores`; the front door is `__init__`."""
    steps = dotted.split(".")
    known = (ROOT / "core" / f"{steps[1]}.py").exists() or (ROOT / "core" / steps[1]).is_dir()
    return steps[1] if known else "__init__"


def _is_under(path: Path, owners: set[str]) -> bool:
    return any(_name(path) == owner or _name(path).startswith(f"{owner}/") for owner in owners)


def _core_arrows() -> Iterator[tuple[Path, str, str]]:
    for path in _files("core"):
        here = path.relative_to(ROOT / "core").parts[0].removesuffix(".py")
        for imported in _imports(path):
            if imported.startswith("core."):
                yield path, here, _part(imported)


def test_the_kernel_imports_downwards_only() -> None:
    floors = {name: number for number, floor in enumerate(FLOORS) for name in floor}
    wrong = [
        f"{_name(path)} → {there}"
        for path, here, there in _core_arrows()
        if here in floors and here != "machine" and floors.get(there, 99) > floors[here]
    ]
    assert not wrong


def test_the_kernel_does_not_know_what_an_order_is() -> None:
    arrows = [(path, here) for path, here, there in _core_arrows() if there == "orders"]
    assert not [_name(path) for path, here in arrows if here not in ABOVE_THE_KERNEL]


def test_the_domain_knows_only_the_ground_floor() -> None:
    seen = {there for _, here, there in _core_arrows() if here == "orders"}
    assert seen <= FLOORS[0] | {"orders"}


def test_an_importer_knows_only_the_domain_and_the_ground_floor() -> None:
    seen = {there for _, here, there in _core_arrows() if here == "importers"}
    assert seen <= FLOORS[0] | {"orders", "importers"}


def test_core_and_dashboard_never_import_upwards() -> None:
    core = [_name(path) for path in _files("core") if "dashboard" in _packages(path)]
    tests = [_name(path) for path in _files("core", "dashboard") if "tests" in _packages(path)]
    assert (core, tests) == ([], [])


def _packages(path: Path) -> set[str]:
    return {imported.split(".")[0] for imported in _imports(path)}


def test_whatever_is_not_ours_is_imported_where_it_belongs() -> None:
    ours = {"core", "dashboard", *sys.stdlib_module_names} - OWNERS.keys()
    wrong = [
        f"{_name(path)} → {package}"
        for path in _files("core", "dashboard")
        for package in _packages(path) - ours
        if not _is_under(path, OWNERS.get(package, set()))
    ]
    assert not wrong


def test_only_the_source_opens_the_door_to_core() -> None:
    told = {f"dashboard/parts/time_travel/{name}.py" for name in ("between", "earlier", "model")}
    doors = {"dashboard/source", *told}
    seen = [path for path in _files("dashboard") if "core" in _packages(path)]
    assert not [_name(path) for path in seen if not _is_under(path, doors)]


def test_a_part_of_a_screen_knows_no_source_no_session_and_no_screen() -> None:
    above = ("dashboard.source", "dashboard.playhead", "dashboard.screens", "dashboard.app")
    arrows = [(path, one) for path in _files("dashboard/parts") for one in _imports(path)]
    assert not [_name(path) for path, imported in arrows if imported.startswith(above)]


def test_the_log_is_kept_read_and_verified_without_any_dashboard_library() -> None:
    script = "import sys, core, core.cli; print(*sys.modules)"
    asked = [sys.executable, "-c", script]
    imported = subprocess.run(asked, cwd=ROOT, check=True, capture_output=True, text=True).stdout
    assert not {"streamlit", "pandas", "plotly"} & set(imported.split())


def test_the_top_of_the_house_holds_what_the_design_names() -> None:
    found = {path.name for path in ROOT.iterdir() if not path.name.startswith(".")}
    assert found - LEFT_BEHIND <= TOP


@pytest.mark.parametrize("path", _files("core", "dashboard", "tests"), ids=_name)
def test_a_module_says_in_one_sentence_what_it_is_for(path: Path) -> None:
    tree = ast.parse(path.read_text())
    if tree.body:
        first = (ast.get_docstring(tree) or "").partition("\n\n")[0]
        assert first.endswith(("?", ".")), f"{_name(path)} does not say what it is for"


@pytest.mark.parametrize("path", _files("core", "dashboard", "tests"), ids=_name)
def test_a_module_can_be_read_in_one_sitting(path: Path) -> None:
    lines = path.read_text().splitlines()
    for table in [node for node in ast.parse("\n".join(lines)).body if _is_table(node)]:
        first, last = table.lineno - 1, table.end_lineno or table.lineno
        lines[first:last] = [""] * (last - first)
    assert sum(bool(line.strip()) for line in lines) <= LONGEST


def _is_table(node: ast.stmt) -> bool:
    return isinstance(node, ast.FunctionDef) and node.name in TABLES


def test_the_words_of_the_project_are_kept() -> None:
    wrong = [
        f"{_name(path)}: {name}"
        for path in _files("core", "dashboard", "tests")
        if _name(path) not in OTHERS_WORDS
        for name in {path.stem, *_identifiers(path)}
        if FORBIDDEN & set(_words(name)) or name == "sequence_no"
    ]
    assert not wrong


def _identifiers(path: Path) -> set[str]:
    tokens = tokenize.generate_tokens(io.StringIO(path.read_text()).readline)
    borrowed = {imported.rpartition(".")[2] for imported in _imports(path)}
    return {token.string for token in tokens if token.type == tokenize.NAME} - borrowed


def _words(name: str) -> list[str]:
    return re.sub(r"([a-z0-9])([A-Z])", r"\1_\2", name).lower().split("_")


def test_every_screen_is_in_the_menu() -> None:
    menu = (ROOT / "dashboard/app.py").read_text()
    screens = [path for path in _files("dashboard/screens") if path.stem != "__init__"]
    assert screens
    assert not [path.name for path in screens if f"screens/{path.name}" not in menu]


def test_the_map_in_the_readme_shows_every_file_of_core() -> None:
    readme = (ROOT / "README.md").read_text()
    parts = {path.name for path in (ROOT / "core").iterdir()} - {"__pycache__", "__init__.py"}
    assert not [part for part in sorted(parts) if part not in readme]
