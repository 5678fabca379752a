"""Which field of a history does somebody mean by `items.lamp.quantity`?"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import fields

from core.errors import UnknownField
from core.history import PLACE, Path, Step


def named_path(steps: Sequence[Step], said: str) -> Path:
    """The path a dotted name means: a field of the state, or one that some event set.

    Names within a path may hold dots themselves, so what was said is looked up, not taken apart.
    Raises `UnknownField`, which names those there are.
    """
    known = {".".join(path): path for path in _paths(steps)}
    if said not in known:
        raise UnknownField(said, list(known))
    return known[said]


def _paths(steps: Sequence[Step]) -> dict[Path, None]:
    state = steps[-1].state
    names = [field.name for field in fields(state) if field.name != PLACE]
    found: dict[Path, None] = dict.fromkeys(
        (name,) for name in (*names, *getattr(state, "DERIVED", ()))
    )
    for step in steps:
        for change in step.changes:
            for depth in range(2, len(change.path) + 1):
                found[change.path[:depth]] = None
    return found
