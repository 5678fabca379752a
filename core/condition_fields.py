"""What can a condition name in a state, and of what kind is it? Read off the state's own types."""

from __future__ import annotations

import types
from collections.abc import Mapping
from dataclasses import dataclass, fields, is_dataclass
from datetime import datetime
from decimal import Decimal
from enum import Enum
from functools import cache
from typing import Any, Literal, Union, get_args, get_origin, get_type_hints

Sort = Literal["number", "text", "time", "truth", "nothing", "group"]


@dataclass(frozen=True)
class Kind:
    """Of what kind a value is; `choices` are the only texts it can be, if it is so limited."""

    sort: Sort
    choices: tuple[str, ...] = ()
    annotation: Any = None

    @property
    def called(self) -> str:
        """The kind in a sentence."""
        return "nothing" if self.sort == "nothing" else f"a {self.sort}"


NUMBER, TEXT, TIME = Kind("number"), Kind("text"), Kind("time")
TRUTH, NOTHING = Kind("truth"), Kind("nothing")

PLAIN = {bool: TRUTH, int: NUMBER, Decimal: NUMBER, float: NUMBER, str: TEXT, datetime: TIME}


@cache
def kind_of(annotation: Any) -> Kind:
    """The kind of value an annotation promises, where it is there at all."""
    annotation = _present(annotation)
    if isinstance(annotation, type) and issubclass(annotation, Enum):
        return Kind("text", tuple(str(one.value) for one in annotation))
    return PLAIN.get(annotation, Kind("group", annotation=annotation))


def kind_below(kind: Kind, name: str) -> Kind | None:
    """The kind of a named part of a group; None if it never has such a part."""
    if kind.sort != "group":
        return None
    found = _kinds(kind.annotation)
    if isinstance(found, dict):
        return found.get(name)
    return found


def names_below(kind: Kind) -> list[str]:
    """The parts a group always has a place for; none where they differ from state to state."""
    found = _kinds(kind.annotation) if kind.sort == "group" else {}
    return list(found) if isinstance(found, dict) else []


@cache
def _kinds(annotation: Any) -> dict[str, Kind] | Kind:
    """Each part's kind by its name, or the one kind that all parts have, whatever their names."""
    if is_dataclass(annotation) and isinstance(annotation, type):
        hints = get_type_hints(annotation)
        found = {field.name: kind_of(hints[field.name]) for field in fields(annotation)}
        for name in getattr(annotation, "DERIVED", ()):
            returns = get_type_hints(getattr(annotation, name).fget)["return"]
            found[name] = kind_of(returns)
        return found
    if get_origin(annotation) in (tuple, Mapping):
        return kind_of(get_args(annotation)[0 if get_origin(annotation) is tuple else 1])
    return {}


def _present(annotation: Any) -> Any:
    """`str | None` → `str`: what may be missing is judged by what it is when it is there."""
    if get_origin(annotation) in (Union, types.UnionType):
        rest = [one for one in get_args(annotation) if one is not types.NoneType]
        return rest[0] if len(rest) == 1 else object
    return annotation
