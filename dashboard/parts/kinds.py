"""How does each type of event look? One word, colour, icon and form, the same on every screen."""

from __future__ import annotations

import re
from dataclasses import dataclass


@dataclass(frozen=True)
class Kind:
    """The look of a type of event."""

    label: str
    hue: str
    """A colour of the theme: gray, blue, green, orange, red, violet or yellow."""
    icon: str
    form: str
    """How a crowded rail draws it: a milestone, or a tick up, down or on the line."""


KINDS = {
    "OrderCreated": Kind("Created", "gray", "begin", "milestone"),
    "OrderItemAdded": Kind("Item added", "blue", "plus", "up"),
    "OrderItemRemoved": Kind("Item removed", "orange", "minus", "down"),
    "ShippingAddressChanged": Kind("Address changed", "violet", "pin", "line"),
    "PaymentRecorded": Kind("Payment", "yellow", "coin", "line"),
    "OrderPlaced": Kind("Placed", "blue", "flag", "milestone"),
    "OrderShipped": Kind("Shipped", "violet", "parcel", "milestone"),
    "OrderDelivered": Kind("Delivered", "green", "check", "milestone"),
    "OrderCancelled": Kind("Cancelled", "red", "cross", "milestone"),
}

STATUS_PATH = ("draft", "placed", "shipped", "delivered")
STATUS_HUES = {
    "draft": "gray",
    "placed": "blue",
    "shipped": "violet",
    "delivered": "green",
    "cancelled": "red",
}


def kind(type_name: str) -> Kind:
    """The look of this type; one nobody has drawn yet gets its name in words and a plain dot."""
    return KINDS.get(type_name) or Kind(_words(type_name), "gray", "dot", "line")


def _words(type_name: str) -> str:
    return re.sub(r"(?<=[a-z0-9])(?=[A-Z])", " ", type_name).capitalize()
