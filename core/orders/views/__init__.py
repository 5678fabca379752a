"""The read models of orders: one file each, found by walking this folder."""

from __future__ import annotations

import pkgutil
from importlib import import_module
from typing import Any

from core.projections import Projection, Table


def projections() -> list[Projection]:
    """Every projection in this folder: a new file here is a new read model."""
    found = []
    for module in pkgutil.iter_modules(__path__):
        names = vars(import_module(f"{__name__}.{module.name}"))
        found += [value for value in names.values() if isinstance(value, Projection)]
    return found


def tables() -> list[Table[Any]]:
    """The tables of every read model."""
    return [table for projection in projections() for table in projection.tables]
