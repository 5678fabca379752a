"""Which events gave a field its values? The newest first, and no more read than is asked for."""

from __future__ import annotations

from bisect import bisect_left
from collections.abc import Iterator, Mapping, Sequence
from functools import partial
from itertools import chain, islice
from typing import Any, NamedTuple

from core.deciders import Decider
from core.events import Recorded
from core.history import Change, Facts, Path, follows_from, provenance
from core.moments import AtVersion
from core.repository import Repository
from core.stores import EventStore

STRETCH, FARTHER, FARTHEST = 500, 4, 8_000
"""How many versions are looked at first, how many times more of them each time nothing else was
enough, and how many at most: they are in memory at once."""

AT_ONCE = 64
"""Events that are read together once one is wanted: about a page of them."""


class Cause(NamedTuple):
    """A version that set a field, and the value it had before and after."""

    version: int
    change: Change
    records: Mapping[int, Recorded]

    @property
    def recorded(self) -> Recorded:
        """The event itself: who, when and why. Read from the log when it is first asked for."""
        return self.records[self.version]


_made = partial(tuple.__new__, Cause)
"""Its own `__new__` is Python, and takes three times as long."""


def causes(
    repository: Repository[Any, Any, Any], stream: str, path: Path, to_version: int | None = None
) -> Iterator[Cause]:
    """Every event of a stream, up to a version, that set a field or one below it, newest first.

    Each stretch of the stream is folded from the state before it, as far back as somebody reads.
    """
    store, decider = repository.store, repository.decider
    last, size = store.version_at(stream) if to_version is None else to_version, STRETCH
    while last > 0:
        before = max(0, last - size)
        state = None
        if before:
            state = repository.rebuild(stream, store.position_at(AtVersion(before), stream)).state
        facts = _facts(store, decider, stream, path, before, last)
        found = list(provenance(decider, facts, path, state))
        records = _Records(store, stream, [version for version, _ in found])
        for version, change in reversed(found):
            yield _made((version, change, records))
        last, size = before, min(FARTHEST, size * FARTHER)


def _facts(
    store: EventStore,
    decider: Decider[Any, Any, Any],
    stream: str,
    path: Path,
    before: int,
    last: int,
) -> Facts:
    """The facts from one version to another that may set what a field follows from."""
    types = decider.setters(follows_from(type(decider.initial), path[0]))
    if types is not None:
        return store.facts_of(stream, types, before, last)
    every = chain.from_iterable(store.facts(stream, before + 1))
    return enumerate(islice(every, last - before), start=before + 1)


class _Records(dict[int, Recorded]):
    """The events of these versions of a stream, read with their neighbours when one is missing."""

    def __init__(self, store: EventStore, stream: str, versions: Sequence[int]) -> None:
        super().__init__()
        self._store, self._stream = store, stream
        self._versions = list(dict.fromkeys(versions))

    def __missing__(self, version: int) -> Recorded:
        first = bisect_left(self._versions, version) // AT_ONCE * AT_ONCE
        near = self._versions[first : first + AT_ONCE]
        self.update({one.version: one for one in self._store.read_versions(self._stream, near)})
        return self[version]
