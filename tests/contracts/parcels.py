"""Which rows are kept in the tests of read models? Parcels, with a column of every kind."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta
from decimal import Decimal
from typing import Any

import pytest

from core.projections import END, Projection, Table
from core.stores import EventStore
from core.stores.shelves import Flush, Spans
from tests.orders.facts import NOON


@dataclass(frozen=True)
class Parcel:
    """A row with a column of every kind."""

    name: str
    weight: int
    price: Decimal
    sent_at: datetime
    city: str | None = None
    seen_at: datetime | None = None


PARCELS = Table(
    "parcels",
    Parcel,
    key=("name",),
    indexed=("weight", "price", "sent_at", ("city", "sent_at")),
    outline=("weight",),
)
HOUSES = Table("houses", Parcel, key=("name", "weight"))
SCALES = Table("scales", Parcel, key=("name", "weight"), few_keys=True)
deliveries = Projection("deliveries", (PARCELS, HOUSES, SCALES), lambda rows, transition: None)


def parcel(name: str, weight: int = 1, price: str = "1.00", **more: Any) -> Parcel:
    """A row."""
    return Parcel(name, weight, Decimal(price), NOON + timedelta(hours=weight), **more)


ROWS = [
    parcel("a", 3, "9.50", city="São Paulo"),
    parcel("b", 10, "19.00", city="Rio 100%"),
    parcel("c", 2, "100.00", city=None, seen_at=NOON),
    parcel("d", 1, "9.5", city="SÃO PAULO_2"),
]


def write(
    store: EventStore,
    spans: dict[str, Spans],
    checkpoint: int,
    new_checkpoint: int,
    projection: Projection = deliveries,
    *,
    beside: bool = False,
) -> bool:
    """Whether one projection alone has written all this."""
    [written] = store.write([Flush(projection, beside, spans, checkpoint, new_checkpoint)])
    return written


def reached(
    store: EventStore, projection: Projection = deliveries, *, beside: bool = False
) -> int | None:
    """How far one projection has come."""
    return store.checkpoints([projection], beside)[projection.name]


@pytest.fixture
def filled(store: EventStore) -> EventStore:
    """The four rows, all of them live since position 1."""
    store.shelf(deliveries).reset()
    write(store, {"parcels": Spans([(row, 1, END) for row in ROWS], [])}, 0, 1)
    return store
