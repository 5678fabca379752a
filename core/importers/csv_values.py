"""What does the text in a cell mean? An amount, a number or a time; or a `ValueError` says why."""

from __future__ import annotations

import re
from collections.abc import Mapping
from datetime import UTC, datetime
from decimal import Decimal
from functools import lru_cache
from zoneinfo import ZoneInfo

MONEY = re.compile(r"\d{1,12}(\.\d{1,6})?", re.ASCII)
COUNT = re.compile(r"\d{1,9}", re.ASCII)
CLOCK = re.compile(r"\d{4}-\d\d-\d\d \d\d:\d\d:\d\d", re.ASCII)
CENT = Decimal("0.01")


def present(row: Mapping[str, str], column: str) -> str:
    """A value that may not be missing."""
    if not row[column]:
        raise ValueError(f"{column} is empty")
    return row[column]


@lru_cache(maxsize=65_536)
def money(text: str) -> Decimal:
    """An amount that is not negative; the cents a copy may have dropped (`58.9`) come back."""
    if not MONEY.fullmatch(text):
        raise ValueError(f"{text!r} is not an amount of money")
    amount = Decimal(text)
    return amount.quantize(CENT) if amount == round(amount, 2) else amount


def count(text: str) -> int:
    """A whole number that is not negative."""
    if not COUNT.fullmatch(text):
        raise ValueError(f"{text!r} is not a whole number")
    return int(text)


def clock(text: str, zone: ZoneInfo) -> datetime:
    """A wall-clock time of a zone, in UTC; the first one where the clock was set back."""
    if not CLOCK.fullmatch(text):
        raise ValueError(f"{text!r} is not a time such as 2017-11-24 17:00:05")
    try:
        return datetime.fromisoformat(text).replace(tzinfo=zone).astimezone(UTC)
    except (ValueError, OverflowError):
        raise ValueError(f"{text!r} is not a time of any calendar") from None
