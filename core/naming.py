"""Which field of a history does somebody mean by `items.lamp.quantity`?"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from dataclasses import fields
from typing import Any

from core.errors import UnknownField
from core.history import PLACE, Path, Step, document


def named_path(said: str, state: Any, history: Callable[[], Iterable[Step]]) -> Path:
    """The path a dotted name means: a field of the state, or one that some event set.

    Names within a path may hold dots themselves, so what was said is looked up, not taken apart.
    `history` is asked only for what is not there any more. Raises `UnknownField`, which names
    those there are.
    """
    known = _named(_paths(state))
    if said not in known:
        known |= _named(_below(change.path for step in history() for change in step.changes))
    if said not in known:
        raise UnknownField(said, list(known))
    return known[said]


def _named(paths: Iterable[Path]) -> dict[str, Path]:
    return {".".join(path): path for path in paths}


def _paths(state: Any) -> Iterator[Path]:
    names = [field.name for field in fields(state) if field.name != PLACE]
    yield from ((name,) for name in (*names, *getattr(state, "DERIVED", ())))
    yield from _below(document(state))


def _below(paths: Iterable[Path]) -> Iterator[Path]:
    for path in paths:
        yield from (path[:depth] for depth in range(2, len(path) + 1))
