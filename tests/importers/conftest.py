"""Small Olist folders to read and to spoil."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest

from core.importers.olist_rows import COLUMNS

ROWS = {
    "orders": [
        "o1,c1,delivered,2017-03-01 10:00:00,2017-03-01 11:00:00,2017-03-03 09:00:00,"
        "2017-03-07 15:30:00,2017-03-20 00:00:00",
        "o2,c2,canceled,2017-03-02 08:00:00,,,,2017-03-25 00:00:00",
    ],
    "order_items": [
        "o1,2,p1,s1,19.9,4.5",
        "o1,1,p1,s1,19.9,4.5",
        "o2,1,p2,s1,5.0,1.25",
    ],
    "order_payments": ["o1,1,credit_card,3,48.8", "o2,1,boleto,1,6.25"],
    "customers": ["c1,ada,01000,sao paulo,SP", "c2,grace,20000,rio de janeiro,RJ"],
    "products": ["p1,bebes", "p2,"],
    "sellers": ["s1"],
}


@pytest.fixture
def olist(tmp_path: Path) -> Callable[..., Path]:
    """`olist(orders=[…])` writes a folder of six files, some of them with other rows."""

    def write(**rows: list[str]) -> Path:
        for name, columns in COLUMNS.items():
            lines = [columns.replace(" ", ","), *rows.get(name, ROWS[name])]
            (tmp_path / f"olist_{name}_dataset.csv").write_text("\n".join(lines) + "\n")
        return tmp_path

    return write
