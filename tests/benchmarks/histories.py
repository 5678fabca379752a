"""Which orders are measured? Long ones of a steady size, and short ones of six events."""

from __future__ import annotations

from collections.abc import Iterator
from decimal import Decimal

from core.orders import (
    AddItem,
    CreateOrder,
    OrderCommand,
    OrderCreated,
    OrderEvent,
    OrderItemAdded,
    OrderItemRemoved,
    PlaceOrder,
    RecordPayment,
    ShippingAddressChanged,
    orders,
)

ADDRESS = {"street": "12 Harbour Road", "city": "Leith", "country": "GB"}
HELD = 12
"""How many products a long order holds while it goes on."""


def long_order(name: str, events: int) -> Iterator[OrderEvent]:
    """Products come and go, and now and then the address changes: the state does not grow."""
    yield OrderCreated(name, "ada")
    added = removed = 0
    for turn in range(1, events):
        if turn % 10 == 0:
            yield ShippingAddressChanged(name, {**ADDRESS, "street": f"{turn} Harbour Road"})
        elif added - removed < HELD:
            added += 1
            yield OrderItemAdded(name, f"product-{added}", "Desk lamp", 1 + turn % 5, _price(turn))
        else:
            removed += 1
            yield OrderItemRemoved(name, f"product-{removed}")


def _price(turn: int) -> Decimal:
    return Decimal(995 + turn % 900).scaleb(-2)


def commands(name: str) -> list[OrderCommand]:
    """The short order, as it is asked for."""
    return [
        CreateOrder(name, "ada"),
        *(AddItem(name, f"product-{one}", "Desk lamp", one, _price(one)) for one in (1, 2, 3)),
        PlaceOrder(name, ADDRESS),
        RecordPayment(name, "card", Decimal("60.00")),
    ]


def short_order(name: str) -> list[OrderEvent]:
    """The short order, as it happened: six events."""
    order, happened = orders.initial, list[OrderEvent]()
    for command in commands(name):
        decided = orders.decide(command, order)
        order = orders.fold(decided, order)
        happened += decided
    return happened
