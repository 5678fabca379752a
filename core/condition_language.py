"""What does a condition mean? Its syntax tree becomes a function of the state, or a mistake.

Python's parser reads it and nothing is ever executed: only the forms below mean something.
Numbers are exact. What is missing equals only None, is neither less nor more than anything, and
makes what is computed from it missing as well.
"""

from __future__ import annotations

import ast
import operator
from collections.abc import Callable, Sequence
from difflib import get_close_matches
from typing import Any

from core.condition_fields import NUMBER, TRUTH, Kind, kind_below, names_below
from core.condition_values import COMPARED, COMPUTED, SAME, exact, if_there, instant, known, literal
from core.errors import BadCondition
from core.history import at_path

DEEPEST = 20
TIME_AS_TEXT = ("time", "text")

Value = Callable[[Any], Any]
"""From a state to a value: an exact number, text, a time, a truth, a group, or None."""
Read = tuple[Kind, Value]

ALLOWED = "a condition is made of fields, values, comparisons, and, or, not, in, + - * / and len()"


def _every(parts: Sequence[Value]) -> Value:
    def every(state: Any) -> bool:
        for part in parts:  # noqa: SIM110  # all() of a generator takes three times as long
            if not part(state):
                return False
        return True

    return parts[0] if len(parts) == 1 else every


def _some(parts: Sequence[Value]) -> Value:
    def some(state: Any) -> bool:
        for part in parts:  # noqa: SIM110  # so does any()
            if part(state):
                return True
        return False

    return some


