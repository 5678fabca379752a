"""Does SQL see the moment it is asked about, all of it, and nothing else?"""

from __future__ import annotations

from collections import Counter
from pathlib import Path
from random import Random

import pytest

from core import AtPosition, TimeMachine
from core.errors import BadQuery
from core.orders import Order, orders
from core.stores.sandbox import Limits

KNOWN = ("orders", "customers", "event_volume", "status_figures", "stays", "breaches")


def replayed(machine: TimeMachine, position: int) -> dict[str, Order]:
    states: dict[str, Order] = {}
    for one in machine.store.read_all(to_position=position):
        before = states.get(one.stream, orders.initial)
        states[one.stream] = orders.evolve(before, one.event)  # type: ignore[arg-type]
    return states


POSITIONS = [0, 1, *Random(8).sample(range(2, 364), 5), 364]


@pytest.mark.parametrize("position", POSITIONS)
def test_a_query_sees_what_a_replay_to_the_moment_sees(told: TimeMachine, position: int) -> None:
    states = replayed(told, position)
    asked = "SELECT order_id, status, total, version FROM orders ORDER BY order_id"
    rows = told.ask(asked, AtPosition(position)).rows
    standing = sorted((s.id, s.status.value, float(s.total), s.version) for s in states.values())
    assert rows == standing
    counted = told.ask("SELECT status, count(*) FROM orders GROUP BY 1", AtPosition(position))
    assert dict(counted.rows) == Counter(state.status.value for state in states.values())
    assert told.ask("SELECT count(*) FROM events", AtPosition(position)).rows == [(position,)]


def test_amounts_are_numbers_and_times_are_what_date_functions_read(told: TimeMachine) -> None:
    asked = "SELECT count(*) FROM orders WHERE total > 100 AND total < 1000"
    expected = [one for one in replayed(told, 364).values() if 100 < one.total < 1000]
    assert told.ask(asked).rows == [(len(expected),)]
    [(month, day)] = told.ask(
        "SELECT strftime('%Y-%m', placed_at), date(placed_at) FROM orders WHERE order_id = 'desk'"
    ).rows
    assert (month, day) == ("2026-03", "2026-03-02")
    [(occurred, recorded)] = told.ask(
        "SELECT occurred_at, recorded_at FROM events"
        " WHERE order_id = 'kettle' AND type = 'OrderDelivered'"
    ).rows
    assert occurred == "2026-03-07 11:35:00.000000"
    assert recorded > "2026-03-09 11:"


def test_a_history_tells_from_when_to_when_each_row_held(told: TimeMachine) -> None:
    rows = told.ask(
        "SELECT status, from_position, to_position, from_time, to_time FROM orders_history"
        " WHERE order_id = 'gift' ORDER BY from_position"
    ).rows
    recorded = list(told.store.read_stream("order-gift"))
    assert [row[1] for row in rows] == [one.position for one in recorded]
    assert [row[2] for row in rows] == [*[one.position for one in recorded[1:]], None]
    assert (rows[0][0], rows[-1][0], rows[-1][4]) == ("draft", "delivered", None)
    assert rows[0][3] == "2026-03-02 12:10:00.000000"
    assert rows[0][4] == rows[1][3]


def test_a_history_of_the_past_does_not_know_what_ended_later(told: TimeMachine) -> None:
    second = list(told.store.read_stream("order-gift"))[1]
    asked = "SELECT to_position FROM orders_history WHERE order_id = 'gift' ORDER BY from_position"
    assert told.ask(asked, AtPosition(second.position)).rows == [(second.position,), (None,)]


def test_every_read_model_can_be_asked_at_a_moment_and_through_time(told: TimeMachine) -> None:
    for name in KNOWN:
        for table in (name, f"{name}_history"):
            assert told.ask(f"SELECT * FROM {table} LIMIT 1", AtPosition(200)).columns


@pytest.mark.parametrize(
    ("sql", "sentence"),
    [
        ("SELECT * FROM oders", "there is no table oders; there are breaches"),
        ("SELECT totl FROM orders", "there is no column totl"),
        ("SELECT status\nFORM orders", "line 2"),
        ("SELECT 1; SELECT 2", "ask one SELECT at a time"),
        ("", "ask with a SELECT"),
        ("-- nothing\n", "ask with a SELECT"),
        ("SELECT sum(total) FROM orders WHERE", "incomplete input"),
        ("SELECT ?", "variable"),
    ],
)
def test_a_mistake_is_explained_in_a_sentence(told: TimeMachine, sql: str, sentence: str) -> None:
    with pytest.raises(BadQuery, match=sentence):
        told.ask(sql)


def test_an_answer_is_cut_where_it_grows_beyond_its_limits(told: TimeMachine) -> None:
    everything = "SELECT * FROM events"
    cut = told.ask(everything, limits=Limits(rows=10))
    assert (len(cut.rows), cut.cut) == (10, True)
    assert not told.ask(everything, limits=Limits(rows=364)).cut
    assert told.ask(everything, limits=Limits(bytes=5_000)).cut


def test_a_query_may_count_by_a_calendar_and_read_what_is_inside_json(told: TimeMachine) -> None:
    days = told.ask(
        "WITH RECURSIVE day(d) AS (SELECT date('2026-03-02') UNION ALL SELECT date(d, '+1 day')"
        " FROM day WHERE d < '2026-03-05') SELECT d, (SELECT count(*) FROM events"
        " WHERE date(recorded_at) = d) FROM day"
    )
    assert [day for day, _ in days.rows] == [f"2026-03-0{n}" for n in (2, 3, 4, 5)]
    products = told.ask(
        "SELECT DISTINCT data ->> '$.product_name' FROM events WHERE type = 'OrderItemAdded'"
        " AND order_id = 'desk' ORDER BY 1"
    )
    assert products.rows == [("Desk lamp",), ("Felt mat",), ("Oak desk",)]


def test_tables_that_were_never_made_are_a_sentence(tmp_path: Path) -> None:
    machine = TimeMachine.open(f"sqlite:///{tmp_path}/log.db")
    for sql in ("SELECT * FROM orders", "SELECT count(*) FROM orders_history"):
        with pytest.raises(BadQuery, match="`eventscope project` makes them"):
            machine.ask(sql)
    machine.close()
