"""How is a fact told? One sentence per event, with its values, without who and when."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import timedelta
from decimal import Decimal
from typing import assert_never

from core.orders.events import (
    NOT_STATED,
    OrderCancelled,
    OrderCreated,
    OrderDelivered,
    OrderEvent,
    OrderItemAdded,
    OrderItemRemoved,
    OrderPlaced,
    OrderShipped,
    PaymentRecorded,
    ShippingAddressChanged,
)


def sentence(event: OrderEvent) -> str:
    """The fact as a person would tell it."""
    match event:
        case OrderCreated():
            return f"Customer {event.customer_id} began the order."
        case OrderItemAdded():
            return f"{event.quantity} × {event.product_name} at {money(event.unit_price)} came in."
        case OrderItemRemoved():
            return f"Product {event.product_id} was taken out."
        case ShippingAddressChanged():
            return f"It is to go to {address_line(event.new_address)} now."
        case OrderPlaced():
            return f"The order was placed for {money(event.total_amount)}."
        case OrderShipped(carrier=carrier) if carrier == NOT_STATED:
            return "It was shipped."
        case OrderShipped():
            return f"It was shipped with {event.carrier}, tracking number {event.tracking_number}."
        case OrderDelivered(signature=None):
            return "It was delivered."
        case OrderDelivered():
            return f"It was delivered and signed for by {event.signature}."
        case OrderCancelled(cancelled_by=by) if by == NOT_STATED:
            return "The order was cancelled; by whom and why is not stated."
        case OrderCancelled():
            return f"{event.cancelled_by} cancelled the order: {event.reason}."
        case PaymentRecorded(installments=1):
            return f"{money(event.amount)} was paid by {event.method}."
        case PaymentRecorded():
            return (
                f"{money(event.amount)} was paid by {event.method} "
                f"in {event.installments} installments."
            )
        case _:
            assert_never(event)


def money(amount: Decimal) -> str:
    """An amount with thousands separated and at least two decimals; nothing is rounded away."""
    decimals = max(2, -int(amount.normalize().as_tuple().exponent))
    return f"{amount:,.{decimals}f}"


def address_line(address: Mapping[str, str]) -> str:
    """An address on one line, in the order its parts were given."""
    return ", ".join(str(part) for part in address.values() if part)


def span(length: timedelta) -> str:
    """A length of time in its two largest units: `3 d 4 h`."""
    minutes, seconds = divmod(int(length.total_seconds()), 60)
    hours, minutes = divmod(minutes, 60)
    days, hours = divmod(hours, 24)
    units = ((days, "d"), (hours, "h"), (minutes, "min"), (seconds, "s"))
    first = next((place for place, unit in enumerate(units) if unit[0]), 3)
    return " ".join(f"{count} {name}" for count, name in units[first : first + 2] if count) or "0 s"
