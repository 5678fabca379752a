"""What is in an order, what was paid, and what does that come to?"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from decimal import Decimal
from typing import Any, ClassVar

from core.deciders import Open, evolved, made
from core.orders.events import OrderItemAdded


@dataclass(frozen=True)
class Item:
    """A product in an order."""

    product_id: str
    product_name: str
    quantity: int
    unit_price: Decimal

    KEY: ClassVar = "product_id"
    DERIVED: ClassVar = {"total": ("quantity", "unit_price")}

    @property
    def total(self) -> Decimal:
        """Quantity times unit price."""
        return self.quantity * self.unit_price


@dataclass(frozen=True)
class Payment:
    """Money paid or promised, and in how many installments."""

    method: str
    amount: Decimal
    installments: int


class Sum:
    """What amounts that come and go add up to: to the digit what adding them in their order gives.

    Without one of them that is a difference only where all have as many decimals, none is negative
    and nothing was rounded. Elsewhere the others have to be added up anew.
    """

    __slots__ = ("_alike", "_count", "value")

    def __init__(self, amounts: Iterable[Decimal]) -> None:
        self.value, self._count, self._alike = Decimal(0), 0, True
        for amount in amounts:
            self.add(amount)

    def add(self, amount: Decimal) -> bool:
        """With one more, the last; False where its place among the others matters."""
        before, self.value = self.value, self.value + amount
        if self._alike:
            alike = not self._count or amount.same_quantum(before)
            self._alike = alike and amount.same_quantum(self.value) and not amount.is_signed()
        self._count += 1
        return self._alike

    def take(self, amount: Decimal) -> bool:
        """Without one of them; False where the sum alone does not tell what is left."""
        if self._alike:
            self._count -= 1
            self.value = self.value - amount if self._count else Decimal(0)
        return self._alike


class Lines(Open):
    """The items of an order while a fold lasts, each found at once.

    `decide` adds a product once; foreign histories repeat it, a line per unit. Lines that agree on
    product and price are one item with a quantity, lines that do not stay apart.
    """

    __slots__ = ("_apart", "_items", "_sum")

    def __init__(self, items: Iterable[Item]) -> None:
        self._items: dict[Any, Item] = {}
        self._apart = False
        """Whether a product stands at a second price; it is kept under (product, price)."""
        self._sum: Sum | None = None
        """What they are worth, kept from when somebody asks."""
        for item in items:
            self._items[self._key(item.product_id, item.unit_price)] = item

    def _key(self, product_id: str, price: Decimal) -> Any:
        known = self._items.get(product_id)
        if known is None or known.unit_price == price:
            return product_id
        self._apart = True
        return product_id, price

    def added(self, event: OrderItemAdded) -> Lines:
        """With one more line."""
        key: Any = event.product_id
        if key in self._items:
            key = self._key(key, event.unit_price)
        known = self._items.get(key)
        if known is not None:
            item = evolved(known, quantity=known.quantity + event.quantity)
            self._without(known)
        else:
            item = made(
                Item,
                product_id=event.product_id,
                product_name=event.product_name,
                quantity=event.quantity,
                unit_price=event.unit_price,
            )
        self._items[key] = item
        if self._sum is not None and not self._sum.add(item.total) and known is not None:
            self._sum = None
        return self

    def without(self, product_id: str) -> Lines:
        """With no line of this product."""
        gone = self._items.pop(product_id, None)
        if self._apart:
            others = {key: one for key, one in self._items.items() if one.product_id != product_id}
            self._items, self._sum = others, None
        elif gone is not None:
            self._without(gone)
        return self

    def _without(self, item: Item) -> None:
        if self._sum is not None and not self._sum.take(item.total):
            self._sum = None

    @property
    def total(self) -> Decimal:
        """What they are worth."""
        if self._sum is None:
            self._sum = Sum(item.total for item in self._items.values())
        return self._sum.value

    def closed(self) -> tuple[Item, ...]:
        return tuple(self._items.values())


class Payments(list[Payment], Open):
    """The payments of an order while a fold lasts."""

    _sum: Sum | None = None

    def added(self, payment: Payment) -> Payments:
        """With one more."""
        self.append(payment)
        if self._sum is not None:
            self._sum.add(payment.amount)
        return self

    @property
    def total(self) -> Decimal:
        """What they come to."""
        if self._sum is None:
            self._sum = Sum(payment.amount for payment in self)
        return self._sum.value

    def closed(self) -> tuple[Payment, ...]:
        return tuple(self)
