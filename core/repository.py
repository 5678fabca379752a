"""What was the state at a moment? Snapshot, tail, fold; and remember every 50th version."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime
from itertools import chain
from typing import Any, Generic, TypeVar

from core.codec import decode_state, encode_state, fingerprint
from core.deciders import Decider
from core.errors import StreamNotFound
from core.events import Event, Recorded
from core.moments import Moment, Now
from core.stores import EventStore, StoredSnapshot
from core.stores.turns import Pages

C = TypeVar("C")
S = TypeVar("S")
E = TypeVar("E", bound=Event)

SNAPSHOT_EVERY = 50

Progress = Callable[[int, int], None]
"""Called with (events done, events in all)."""


@dataclass(frozen=True)
class Rebuilt(Generic[S]):
    """A state, and how it was reached: the snapshot it began with and the events folded after."""

    state: S
    version: int
    snapshot_version: int
    folded: int


@dataclass(frozen=True)
class Belief(Generic[S]):
    """What was known about a time in the world, and what was known but had not occurred by then."""

    state: S
    counted: tuple[Recorded, ...]
    left_out: tuple[Recorded, ...]


class Repository(Generic[C, S, E]):
    """The states of one kind of stream, at any moment."""

    def __init__(
        self, store: EventStore, decider: Decider[C, S, E], snapshots: bool = True
    ) -> None:
        self.store = store
        self.decider = decider
        self._snapshots = snapshots
        self._kind = type(decider.initial)
        self._fingerprint = fingerprint(self._kind)

    def get(self, key: str, at: Moment | None = None) -> S:
        """The state at a moment (default: now). Raises `StreamNotFound` if it had not begun."""
        moment = Now() if at is None else at
        stream = self.decider.stream(key)
        position = None
        if not isinstance(moment, Now):
            position = self.store.position_at(moment, stream)
        rebuilt = self.rebuild(stream, position)
        if rebuilt.version == 0:
            raise StreamNotFound(stream, str(moment))
        return rebuilt.state

    def states(self, key: str) -> Iterator[S]:
        """Each state there ever was, oldest first, folded once. `StreamNotFound` if there is none.

        For what led from one to the next, see `history.timeline`.
        """
        stream = self.decider.stream(key)
        facts: Iterator[Any] = chain.from_iterable(self.store.facts(stream))
        first = next(facts, None)
        if first is None:
            raise StreamNotFound(stream)
        return self.decider.states(chain([first], facts))

    def believed(self, key: str, occurred_by: datetime, at: Moment | None = None) -> Belief[S]:
        """What was known at a moment (default: now) about an earlier time in the world.

        Both clocks cut: recorded by `at`, occurred by `occurred_by`. No snapshot is used, because
        one may hold events that had not occurred. Raises `StreamNotFound` if none is left.
        """
        stream = self.decider.stream(key)
        position = None if at is None else self.store.position_at(at, stream)
        known = list(self.store.read_stream(stream, 1, position))
        counted = [one for one in known if one.occurred_at <= occurred_by]
        if not counted:
            raise StreamNotFound(stream, f"{Now() if at is None else at} about {occurred_by}")
        # In the order of the log, as everywhere: with no cut this is the plain state.
        state = self.decider.fold(one.event for one in counted)  # type: ignore[misc]  # closed list
        left_out = [one for one in known if one.occurred_at > occurred_by]
        return Belief(state, tuple(counted), tuple(left_out))

    def rebuild(self, stream: str, position: int | None = None) -> Rebuilt[S]:
        """The state of a stream at a position (default: its end), and how it was reached.

        A snapshot newer than the position is never used: it would leak the future.
        """
        known = self.remembered(stream, position)
        return self._folded(known, self.store.facts(stream, known.version + 1, position))

    @contextmanager
    def queued(self, stream: str, known: Rebuilt[S]) -> Iterator[tuple[Rebuilt[S], bool]]:
        """The state at the end of a stream, from one that was so before, behind whoever else
        changes it now; and whether there is somebody else: see `EventStore.queued`."""
        with self.store.queued(stream, known.version + 1) as turn:
            yield self._folded(known, turn.pages), turn.behind_others

    def _folded(self, known: Rebuilt[S], pages: Pages) -> Rebuilt[S]:
        state, version = known.state, known.version
        for facts in pages:
            state = self.decider.fold(facts, state)  # type: ignore[arg-type]  # the codec's closed list
            version += len(facts)
        return Rebuilt(state, version, known.snapshot_version, version - known.snapshot_version)

    def remembered(self, stream: str, position: int | None = None) -> Rebuilt[S]:
        """The last state that is at hand without a fold: a snapshot's, or the one before all."""
        if self._snapshots:
            to_position = 2**62 if position is None else position
            for snapshot in self.store.snapshots(stream, to_position):
                state = self._read(snapshot)
                if state is not None:
                    return Rebuilt(state, snapshot.version, snapshot.version, 0)
        return Rebuilt(self.decider.initial, 0, 0, 0)

    def _read(self, snapshot: StoredSnapshot) -> S | None:
        # A snapshot of another shape, or one that cannot be read, is skipped: it is disposable.
        if snapshot.fingerprint != self._fingerprint:
            return None
        return decode_state(snapshot.state, self._kind)

    def save(self, key: str, events: Sequence[E], expected: Rebuilt[S]) -> list[Recorded]:
        """Append events decided on a state, and remember each 50th version they cross."""
        stream = self.decider.stream(key)
        recorded = self.store.append(stream, events, expected.version)
        last = recorded[-1].version if recorded else 0
        if self._snapshots and last // SNAPSHOT_EVERY > expected.version // SNAPSHOT_EVERY:
            self._remember(recorded, expected.state, self._weight(stream, recorded[0]))
        return recorded

    def load(self, entries: Iterable[tuple[str, Event]], progress: Progress | None = None) -> int:
        """Append foreign facts (stream, event), and remember each 50th version they cross."""
        grown: dict[str, int] = {}
        before = self.store.head().position
        total = len(entries) if isinstance(entries, Sequence) else 0
        loaded = self.store.load(_counted(entries, grown, total, progress))
        for stream, events in grown.items():
            if loaded and (events >= SNAPSHOT_EVERY or before):
                self._remember_grown(stream)
        return loaded

    def _remember_grown(self, stream: str) -> None:
        known = self.remembered(stream)
        if self.store.version_at(stream) // SNAPSHOT_EVERY == known.version // SNAPSHOT_EVERY:
            return
        self._remember(self.store.read_stream(stream, known.version + 1), known.state, 0)

    def _weight(self, stream: str, first: Recorded) -> int:
        """Bytes of the events between the last snapshot and this one."""
        previous = next(self.store.snapshots(stream, first.position), None)
        since = previous.version + 1 if previous else 1
        return sum(map(_bytes, self.store.read_stream(stream, since, first.position - 1)))

    def _remember(self, recorded: Iterable[Recorded], state: S, weight: int) -> None:
        # A state that grows with its history would make its snapshots grow quadratically. So one
        # is due only when the events since the last weigh as much as the snapshot itself: all
        # snapshots of a stream together never outweigh its events.
        due = []
        for one in recorded:
            state = self.decider.evolve(state, one.event)  # type: ignore[arg-type]  # closed list
            weight += _bytes(one)
            if one.version % SNAPSHOT_EVERY == 0:
                kept = encode_state(state)
                if weight >= len(kept):
                    weight = 0
                    due.append(self._snapshot(one, kept))
        if due and self.store.keeps:
            self.store.save_snapshots(due)

    def _snapshot(self, one: Recorded, state: bytes) -> StoredSnapshot:
        return StoredSnapshot(one.stream, one.version, one.position, self._fingerprint, state)


def _bytes(recorded: Recorded) -> int:
    return len(recorded.data) + len(recorded.metadata_bytes)


def _counted(
    entries: Iterable[tuple[str, Event]],
    grown: dict[str, int],
    total: int,
    progress: Progress | None,
) -> Iterator[tuple[str, Event]]:
    for done, entry in enumerate(entries, start=1):
        grown[entry[0]] = grown.get(entry[0], 0) + 1
        if progress and done % 1000 == 0:
            progress(done, total)
        yield entry
