"""Does a condition mean what it says, and are all its flips found?"""

from __future__ import annotations

from contextlib import suppress
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from core.conditions import flips, parse_condition
from core.errors import BadCondition
from core.history import timeline
from core.machine import TimeMachine
from core.orders import Order, OrderEvent, OrderItemAdded, orders
from tests.laws.strategies import histories
from tests.orders.facts import (
    arrived,
    cancelled,
    chair,
    draft,
    lamp,
    lamp_removed,
    on_its_way,
    opened,
    paid,
)

ARRIVED = orders.fold([*arrived, paid])


def holds(text: str, order: Order = ARRIVED) -> bool:
    return parse_condition(text, Order).holds(order)


@pytest.mark.parametrize(
    "text",
    [
        'total > 18.99 and status == "delivered"',
        "total == 19 and total == 19.00 and 19 <= total <= 19.0",
        "not (total < 19 or version != 6)",
        'status in ("shipped", "delivered") and status not in ["draft"]',
        '"lamp" in items and "chair" not in items',
        'items.lamp.quantity == 2 and items["lamp"].total == 2 * items.lamp.unit_price',
        "len(items) == len(payments) == 1",
        'payments[1].method == "card" and payments["1"].installments * 2 == 6',
        'shipping_address.city == "São Paulo" and "Paulo" in shipping_address["city"]',
        "cancellation is None and cancellation == None and carrier is not None",
        "items.chair.quantity is None and items.chair.quantity != 2",
        "not items.chair.quantity > 1 and not items.chair.quantity <= 1",
        "not items.chair.quantity + 1 > 0 and -items.chair.quantity == None",
        'delivered_at == "2026-03-02 12:00" and "2026-03-02" < delivered_at < "2026-03-03"',
        'delivered_at == "2026-03-02T09:00-03:00"',
        "total - paid == 0 and paid / total == 1 and total / 3 * 3 == total",
        "total / (paid - 19) == None",
        '(total > 500 and carrier == "DHL") or True',
        'customer_id >= "a" and customer_id < "b"',
        "-total < 0",
    ],
)
def test_what_a_condition_says_is_so(text: str) -> None:
    assert holds(text)
    assert not holds(f"not ({text})")


def test_amounts_are_exact() -> None:
    tenth = OrderItemAdded("o1", "a", "A", 1, Decimal("0.1"))
    fifth = OrderItemAdded("o1", "b", "B", 1, Decimal("0.2"))
    order = orders.fold([tenth, fifth])
    assert holds("total == 0.3 and 0.1 + 0.2 == 0.3", order)
    assert holds("total < 0.3000000000000000000000000000000000001", order)


