"""What values are there in a condition, and how are they computed and compared? Exactly."""

from __future__ import annotations

import ast
import operator
import re
from collections.abc import Callable
from datetime import UTC, datetime
from decimal import Decimal
from fractions import Fraction
from typing import Any

from core.condition_fields import NOTHING, NUMBER, TEXT, TRUTH, Kind

COMPARED: dict[type[ast.cmpop], Callable[[Any, Any], bool]] = {
    **{ast.Eq: operator.eq, ast.NotEq: operator.ne, ast.Is: operator.eq, ast.IsNot: operator.ne},
    **{ast.Lt: operator.lt, ast.LtE: operator.le, ast.Gt: operator.gt, ast.GtE: operator.ge},
}
SAME = (ast.Eq, ast.NotEq, ast.Is, ast.IsNot)
COMPUTED: dict[type[ast.operator], Callable[[Any, Any], Any]] = {
    **{ast.Add: operator.add, ast.Sub: operator.sub, ast.Mult: operator.mul},
    ast.Div: lambda left, right: Fraction(left) / right if right else None,
}


def literal(said: Any, written: str) -> tuple[Kind, Any] | None:
    """A constant of the syntax tree as a value, given how it was written; None if it is none."""
    if said is None:
        return NOTHING, None
    if isinstance(said, bool):
        return TRUTH, said
    if isinstance(said, str):
        return TEXT, said
    if not re.fullmatch(r"\d[\d_]*(\.\d*)?|\.\d+", written, re.ASCII):
        return None
    return NUMBER, Decimal(written)  # from its text: a float has rounded it already


def instant(said: str) -> datetime | None:
    """A date or time in text, UTC unless it names a zone; None if it is none."""
    try:
        time = datetime.fromisoformat(said)
        return (time if time.tzinfo else time.replace(tzinfo=UTC)).astimezone(UTC)
    except (ValueError, OverflowError):
        return None


def known(value: Any) -> Any:
    """A value as it is; None where it is an amount that is no number."""
    return None if type(value) is Decimal and not value.is_finite() else value


def exact(value: Any) -> Any:
    """An amount as a fraction, so that nothing that is computed from it is ever rounded. To be
    compared it stays as it is: that is exact as well, and ten times as fast."""
    return Fraction(value) if type(value) is Decimal else value


def if_there(compute: Callable[[Any, Any], Any], left: Any, right: Any) -> Any:
    """What is computed from two values; None if one of them is missing."""
    return None if left is None or right is None else compute(left, right)
