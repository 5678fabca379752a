"""When did a condition hold? What somebody asks of a state, and every stretch where it was so."""

from __future__ import annotations

import ast
import re
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from itertools import chain
from typing import Any

from core.condition_fields import kind_of
from core.condition_language import Reader
from core.errors import BadCondition
from core.events import Recorded
from core.history import Step, follows_from

LONGEST = 500


@dataclass(frozen=True)
class Condition:
    """A condition somebody wrote, understood."""

    text: str
    holds: Callable[[Any], bool]
    fields: frozenset[str]
    """The fields of the state that it follows from."""


@dataclass(frozen=True)
class Stretch:
    """Where a condition held: from the event that made it true until the one that ended it.

    `ended` itself is outside; None means that it held to the end of what was asked.
    """

    began: Recorded
    ended: Recorded | None


def flips(steps: Iterable[Step], condition: Condition) -> list[Stretch]:
    """Every stretch where the condition held; each state is looked at, so no flip is missed."""
    found: list[Stretch] = []
    began: Recorded | None = None
    for step in steps:
        holds = condition.holds(step.state)
        if holds and began is None:
            began = step.recorded
        elif began is not None and not holds:
            found.append(Stretch(began, step.recorded))
            began = None
    return [*found, Stretch(began, None)] if began is not None else found


def parse_condition(text: str, state: type) -> Condition:
    """Understand a condition over states of a type. Raises `BadCondition`, which names the place.

    `total > 500 and status == "placed"`, `"lamp" in items`, `items["oak-desk"].quantity >= 2`,
    `carrier is None`, `delivered_at >= "2017-11-24"`, `paid / total < 0.5`.
    """
    said = re.sub(r"\s", " ", text.strip())
    if len(said) > LONGEST:
        raise BadCondition(said[:40] + "…", 0, f"a condition has at most {LONGEST} characters")
    for sign in ("\\", "\0"):
        if sign in said:
            raise BadCondition(said, said.index(sign), f"{sign!r} has no meaning here")
    unquoted = re.sub(r"\"[^\"]*\"|'[^']*'", lambda match: "_" * len(match[0]), said)
    if odd := re.search(r"(?<!\w)\d[\d_.]*[^\W\d_]", unquoted):
        # Here, because Python's parser warns of a number that runs into a word, on standard error.
        raise BadCondition(said, odd.start(), "write a number plainly, such as 500 or 9.50")
    try:
        tree = ast.parse(said, mode="eval").body
    except SyntaxError as error:
        column = error.offset - 1 if error.offset else len(said)
        raise BadCondition(said, column, _advice(said, error)) from None
    except (ValueError, RecursionError, MemoryError):
        raise BadCondition(said, 0, "this cannot be read") from None
    reader = Reader(said, kind_of(state))
    holds = reader.truth(tree)
    fields = chain.from_iterable(follows_from(state, name) for name in reader.names)
    return Condition(said, holds, frozenset(fields))


def _advice(said: str, error: SyntaxError) -> str:
    if not said:
        return 'say what is to hold, such as total > 500 and status == "placed"'
    if re.search(r"(?<![=!<>])=(?!=)", said):
        return "say == to compare"
    if re.search(r"&&|\|\|", said):
        return "say and, or"
    generic = not error.msg or error.msg.startswith("invalid syntax")
    return "this cannot be read" if generic else error.msg
