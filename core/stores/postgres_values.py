"""How does a value travel to PostgreSQL? In binary, with the number of its type."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from struct import Struct
from typing import Any

NUMBER, LENGTH, HEAD = Struct("!q").pack, Struct("!i").pack, Struct("!iiIii").pack
INFERRED, BYTEA, BIGINT, INTEGER, TEXT = 0, 17, 20, 23, 25
"""The numbers of types, as PostgreSQL counts them for ever."""


class Column(bytes):
    """Many values of one type as the server reads an array of them."""


def column(type_number: int, values: Sequence[bytes]) -> Column:
    """An array of values as the server reads each of them."""
    parts = [HEAD(1, 0, type_number, len(values), 1)]
    for value in values:
        parts += LENGTH(len(value)), value
    return Column(b"".join(parts))


WRITTEN: Mapping[type, tuple[int, Callable[[Any], bytes]]] = {
    str: (INFERRED, str.encode),
    int: (BIGINT, NUMBER),
    bytes: (BYTEA, bytes),
    Column: (INFERRED, lambda value: value),
}
"""How a value is sent: the number of its type, and its bytes."""
