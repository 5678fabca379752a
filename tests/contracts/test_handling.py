"""What becomes of a command? Loaded, decided, appended, projected; for every store there is."""

from __future__ import annotations

from datetime import datetime
from decimal import Decimal

import pytest

from core.digests import verify
from core.errors import CommandRefused, EventscopeError, InvalidEvent
from core.machine import TimeMachine
from core.moments import AtPosition
from core.orders import (
    AddItem,
    CancelOrder,
    ChangeShippingAddress,
    CreateOrder,
    DeliverOrder,
    OrderCancelled,
    OrderCommand,
    OrderEvent,
    PlaceOrder,
    RecordPayment,
    ShippingAddressChanged,
    orders,
)
from core.orders.views.order_details import ORDERS
from core.stores import EventStore
from tests.orders.facts import HOME, NOON, lamp, opened, placed

Facts = list[OrderEvent]

create = CreateOrder("o1", "ada")
add_lamp = AddItem("o1", "lamp", "Lamp", 2, Decimal("9.50"))


@pytest.fixture
def machine(store: EventStore) -> TimeMachine:
    """A time machine over an empty log."""
    return TimeMachine(store)


def test_a_command_becomes_recorded_events(machine: TimeMachine) -> None:
    machine.handle(create)
    machine.handle(add_lamp)
    [recorded] = machine.handle(PlaceOrder("o1", HOME))
    assert (recorded.position, recorded.stream, recorded.version) == (3, "order-o1", 3)
    assert [one.event for one in machine.store.read_all()] == [opened, lamp, placed]
    assert machine.order("o1") == orders.fold([opened, lamp, placed])


def test_a_command_tells_who_asked_why_and_when(machine: TimeMachine) -> None:
    [recorded] = machine.handle(
        create, at=NOON, actor="ada", reason="a gift", correlation_id="c1", source="shop"
    )
    told = {"actor": "ada", "reason": "a gift", "correlation_id": "c1", "source": "shop"}
    assert (recorded.event.metadata, recorded.event.occurred_at) == (told, NOON)


def test_a_refused_command_writes_nothing(machine: TimeMachine) -> None:
    machine.handle(create)
    with pytest.raises(CommandRefused, match="Cannot place an empty order"):
        machine.handle(PlaceOrder("o1", HOME))
    assert machine.store.head().position == 1


def test_a_command_that_changes_nothing_writes_nothing(machine: TimeMachine) -> None:
    machine.handle(create)
    machine.handle(CancelOrder("o1", "no", "ada"))
    assert machine.handle(CancelOrder("o1", "still no", "ada")) == []
    assert machine.store.head().position == 2


def test_the_read_models_follow_at_once(machine: TimeMachine) -> None:
    machine.handle(create)
    machine.handle(add_lamp)
    [row] = machine.rows(ORDERS)
    assert (row.status, row.total, row.version) == ("draft", Decimal("19.00"), 2)
    [before] = machine.rows(ORDERS, AtPosition(1))
    assert (before.items, before.version) == (0, 1)


def test_a_refusal_is_not_believed_of_a_state_that_somebody_else_has_changed(
    machine: TimeMachine,
) -> None:
    machine.handle(create)
    machine.store.append("order-o1", [lamp], 1)
    [recorded] = machine.handle(PlaceOrder("o1", HOME))  # of the order in hand, that was empty
    assert recorded.version == 3


def test_nothing_to_do_is_not_believed_of_a_state_that_somebody_else_has_changed(
    machine: TimeMachine,
) -> None:
    machine.handle(create)
    machine.handle(ChangeShippingAddress("o1", HOME))
    assert machine.handle(ChangeShippingAddress("o1", HOME)) == []
    machine.handle(ChangeShippingAddress("o1", HOME | {"city": "Leith"}))
    machine.store.append("order-o1", [ShippingAddressChanged("o1", {"city": "Rome"})], 3)
    [recorded] = machine.handle(ChangeShippingAddress("o1", HOME | {"city": "Leith"}))
    assert recorded.version == 5


def test_what_was_decided_on_a_state_that_somebody_else_has_changed_is_decided_again(
    machine: TimeMachine,
) -> None:
    machine.handle(create)
    machine.handle(add_lamp)
    machine.store.append("order-o1", [OrderCancelled("o1", "no", "grace")], 2)
    with pytest.raises(CommandRefused, match="Cannot modify cancelled order"):
        machine.handle(PlaceOrder("o1", HOME))
    assert machine.store.head().position == 3


def test_states_in_hand_give_way_to_others(
    machine: TimeMachine, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("core.handler.IN_HAND", 2)
    names = ["o1", "o2", "o3"]
    for name in names:
        machine.handle(CreateOrder(name, "ada"))
    assert len(machine._handler._in_hand) == 1
    for name in names:
        machine.handle(AddItem(name, "lamp", "Lamp", 2, Decimal("9.50")))
    assert [machine.order(name).version for name in names] == [2, 2, 2]


ABSURD: list[OrderCommand] = [
    AddItem("o1", "lamp", "Lamp", 2**63, Decimal("9.50")),
    AddItem("o1", "lamp", "Lamp", 10**40, Decimal("9.50")),
    AddItem("o1", "lamp", "Lamp", 20, Decimal("9E+999999")),
    AddItem("o1", "lamp", "Lamp", 1, Decimal("NaN")),
    AddItem("o1", "lamp", "Lamp", 1, Decimal("sNaN")),
    AddItem("o1", "lamp", "Lamp", 1, Decimal("Infinity")),
    AddItem("o1", "lamp", "\ud800", 1, Decimal("9.50")),
    AddItem("o1", "l\0mp", "Lamp", 1, Decimal("9.50")),
    RecordPayment("o1", "card", Decimal("NaN")),
    RecordPayment("o1", "card", Decimal("9E+999999")),
    RecordPayment("o1", "card", Decimal("1.00"), 2**63),
    CreateOrder("o\n2", "ada"),
    CreateOrder("", "ada"),
    DeliverOrder("o1", datetime(2026, 1, 1)),
]


@pytest.mark.parametrize("command", ABSURD, ids=range(len(ABSURD)))
def test_nothing_absurd_gets_in_to_spoil_what_comes_after(
    machine: TimeMachine, command: OrderCommand
) -> None:
    machine.handle(create)
    for _ in range(2):
        try:
            machine.handle(command)
        except EventscopeError:
            continue
    machine.handle(CreateOrder("o2", "grace"))
    machine.handle(AddItem("o2", "lamp", "Lamp", 1, Decimal("9.50")))
    machine.rebuild()
    assert "o2" in {row.order_id for row in machine.rows(ORDERS)}
    assert verify(machine.store.rows()).events >= 3


def test_a_time_without_a_zone_is_refused(machine: TimeMachine) -> None:
    with pytest.raises(InvalidEvent, match="has no time zone"):
        machine.handle(create, at=datetime(2026, 1, 1))
    assert machine.store.head().position == 0


def test_a_time_that_is_no_time_in_utc_is_refused(machine: TimeMachine) -> None:
    with pytest.raises(InvalidEvent):
        machine.handle(create, at=datetime.fromisoformat("0001-01-01T00:00:00+14:00"))
    assert machine.store.head().position == 0
