"""Which foreign histories can be read? Every module of this folder that has a `read` function."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from importlib import import_module
from pathlib import Path
from pkgutil import iter_modules

from core.events import Event

Entry = tuple[str, Event]
"""A stream, and an event that belongs to it."""

Reader = Callable[[Path], list[Entry]]
"""A folder of foreign files → its events in the order of their own time, or `BadImport`."""


def _readers() -> dict[str, Reader]:
    modules = {name: import_module(f"{__name__}.{name}") for _, name, _ in iter_modules(__path__)}
    return {name: module.read for name, module in modules.items() if hasattr(module, "read")}


IMPORTERS: Mapping[str, Reader] = _readers()
"""Name → reader. A new importer is one new file here; nobody lists it."""
