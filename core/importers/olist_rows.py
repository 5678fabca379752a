"""What do the six Olist files say? Orders, their lines and their payments, checked row by row."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal
from functools import partial
from operator import attrgetter
from pathlib import Path
from typing import TypeVar
from zoneinfo import ZoneInfo

from core.errors import BadImport, BadRow
from core.importers.csv_tables import Row, keyed, new, referred, tables, understood
from core.importers.csv_values import clock, count, money, present

ZONE = ZoneInfo("America/Sao_Paulo")
ADDRESS = {"city": "city", "state": "state", "zip": "zip_code_prefix"}
STATUSES = {
    "created",
    "approved",
    "invoiced",
    "processing",
    "shipped",
    "delivered",
    "unavailable",
    "canceled",
}
COLUMNS = {
    "orders": "order_id customer_id order_status order_purchase_timestamp order_approved_at "
    "order_delivered_carrier_date order_delivered_customer_date order_estimated_delivery_date",
    "order_items": "order_id order_item_id product_id seller_id price freight_value",
    "order_payments": "order_id payment_sequential payment_type payment_installments payment_value",
    "customers": "customer_id customer_unique_id customer_zip_code_prefix customer_city "
    "customer_state",
    "products": "product_id product_category_name",
    "sellers": "seller_id",
}


@dataclass(frozen=True)
class Sale:
    """A row of the orders, with its customer's."""

    order_id: str
    customer: str
    person: str
    address: dict[str, str]
    promised: str
    cancelled: bool
    purchased: datetime
    approved: datetime | None
    shipped: datetime | None
    delivered: datetime | None

    @property
    def latest(self) -> datetime:
        """The last time the source has of this order."""
        times = (self.purchased, self.approved, self.shipped, self.delivered)
        return max(time for time in times if time)


@dataclass(frozen=True)
class Line:
    """A row of the items: one unit of a product."""

    order_id: str
    number: int
    product_id: str
    category: str
    seller: str
    price: Decimal
    freight: Decimal


@dataclass(frozen=True)
class Paid:
    """A row of the payments."""

    order_id: str
    number: int
    method: str
    amount: Decimal
    installments: int


Part = TypeVar("Part", Line, Paid)
Parts = Mapping[str, list[Part]]


def sold(folder: Path) -> tuple[list[Sale], Parts[Line], Parts[Paid]]:
    """The orders in the files' order, and of each its lines and its payments; or `BadImport`."""
    wanted = {f"olist_{name}_dataset": columns.split() for name, columns in COLUMNS.items()}
    table = dict(zip(COLUMNS, tables(folder, wanted).values(), strict=True))
    bad: list[BadRow] = []
    customers = keyed(table["customers"], bad, "customer_id", "customer_unique_id")
    products = keyed(table["products"], bad, "product_id")
    sellers = keyed(table["sellers"], bad, "seller_id")
    known = table["orders"].values("order_id")
    sale = partial(_sale, customers=customers, seen=set())
    line = partial(_line, orders=known, products=products, sellers=sellers, seen=set())
    paid = partial(_paid, orders=known, seen=set())
    sales = list(understood(table["orders"], bad, sale))
    lines = _by_order(understood(table["order_items"], bad, line))
    payments = _by_order(understood(table["order_payments"], bad, paid))
    if bad:
        raise BadImport(bad)
    return sales, lines, payments


def _by_order(parts: Iterable[Part]) -> defaultdict[str, list[Part]]:
    grouped = defaultdict(list)
    for part in sorted(parts, key=attrgetter("number")):
        grouped[part.order_id].append(part)
    return grouped


def _sale(row: Row, customers: dict[str, Row], seen: set[tuple[str, ...]]) -> Sale:
    new(seen, present(row, "order_id"))
    customer = customers[referred(row, "customer_id", customers)]
    return Sale(
        order_id=row["order_id"],
        customer=row["customer_id"],
        person=customer["customer_unique_id"],
        address={part: customer[f"customer_{name}"] for part, name in ADDRESS.items()},
        promised=_date(row["order_estimated_delivery_date"]),
        cancelled=referred(row, "order_status", STATUSES) == "canceled",
        purchased=clock(row["order_purchase_timestamp"], ZONE),
        approved=_clock(row["order_approved_at"]),
        shipped=_clock(row["order_delivered_carrier_date"]),
        delivered=_clock(row["order_delivered_customer_date"]),
    )


def _clock(text: str) -> datetime | None:
    return clock(text, ZONE) if text else None


def _date(text: str) -> str:
    clock(text, ZONE)
    return text[:10]


def _line(
    row: Row,
    orders: set[str],
    products: dict[str, Row],
    sellers: dict[str, Row],
    seen: set[tuple[str, ...]],
) -> Line:
    number = count(row["order_item_id"])
    new(seen, row["order_id"], str(number))
    product = products[referred(row, "product_id", products)]
    return Line(
        order_id=referred(row, "order_id", orders),
        number=number,
        product_id=row["product_id"],
        category=product["product_category_name"] or "uncategorised",
        seller=referred(row, "seller_id", sellers),
        price=money(row["price"]),
        freight=money(row["freight_value"]),
    )


def _paid(row: Row, orders: set[str], seen: set[tuple[str, ...]]) -> Paid:
    number = count(row["payment_sequential"])
    new(seen, row["order_id"], str(number))
    return Paid(
        order_id=referred(row, "order_id", orders),
        number=number,
        method=present(row, "payment_type"),
        amount=money(row["payment_value"]),
        installments=count(row["payment_installments"]),
    )
