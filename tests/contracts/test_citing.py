"""Does a citation vouch for a moment: the same, or what differs?"""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta

import pytest
from hypothesis import given

from core.citing import Citation, Discrepancy, check_citation, cite, parse_citation
from core.errors import BadCitation
from core.machine import TimeMachine
from core.orders import OrderEvent, orders
from core.stores import EventStore, open_store
from tests.conftest import CODEC
from tests.laws.strategies import histories
from tests.orders.facts import NOON, lamp, opened, paid, placed, shipped


@pytest.fixture
def told(store: EventStore) -> TimeMachine:
    machine = TimeMachine(store)
    facts = [opened, lamp, paid, placed]
    timed = [replace(e, occurred_at=NOON + timedelta(hours=n)) for n, e in enumerate(facts)]
    machine.load([("order-o1", event) for event in timed])
    return machine


def test_a_cited_moment_is_the_same_while_nothing_was_altered(told: TimeMachine) -> None:
    citation = cite(told.store, 3, orders, "o1")
    told.load([("order-o1", replace(shipped, occurred_at=NOON + timedelta(days=1)))])
    assert check_citation(told.store, citation, orders, "o1").same
    assert citation.version == 3


def test_a_citation_is_read_back_as_it_was_written(told: TimeMachine) -> None:
    for key, position in (("o1", 4), (None, 2), (None, 0)):
        citation = cite(told.store, position, orders, key)
        assert parse_citation(str(citation)) == citation


def test_a_citation_of_another_log_differs_and_says_in_what(told: TimeMachine) -> None:
    other = TimeMachine(open_store("memory:", CODEC))
    other.load([("order-o1", replace(opened, occurred_at=NOON)), ("order-o2", opened)])
    citation = cite(other.store, 1, orders, "o1")
    wrong = replace(citation, seal="00" * 32, state="11" * 32, version=2)
    found = check_citation(told.store, wrong, orders, "o1")
    assert [one.what for one in found.discrepancies] == ["seal", "version", "state"]
    assert found.discrepancies[1] == Discrepancy("version", "2", "1")


def test_a_position_the_log_has_not_reached_is_said_to_be_missing(told: TimeMachine) -> None:
    found = check_citation(told.store, Citation(99, "00" * 32), orders)
    assert [(one.what, one.found) for one in found.discrepancies] == [
        ("position", "the log ends at 4")
    ]


def test_states_of_another_shape_are_not_compared(told: TimeMachine) -> None:
    citation = replace(cite(told.store, 4, orders, "o1"), shape="0" * 16, state="11" * 32)
    found = check_citation(told.store, citation, orders, "o1")
    assert [one.what for one in found.discrepancies] == ["shape"]


@pytest.mark.parametrize("text", ["", "3", "3.abc", "-3." + "0" * 64, "3." + "0" * 64 + ".v2"])
def test_text_that_is_no_citation_is_refused(text: str) -> None:
    with pytest.raises(BadCitation, match="is no citation"):
        parse_citation(text)


@given(histories)
def test_every_moment_of_a_history_can_be_cited_and_found_again(history: list[OrderEvent]) -> None:
    machine = TimeMachine(open_store("memory:", CODEC))
    machine.load([("order-o1", event) for event in history])
    for position in range(len(history) + 1):
        citation = parse_citation(str(cite(machine.store, position, orders, "o1")))
        assert check_citation(machine.store, citation, orders, "o1").same
