"""Which facts do the tests tell stories with? One small order, from its beginning to its end."""

from __future__ import annotations

from datetime import UTC, datetime
from decimal import Decimal

from core.orders import (
    OrderCancelled,
    OrderCreated,
    OrderDelivered,
    OrderItemAdded,
    OrderItemRemoved,
    OrderPlaced,
    OrderShipped,
    PaymentRecorded,
    ShippingAddressChanged,
    orders,
)
from tests.spec import Spec

HOME = {"street": "Rua Augusta 1", "city": "São Paulo"}
WORK = {"street": "Avenida Paulista 900", "city": "São Paulo"}
NOON = datetime(2026, 3, 2, 12, 0, tzinfo=UTC)

opened = OrderCreated("o1", "ada")
lamp = OrderItemAdded("o1", "lamp", "Lamp", 2, Decimal("9.50"))
chair = OrderItemAdded("o1", "chair", "Chair", 1, Decimal("49.90"))
lamp_removed = OrderItemRemoved("o1", "lamp")
moved_to_work = ShippingAddressChanged("o1", WORK)
paid = PaymentRecorded("o1", "card", Decimal("19.00"), 3)
placed = OrderPlaced("o1", HOME, Decimal("19.00"))
shipped = OrderShipped("o1", "BR123", "Correios")
delivered = OrderDelivered("o1", NOON, "A. Lovelace")
cancelled = OrderCancelled("o1", "changed her mind", "ada")

ONE_OF_EACH = (
    opened,
    lamp,
    lamp_removed,
    moved_to_work,
    paid,
    placed,
    shipped,
    delivered,
    cancelled,
)

draft = (opened, lamp)
on_its_way = (*draft, placed, shipped)
arrived = (*on_its_way, delivered)
called_off = (*draft, placed, cancelled)

order = Spec(orders)
