"""Does every order of the shipped sample stand as its events say?"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator

import pytest

from core import reports, serving
from core.errors import NoSuchVersion
from core.events import Event
from core.importers.olist import read
from core.machine import TimeMachine
from core.moments import AtPosition
from core.orders import orders
from core.terminal import order_at
from tests.cli.conftest import Ask


@pytest.fixture(scope="module")
def sample() -> dict[str, list[Event]]:
    """The events of each order of the shipped sample."""
    streams = defaultdict(list)
    for stream, event in read(serving.SAMPLE):
        streams[stream].append(event)
    return streams


@pytest.fixture(scope="module")
def sample_machine(
    sample: dict[str, list[Event]], tmp_path_factory: pytest.TempPathFactory
) -> Iterator[TimeMachine]:
    """The shipped sample in a store, without read models."""
    machine = TimeMachine.open(f"sqlite:///{tmp_path_factory.mktemp('sample')}/orders.db")
    machine.load(read(serving.SAMPLE))
    yield machine
    machine.close()


def test_every_order_of_the_sample_at_v3_is_the_fold_of_its_first_three_events(
    sample: dict[str, list[Event]], sample_machine: TimeMachine
):
    assert len(sample) == 7084
    for stream, events in sample.items():
        order_id = stream.removeprefix("order-")
        if len(events) < 3:
            with pytest.raises(NoSuchVersion):
                order_at(sample_machine, order_id, "v3", "UTC")
            continue
        _, moment, position, version = order_at(sample_machine, order_id, "v3", "UTC")
        state = sample_machine.order(order_id, AtPosition(position))
        shown = reports.shown_json(state, position, moment)
        assert version == 3
        folded = orders.fold(events[:3])
        assert shown["state"] == reports.order_json(folded)


def test_the_command_itself_shows_an_order_of_the_sample_at_v3(
    ask: Ask, sample: dict[str, list[Event]], sample_machine: TimeMachine
):
    for stream in list(sample)[::700]:
        said = ask("show", stream, "--at", "v3", "--store", sample_machine.store.url, "--json")
        assert said.json["state"] == reports.order_json(orders.fold(sample[stream][:3]))
