"""What do Ada and Grace order in two weeks of March? Eleven short orders, scene by scene."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, datetime
from decimal import Decimal

from core.orders.commands import (
    AddItem,
    CancelOrder,
    ChangeShippingAddress,
    CreateOrder,
    DeliverOrder,
    OrderCommand,
    PlaceOrder,
    RecordPayment,
    RemoveItem,
    ShipOrder,
)

ADA, GRACE = "customer:ada", "customer:grace"
LIN, OMAR, MARA = "staff:lin", "staff:omar", "carrier:mara"
FLAT = {"street": "12 Mill Lane", "city": "Leeds", "zip": "LS1 4DY", "country": "UK"}
OFFICE = {"street": "3 Harbour Yard", "city": "Hull", "zip": "HU1 2AB", "country": "UK"}
SISTER = {"street": "8 Abbey Walk", "city": "York", "zip": "YO1 7HH", "country": "UK"}


@dataclass(frozen=True)
class Act:
    """A command at its time; `refused` ones are there to show a rule at work.

    `happened` is set where the shop learned of something only later.
    """

    at: datetime
    command: OrderCommand
    actor: str
    reason: str
    correlation_id: str
    refused: bool = False
    happened: datetime | None = None


def act(
    when: str,
    who: str,
    thread: str,
    command: OrderCommand,
    reason: str,
    refused: bool = False,
    happened: str | None = None,
) -> Act:
    """An act of March 2026; `when` and `happened` read `02 08:00`."""
    known = None if happened is None else march(happened)
    return Act(march(when), command, who, reason, thread, refused, known)


def march(when: str) -> datetime:
    """`02 08:00` of March 2026, UTC."""
    return datetime.strptime(f"2026-03-{when}", "%Y-%m-%d %H:%M").replace(tzinfo=UTC)


def add(order: str, product: str, name: str, price: str, quantity: int = 1) -> AddItem:
    """A product into an order."""
    return AddItem(order, product, name, quantity, Decimal(price))


def pay(order: str, amount: str, method: str = "card", installments: int = 1) -> RecordPayment:
    """Money for an order."""
    return RecordPayment(order, method, Decimal(amount), installments)


def arrive(order: str, when: str, signature: str | None = None) -> DeliverOrder:
    """The parcel at the door; `when` as in `act`."""
    return DeliverOrder(order, march(when), signature)


DESK = (
    act("02 08:00", ADA, "visit-1", CreateOrder("desk", "ada"), "a desk for the new flat"),
    act("02 08:04", ADA, "visit-1", add("desk", "oak-desk", "Oak desk", "349.00"), "the wide one"),
    act("02 08:09", ADA, "visit-1", add("desk", "lamp", "Desk lamp", "39.50", 2), "one per side"),
    act("02 08:15", ADA, "visit-1", RemoveItem("desk", "lamp"), "has one already"),
    act("02 08:17", ADA, "visit-1", add("desk", "mat", "Felt mat", "24.90"), "to spare the oak"),
    act("02 08:21", ADA, "visit-1", PlaceOrder("desk", FLAT), "ready to buy"),
    act("02 08:22", ADA, "visit-1", pay("desk", "373.90", installments=3), "in three parts"),
    act("03 10:40", LIN, "dispatch-1", ShipOrder("desk", "NP-70114", "Northpost"), "packed"),
    act("05 13:05", MARA, "dispatch-1", arrive("desk", "05 13:02", "Ada L."), "at the door"),
)

GIFT = (
    act("02 12:10", GRACE, "visit-2", CreateOrder("gift", "grace"), "a birthday in York"),
    act("02 12:12", GRACE, "visit-2", add("gift", "globe", "Table globe", "58.00"), "her wish"),
    act("02 12:20", GRACE, "visit-2", PlaceOrder("gift", OFFICE), "ready to buy"),
    act("02 12:21", GRACE, "visit-2", pay("gift", "58.00"), "at once"),
    act("02 15:30", OMAR, "case-41", ChangeShippingAddress("gift", SISTER), "straight to York"),
    act("03 11:15", LIN, "dispatch-2", ShipOrder("gift", "NP-70121", "Northpost"), "packed"),
    act("03 16:05", OMAR, "case-44", ChangeShippingAddress("gift", FLAT), "on its way", True),
    act("06 09:50", MARA, "dispatch-2", arrive("gift", "06 09:45"), "left with a neighbour"),
)

SOFA = (
    act("03 20:15", ADA, "visit-3", CreateOrder("sofa", "ada"), "just looking"),
    act("03 20:19", ADA, "visit-3", add("sofa", "sofa-2", "Two-seat sofa", "799.00"), "blue"),
    act("03 20:24", ADA, "visit-3", add("sofa", "throw", "Wool throw", "64.00"), "goes with it"),
)

CHAIR = (
    act("04 09:05", GRACE, "visit-4", CreateOrder("chair", "grace"), "a chair for the office"),
    act("04 09:08", GRACE, "visit-4", add("chair", "chair", "Task chair", "219.00", 2), "a pair"),
    act("04 09:12", GRACE, "visit-4", PlaceOrder("chair", OFFICE), "ready to buy"),
    act("04 14:40", OMAR, "case-47", CancelOrder("chair", "found in stock", "grace"), "by phone"),
    act("04 14:44", OMAR, "case-47", CancelOrder("chair", "found in stock", "grace"), "by mail"),
)

KETTLE = (
    act("04 18:30", ADA, "visit-5", CreateOrder("kettle", "ada"), "the old one leaks"),
    act("04 18:31", ADA, "visit-5", add("kettle", "kettle", "Steel kettle", "45.00"), "1.7 litres"),
    act("04 18:35", ADA, "visit-5", PlaceOrder("kettle", FLAT), "ready to buy"),
    act("04 18:37", ADA, "visit-5", add("kettle", "tea", "Tin of tea", "9.80"), "too late", True),
    act("04 18:38", ADA, "visit-5", pay("kettle", "45.00", "wallet"), "at once"),
    act("05 10:10", LIN, "dispatch-3", ShipOrder("kettle", "NP-70138", "Northpost"), "packed"),
    act(
        "09 12:05",
        MARA,
        "dispatch-3",
        arrive("kettle", "07 11:31", "A. Lovelace"),
        "the driver's list came in late",
        happened="07 11:35",
    ),
)

BOOKS = (
    act("05 07:45", GRACE, "visit-6", CreateOrder("books", "grace"), "for the reading circle"),
    act("05 07:47", GRACE, "visit-6", add("books", "atlas", "Sea atlas", "42.00", 3), "three"),
    act("05 07:52", GRACE, "visit-6", add("books", "novel", "Island novel", "11.50", 3), "three"),
    act("05 07:58", GRACE, "visit-6", PlaceOrder("books", OFFICE), "ready to buy"),
    act("05 07:59", GRACE, "visit-6", pay("books", "50.00", "voucher"), "from the circle"),
    act("05 08:01", GRACE, "visit-6", pay("books", "110.50", installments=2), "the rest"),
    act("06 10:25", LIN, "dispatch-4", ShipOrder("books", "NP-70152", "Northpost"), "packed"),
    act("09 12:20", MARA, "dispatch-4", arrive("books", "09 12:16", "front desk"), "at the office"),
)

HEADSET = (
    act("06 13:00", ADA, "visit-7", CreateOrder("headset", "ada"), "calls from home"),
    act("06 13:03", ADA, "visit-7", add("headset", "headset", "Headset", "89.00"), "wireless"),
    act("06 13:06", ADA, "visit-7", PlaceOrder("headset", FLAT), "ready to buy"),
    act("06 13:07", ADA, "visit-7", pay("headset", "89.00"), "at once"),
    act("07 09:20", LIN, "dispatch-5", ShipOrder("headset", "NP-70160", "Northpost"), "packed"),
    act("07 15:10", OMAR, "case-52", CancelOrder("headset", "too dear", "ada"), "too late", True),
    act("10 10:55", MARA, "dispatch-5", arrive("headset", "10 10:52", "Ada L."), "at the door"),
)

PLANT = (
    act("09 17:25", GRACE, "visit-8", CreateOrder("plant", "grace"), "green for the window"),
    act("09 17:26", GRACE, "visit-8", PlaceOrder("plant", OFFICE), "too early", True),
    act("09 17:28", GRACE, "visit-8", add("plant", "fern", "Potted fern", "18.50", 4), "a row"),
    act("09 17:33", GRACE, "visit-8", PlaceOrder("plant", OFFICE), "ready to buy"),
    act("09 17:34", GRACE, "visit-8", pay("plant", "74.00"), "at once"),
    act("10 11:45", LIN, "dispatch-6", ShipOrder("plant", "GL-3301", "Greenline"), "upright"),
    act("11 08:40", MARA, "dispatch-6", arrive("plant", "11 08:37", "G. Hopper"), "at the office"),
)

RUG = (
    act("10 19:10", ADA, "visit-9", CreateOrder("rug", "ada"), "for the hall"),
    act("10 19:14", ADA, "visit-9", add("rug", "runner", "Hall runner", "129.00"), "the long one"),
    act("11 07:30", ADA, "visit-10", CancelOrder("rug", "measured again", "ada"), "too wide"),
    act("11 07:32", ADA, "visit-10", pay("rug", "129.00"), "by mistake", True),
)

COFFEE = (
    act("11 14:05", GRACE, "visit-11", CreateOrder("coffee", "grace"), "the kitchen is out"),
    act("11 14:07", GRACE, "visit-11", add("coffee", "beans", "Coffee beans", "14.20", 12), "1 kg"),
    act("11 14:09", GRACE, "visit-11", add("coffee", "milk", "Oat milk", "2.10", 24), "a crate"),
    act("11 14:16", GRACE, "visit-11", RemoveItem("coffee", "milk"), "cheaper next door"),
    act("11 14:18", GRACE, "visit-11", PlaceOrder("coffee", OFFICE), "ready to buy"),
    act("11 14:19", GRACE, "visit-11", pay("coffee", "170.40", "invoice"), "30 days"),
    act("12 10:35", LIN, "dispatch-7", ShipOrder("coffee", "NP-70188", "Northpost"), "packed"),
)

MONITOR = (
    act("13 12:40", ADA, "visit-12", CreateOrder("monitor", "ada"), "a second screen"),
    act("13 12:44", ADA, "visit-12", add("monitor", "screen", "27-inch screen", "289.00"), "matte"),
    act("13 12:49", ADA, "visit-12", add("monitor", "arm", "Screen arm", "74.00"), "to lift it"),
    act("13 12:55", ADA, "visit-12", PlaceOrder("monitor", FLAT), "ready to buy"),
    act("13 12:56", ADA, "visit-12", pay("monitor", "363.00", installments=6), "in six parts"),
)

SCENES = (
    *DESK,
    *GIFT,
    *SOFA,
    *CHAIR,
    *KETTLE,
    *BOOKS,
    *HEADSET,
    *PLANT,
    *RUG,
    *COFFEE,
    *MONITOR,
)
