"""Does a store that two have open behave like a list? Any steps, in any order."""

from __future__ import annotations

import tempfile
from dataclasses import replace
from decimal import Decimal
from pathlib import Path
from typing import Any
from uuid import uuid4

from hypothesis import settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, invariant, precondition, rule

from core.digests import verify
from core.errors import InvalidEvent, VersionConflict
from core.events import Event, Recorded
from core.stores import EventStore, open_store
from tests.conftest import CODEC, DURABLE
from tests.laws.strategies import ORDER_IDS, events
from tests.orders.facts import paid

streams = st.sampled_from([f"order-{order_id}" for order_id in ORDER_IDS])
batches = st.lists(events, min_size=1, max_size=4)
doors = st.integers(0, 1)
Place = tuple[int, str, int, Event]


def place(recorded: Recorded) -> Place:
    """Where an event stands, and what it says."""
    return recorded.position, recorded.stream, recorded.version, recorded.event


class TwoDoors(RuleBasedStateMachine):
    """One log, opened twice, beside the list it should be."""

    backend = "sqlite"

    def __init__(self) -> None:
        super().__init__()
        self.folder = tempfile.TemporaryDirectory()
        self.url = DURABLE[self.backend](Path(self.folder.name))
        self.doors = [self.open(), self.open()]
        self.log: list[Place] = []
        self.last: dict[str, Any] = {}
        self.read: list[Place] = []

    def open(self) -> EventStore:
        """Another pair of eyes on the same log."""
        return open_store(self.url, CODEC)

    def version(self, stream: str) -> int:
        """The version of a stream in the list."""
        return sum(one[1] == stream for one in self.log)

    def expect(self, stream: str, batch: list[Event]) -> list[Place]:
        """Put a batch on the list."""
        start, version = len(self.log) + 1, self.version(stream) + 1
        added = [(start + n, stream, version + n, event) for n, event in enumerate(batch)]
        self.log += added
        return added

    @rule(door=doors, stream=streams, batch=batches)
    def append(self, door: int, stream: str, batch: list[Event]) -> None:
        expected = self.version(stream)
        recorded = self.doors[door].append(stream, batch, expected)
        self.last = {"stream": stream, "batch": batch, "expected": expected, "recorded": recorded}
        assert [place(one) for one in recorded] == self.expect(stream, batch)

    @rule(door=doors, stream=streams, batch=batches, off=st.sampled_from([-2, -1, 1, 2, 50]))
    def append_too_early_or_too_late(
        self, door: int, stream: str, batch: list[Event], off: int
    ) -> None:
        try:
            self.doors[door].append(stream, batch, self.version(stream) + off)
        except VersionConflict as conflict:
            self.told = conflict.actual
        assert self.told == self.version(stream)

    @rule(door=doors, stream=streams, batch=batches)
    def append_what_cannot_be_kept(self, door: int, stream: str, batch: list[Event]) -> None:
        bad = replace(paid, event_id=uuid4(), amount=Decimal("NaN"))
        try:
            self.doors[door].append(stream, [*batch, bad], self.version(stream))
        except InvalidEvent as refused:
            self.refused = refused
        assert self.refused.event is bad

    @precondition(lambda self: self.last)
    @rule(door=doors)
    def append_the_last_once_more(self, door: int) -> None:
        last = self.last
        again = self.doors[door].append(last["stream"], last["batch"], last["expected"])
        assert again == last["recorded"]

    @rule(door=doors, entries=st.lists(st.tuples(streams, events), max_size=5), twice=st.booleans())
    def load(self, door: int, entries: list[tuple[str, Event]], twice: bool) -> None:
        known = self.doors[door].load(entries + entries if twice else entries)
        assert known == len(entries)
        for stream, event in entries:
            self.expect(stream, [event])

    @rule(door=doors)
    def reopen(self, door: int) -> None:
        self.doors[door].close()
        self.doors[door] = self.open()

    @rule(door=doors, count=st.integers(1, 6), page=st.integers(1, 3))
    def follow(self, door: int, count: int, page: int) -> None:
        reader = self.doors[door].read_all(len(self.read) + 1, batch_size=page)
        self.read += [place(one) for one, _ in zip(reader, range(count), strict=False)]

    @invariant()
    def both_doors_show_the_list(self) -> None:
        for door in self.doors:
            assert [place(one) for one in door.read_all()] == self.log
            assert door.head().position == len(self.log)
        assert self.read == self.log[: len(self.read)]

    @invariant()
    def every_stream_is_its_part_of_the_list(self) -> None:
        for stream in {one[1] for one in self.log}:
            part = [one for one in self.log if one[1] == stream]
            assert [place(one) for one in self.doors[0].read_stream(stream)] == part
            assert self.doors[1].version_at(stream) == len(part)

    @invariant()
    def the_log_holds(self) -> None:
        assert verify(self.doors[0].rows()).events == len(self.log)

    def teardown(self) -> None:
        for door in self.doors:
            door.close()
        self.folder.cleanup()


TestTwoDoors = TwoDoors.TestCase
TestTwoDoors.settings = settings(max_examples=25, stateful_step_count=20)


class TwoDoorsOnAServer(TwoDoors):
    """The same log on a server, where the two doors are two of its many."""

    backend = "postgres"


TestTwoDoorsOnAServer = TwoDoorsOnAServer.TestCase
TestTwoDoorsOnAServer.settings = settings(max_examples=6, stateful_step_count=12)
