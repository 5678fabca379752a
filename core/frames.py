"""How does a table become a pandas DataFrame? With a type for each column; pandas is an extra."""

from __future__ import annotations

from datetime import datetime
from decimal import Decimal
from typing import TYPE_CHECKING, Any

from core.errors import CannotExport
from core.relations import Kind, Relation

if TYPE_CHECKING:
    import pandas as pd

FEW = ("status", "next_status", "type", "width", "rule")
"""Columns that hold a few words again and again: categories."""


def to_frame(relation: Relation, exact: bool = False) -> pd.DataFrame:
    """The rows as a frame: text as `str`, words of few as `category`, whole numbers as `Int64`
    (`int64` where none is missing), times as `datetime64[us, UTC]`, amounts as `float64`, or
    (`exact`) as `Decimal` objects. Raises `CannotExport` without pandas.
    """
    try:
        import pandas as pd
    except ImportError:
        missing = "a frame needs pandas (pip install 'eventscope[frames]')"
        raise CannotExport(relation.name, missing) from None
    rows = list(relation.rows)
    cells = list(zip(*rows, strict=True)) if rows else [()] * len(relation.columns)
    named = zip(relation.columns, cells, strict=True)
    return pd.DataFrame(
        {name: _series(name, kind, list(column), exact) for (name, kind), column in named}
    )


def _series(name: str, kind: Kind, cells: list[Any], exact: bool) -> Any:
    import pandas as pd

    if kind is datetime:
        return pd.Series(pd.to_datetime(cells, utc=True)).astype("datetime64[us, UTC]")
    if kind is int:
        whole = pd.Series(cells, dtype="Int64")
        return whole if whole.hasnans else whole.astype("int64")
    if kind is Decimal:
        amounts = cells if exact else [None if one is None else float(one) for one in cells]
        return pd.Series(amounts, dtype="object" if exact else "float64")
    words = pd.Series(cells, dtype="str")
    return words.astype("category") if name in FEW else words