class Reader:
    """Reads one condition; it holds the text, so that every mistake can name its place."""

    def __init__(self, text: str, state: Kind) -> None:
        self._text = text
        self._state = state
        self._depth = 0
        self.names: set[str] = set()
        """What the condition names in the state itself."""

    def truth(self, node: ast.expr) -> Value:
        """The meaning of what must be true or false."""
        kind, value = self._read(node)
        if kind.sort != "truth":
            raise self._mistake(
                node, f"this is {kind.called} and no condition; compare it with something"
            )
        return value

    def _read(self, node: ast.expr) -> Read:
        self._depth += 1
        if self._depth > DEEPEST:
            raise self._mistake(node, f"this is nested more than {DEEPEST} deep")
        found = self._meaning(node)
        self._depth -= 1
        return found

    def _meaning(self, node: ast.expr) -> Read:
        match node:
            case ast.BoolOp():
                parts = [self.truth(one) for one in node.values]
                return TRUTH, _every(parts) if isinstance(node.op, ast.And) else _some(parts)
            case ast.UnaryOp(op=ast.Not()):
                inner = self.truth(node.operand)
                return TRUTH, lambda state: not inner(state)
            case ast.UnaryOp(op=ast.USub()):
                number = self._number(node.operand)
                return NUMBER, lambda state: if_there(operator.mul, -1, exact(number(state)))
            case ast.BinOp():
                return NUMBER, self._computed(node)
            case ast.Compare():
                sides = [node.left, *node.comparators]
                pairs = zip(sides, node.ops, sides[1:], strict=False)
                return TRUTH, _every([self._link(*pair) for pair in pairs])
            case ast.Call(func=ast.Name("len"), args=[one], keywords=[]):
                return NUMBER, self._length(one)
            case ast.Constant():
                return self._constant(node)
            case ast.Name() | ast.Attribute() | ast.Subscript():
                kind, (name, *path) = self._field(node)
                self.names.add(name)
                if path:
                    return kind, lambda state: known(at_path(getattr(state, name, None), path))
                return kind, lambda state: known(getattr(state, name, None))
        raise self._mistake(node, ALLOWED)

    def _number(self, node: ast.expr) -> Value:
        kind, value = self._read(node)
        if kind.sort != "number":
            raise self._mistake(node, f"this is {kind.called}; only numbers can be computed with")
        return value

    def _computed(self, node: ast.BinOp) -> Value:
        if isinstance(node.op, ast.BitAnd | ast.BitOr):
            raise self._mistake(node, "say and, or")
        compute = COMPUTED.get(type(node.op))
        if compute is None:
            raise self._mistake(node, ALLOWED)
        left, right = self._number(node.left), self._number(node.right)
        return lambda state: if_there(compute, exact(left(state)), exact(right(state)))

    def _length(self, node: ast.expr) -> Value:
        kind, value = self._read(node)
        if kind.sort not in ("group", "text"):
            raise self._mistake(node, f"this is {kind.called}, which has no length")
        return lambda state: len(value(state) or ())

    def _link(self, left: ast.expr, how: ast.cmpop, right: ast.expr) -> Value:
        if isinstance(how, ast.In | ast.NotIn):
            found = self._membership(left, right)
            return found if isinstance(how, ast.In) else lambda state: not found(state)
        reads = self._read(left), self._read(right)
        one = self._like(left, reads[0], reads[1][0])
        other = self._like(right, reads[1], reads[0][0])
        pair = COMPARED[type(how)]
        if not isinstance(how, SAME):
            self._require_order(left, reads[0][0], reads[1][0])
            return lambda state: bool(if_there(pair, one(state), other(state)))
        return lambda state: pair(one(state), other(state))

    def _require_order(self, node: ast.expr, *kinds: Kind) -> None:
        if any(kind.choices for kind in kinds):
            raise self._mistake(node, "these have no order; say which with in (…)")
        if any(kind.sort in ("nothing", "truth", "group") for kind in kinds):
            raise self._mistake(
                node, "only numbers, texts and times are less or more than one another"
            )

    def _like(self, node: ast.expr, read: Read, other: Kind) -> Value:
        """The value of one side of a comparison, if it can be compared with the other side."""
        kind, value = read
        said = node.value if isinstance(node, ast.Constant) else None
        if other.sort == "time" and isinstance(said, str):
            time = instant(said)
            if time is None:
                raise self._mistake(node, f"{said!r} is no time such as 2017-11-24T17:00")
            return lambda _: time
        if isinstance(said, str) and other.choices and said not in other.choices:
            raise self._mistake(
                node, f"it is never {said!r}; it is one of {', '.join(other.choices)}"
            )
        sorts = {kind.sort, other.sort}
        if len(sorts) == 2 and "nothing" not in sorts and (kind.sort, other.sort) != TIME_AS_TEXT:
            raise self._mistake(
                node, f"this is {kind.called} and cannot be compared with {other.called}"
            )
        if sorts == {"group"}:
            raise self._mistake(
                node, "a group cannot be compared; name one of its parts, or say len()"
            )
        return value

    def _membership(self, node: ast.expr, within: ast.expr) -> Value:
        kind, one = self._read(node)
        if isinstance(within, ast.Tuple | ast.List | ast.Set):
            values = [self._like(value, self._read(value), kind) for value in within.elts]
            return lambda state: one(state) in [value(state) for value in values]
        group, whole = self._read(within)
        if group.sort not in ("group", "text"):
            raise self._mistake(within, f"nothing can be in {group.called}")
        if kind.sort != "text":
            raise self._mistake(node, f"this is {kind.called}; only a text can be in there")
        if group.sort == "text":
            return lambda state: bool(if_there(operator.contains, whole(state), one(state)))
        return lambda state: at_path(whole(state), (one(state) or "",)) is not None

    def _constant(self, node: ast.Constant) -> Read:
        found = literal(node.value, ast.get_source_segment(self._text, node) or "")
        if found is None:
            raise self._mistake(node, "write a number plainly, such as 500 or 9.50")
        kind, said = found
        return kind, lambda _: said

    def _field(self, node: ast.expr) -> tuple[Kind, tuple[str, ...]]:
        self._depth += 1
        if self._depth > DEEPEST:
            raise self._mistake(node, f"this is nested more than {DEEPEST} deep")
        above: Kind
        path: tuple[str, ...]
        match node:
            case ast.Name(id=name):
                above, path = self._state, ()
            case ast.Attribute(value=inner, attr=name):
                above, path = self._field(inner)
            case ast.Subscript(value=inner, slice=ast.Constant(str() | int() as key)):
                name = str(key)
                above, path = self._field(inner)
            case _:
                raise self._mistake(node, "only a field has parts")
        kind = kind_below(above, name)
        if kind is None:
            raise self._unknown(node, above, name)
        self._depth -= 1
        return kind, (*path, name)

    def _unknown(self, node: ast.expr, above: Kind, name: str) -> BadCondition:
        names = names_below(above)
        if not names:
            return self._mistake(node, f"{above.called} has no parts, so no {name}")
        near = get_close_matches(name, names, 1)
        said = f"did you mean {near[0]}?" if near else f"there are {', '.join(names)}"
        return self._mistake(node, f"there is no field {name}; {said}")

    def _mistake(self, node: ast.expr, reason: str) -> BadCondition:
        before = self._text.encode()[: node.col_offset]  # Python counts in bytes
        return BadCondition(self._text, len(before.decode()), reason)
