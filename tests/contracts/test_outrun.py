"""What becomes of a command when somebody else is faster? It is decided again, on what is new."""

from __future__ import annotations

from dataclasses import replace
from uuid import uuid4

import pytest

from core.errors import CommandRefused, VersionConflict
from core.events import Recorded
from core.machine import TimeMachine
from core.orders import ChangeShippingAddress, ShippingAddressChanged
from tests.contracts.test_handling import Facts, add_lamp, create
from tests.contracts.test_handling import machine as machine
from tests.orders.facts import HOME, lamp


def outrun(machine: TimeMachine, monkeypatch: pytest.MonkeyPatch, batches: list[Facts]) -> None:
    """Let somebody else be faster with each of these batches, between load and append."""
    append, faster = machine.store.append, iter(batches)

    def slow(stream: str, events: Facts, expected_version: int) -> list[Recorded]:
        if batch := next(faster, []):
            append(stream, batch, machine.store.version_at(stream))
        return append(stream, events, expected_version)

    monkeypatch.setattr(machine.store, "append", slow)


def other_lamps(count: int) -> list[Facts]:
    """So many batches of one lamp each, no two the same."""
    return [[replace(lamp, product_id=f"p{n}", event_id=uuid4())] for n in range(count)]


@pytest.mark.parametrize("times", [1, 4])
def test_a_command_that_was_outrun_is_decided_again(
    machine: TimeMachine, monkeypatch: pytest.MonkeyPatch, times: int
) -> None:
    machine.handle(create)
    outrun(machine, monkeypatch, other_lamps(times))
    [recorded] = machine.handle(add_lamp)
    assert recorded.version == times + 2


def test_whoever_was_outrun_reads_on_from_what_is_known(machine: TimeMachine) -> None:
    machine.handle(create)
    known = machine.rebuilt("o1", 1)
    for batch in other_lamps(3):
        machine.store.append("order-o1", batch, machine.store.version_at("order-o1"))
    known = replace(known, state=replace(known.state, id="known"))
    with machine.repository.queued("order-o1", known) as (ahead, behind_others):
        assert not behind_others
    assert ahead.state == replace(machine.order("o1"), id="known")  # nothing was folded twice
    assert (ahead.version, ahead.snapshot_version, ahead.folded) == (4, 0, 4)


def test_a_command_that_is_outrun_again_and_again_gives_up_and_says_so(
    machine: TimeMachine, monkeypatch: pytest.MonkeyPatch
) -> None:
    machine.handle(create)
    outrun(machine, monkeypatch, other_lamps(99))
    with pytest.raises(VersionConflict):
        machine.handle(add_lamp)
    assert lamp not in [one.event for one in machine.store.read_all()]


def test_a_command_that_became_wrong_meanwhile_is_refused(
    machine: TimeMachine, monkeypatch: pytest.MonkeyPatch
) -> None:
    machine.handle(create)
    outrun(machine, monkeypatch, [[lamp]])
    with pytest.raises(CommandRefused, match="Lamp is in the order already"):
        machine.handle(add_lamp)


def test_of_an_order_that_others_change_as_well_it_is_asked_first_what_is_new(
    machine: TimeMachine, monkeypatch: pytest.MonkeyPatch
) -> None:
    machine.handle(create)
    append, asked = machine.store.append, list[int]()

    def counted(stream: str, events: Facts, expected_version: int) -> list[Recorded]:
        asked.append(expected_version)
        return append(stream, events, expected_version)

    monkeypatch.setattr(machine.store, "append", counted)
    for number in range(3):
        last = machine.store.version_at("order-o1")
        append("order-o1", [ShippingAddressChanged("o1", {"city": "Rome"})], last)
        machine.handle(ChangeShippingAddress("o1", HOME | {"city": f"Leith {number}"}))
    assert asked == [1, 2, 4, 6]  # the first time it was found out by a conflict


def test_whoever_is_outrun_though_it_queued_tries_again_at_an_instant_of_its_own(
    machine: TimeMachine, monkeypatch: pytest.MonkeyPatch
) -> None:
    machine.handle(create)
    pauses: list[float] = []
    monkeypatch.setattr("core.handler.sleep", pauses.append)
    outrun(machine, monkeypatch, other_lamps(3))
    machine.handle(add_lamp)
    assert len(pauses) == 2  # the first time it had not queued