@pytest.mark.parametrize(
    ("text", "column", "reason"),
    [
        ("totl > 5", 1, "there is no field totl; did you mean total?"),
        ("total > 5 and xyz == 1", 15, "there is no field xyz; there are id, customer_id, status"),
        ('total > "5"', 1, "this is a number and cannot be compared with a text"),
        ('"São" == carrier and total > x', 30, "there is no field x"),
        ('status == "placd"', 11, "it is never 'placd'; it is one of draft, placed"),
        ('status > "draft"', 1, "these have no order"),
        ('delivered_at > "soon"', 16, "'soon' is no time such as 2017-11-24"),
        ("delivered_at > carrier", 16, "this is a text and cannot be compared with a time"),
        ("total", 1, "this is a number and no condition"),
        ("total > 5 and carrier", 15, "this is a text and no condition"),
        ("total = 5", 7, "say == to compare"),
        ("total > 5 && paid > 5", 12, "say and, or"),
        ("total > 5 & paid > 5", 9, "say and, or"),
        ("total >", 8, "this cannot be read"),
        ("(total > 5", 1, "'(' was never closed"),
        ("", 1, "say what is to hold"),
        ("status.value == 1", 1, "a text has no parts, so no value"),
        ("items.lamp.__class__ == 1", 1, "there is no field __class__"),
        ("items == 2", 1, "this is a group and cannot be compared with a number"),
        ("items == payments", 1, "a group cannot be compared"),
        ("items > 2", 1, "this is a group and cannot be compared with a number"),
        ("carrier < None", 1, "only numbers, texts and times"),
        ("2 in items", 1, "only a text can be in there"),
        ('"a" in total', 8, "nothing can be in a number"),
        ("total in (1, 'x')", 14, "this is a text and cannot be compared with a number"),
        ("total + carrier > 1", 9, "only numbers can be computed with"),
        ("len(total) > 1", 5, "which has no length"),
        ("total ** 9 > 1", 1, "a condition is made of"),
        ("total > 0x1F", 9, "write a number plainly"),
        ("total > 1e9999999", 9, "write a number plainly"),
        ("total > 5j", 9, "write a number plainly"),
        ("carrier == b'x'", 12, "write a number plainly"),
        ("carrier == 'a\\n'", 14, "has no meaning here"),
        ("items[total] == 1", 1, "only a field has parts"),
        ("len(items, items) == 1", 1, "a condition is made of"),
        ("open('x') == 1", 1, "a condition is made of"),
        ("(lambda: True)()", 1, "a condition is made of"),
        ("[x for x in items] == 1", 1, "a condition is made of"),
        ("__import__('os').system('true') == 0", 1, "a condition is made of"),
        ("().__class__ is None", 1, "only a field has parts"),
        ("f'{carrier}' == 'x'", 1, "a condition is made of"),
        ("(total := 5) > 1", 2, "a condition is made of"),
        ("total > 5 if True else False", 1, "a condition is made of"),
        ("not " * 30 + "True", 81, "nested more than 20 deep"),
        ("total > " + "(" * 240 + "1" + ")" * 240, 209, "too many nested parentheses"),
        ("total > " + "-" * 400 + "1", 28, "nested more than 20 deep"),
        ("total > 1" + " + 1" * 40, 9, "nested more than 20 deep"),
        ("total > 5 or " * 100, 1, "a condition has at most 500 characters"),
    ],
)
def test_a_mistake_is_explained_at_its_place(text: str, column: int, reason: str) -> None:
    with pytest.raises(BadCondition) as bad:
        parse_condition(text, Order)
    assert reason in bad.value.reason
    assert bad.value.column + 1 == column
    told, shown, caret = str(bad.value).split("\n")
    assert f"at column {column}: " in told
    assert caret.index("^") == bad.value.column + 2
    assert shown.startswith("  ")


@given(st.text(max_size=60) | st.text("total()<>=&|.+-*/'\"[]andorit 0123456789", max_size=60))
def test_any_text_is_a_condition_or_a_mistake(text: str) -> None:
    with suppress(BadCondition):
        assert parse_condition(text, Order).holds(ARRIVED) in (True, False)


def stretches(text: str, *events: OrderEvent) -> list[tuple[int, int | None]]:
    machine = TimeMachine.open("memory:")
    machine.load([("order-o1", event) for event in events])
    found = flips(machine.history("o1"), parse_condition(text, Order))
    return [(one.began.version, one.ended and one.ended.version) for one in found]


def test_a_condition_that_reverses_flips_each_time() -> None:
    # It is false at both ends: whoever looks at the last state first, or halves, finds nothing.
    events = (opened, lamp, lamp_removed, chair, cancelled)
    assert stretches("total > 0 and status != 'cancelled'", *events) == [(2, 3), (4, 5)]


def test_what_holds_to_the_end_is_open() -> None:
    assert stretches("total > 0", *draft) == [(2, None)]
    assert stretches("version > 0", *draft) == [(1, None)]
    assert stretches("total > 99", *on_its_way) == []


CONDITIONS = st.sampled_from(
    [
        "total > 1000",
        'status in ("placed", "cancelled")',
        '"lamp" in items and not "chair" in items',
        "len(items) == 2 or carrier is None",
        "items.lamp.quantity * 2 > len(payments) + version / 3",
    ]
)


@given(histories, CONDITIONS)
def test_the_stretches_are_exactly_the_versions_where_it_holds(
    events: list[OrderEvent], text: str
) -> None:
    machine = TimeMachine.open("memory:")
    machine.load([("order-o1", event) for event in events])
    steps = list(timeline(orders, machine.store.read_stream("order-o1")))
    condition = parse_condition(text, Order)
    told: list[int] = []
    for stretch in flips(steps, condition):
        end = stretch.ended.version if stretch.ended else len(steps) + 1
        told += range(stretch.began.version, end)
    assert told == [step.recorded.version for step in steps if condition.holds(step.state)]
