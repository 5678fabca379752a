"""Which moment is cited, and is it still what it was? A place in the log, and what vouches for it.

A citation carries the seal over everything up to its position and, for an aggregate, the digest of
its state. Who opens it later has both computed anew from the stored bytes, without any snapshot.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from hashlib import sha256
from itertools import takewhile
from typing import Any

from core.codec import encode_state, fingerprint
from core.deciders import Decider
from core.digests import verify
from core.errors import BadCitation, BrokenChain
from core.events import StoredRow
from core.stores import EventStore

WRITTEN = re.compile(
    r"(?P<position>\d{1,18})\.(?P<seal>[0-9a-f]{64})"
    r"(?:\.v(?P<version>\d{1,18})\.(?P<shape>[0-9a-f]{16})\.(?P<state>[0-9a-f]{64}))?",
    re.ASCII,
)


@dataclass(frozen=True)
class Citation:
    """A position and the seal up to it; of one aggregate also its version and its state's digest.

    `shape` names the fields a state had when it was cited: digests of states of different shapes
    say nothing about each other. Digests are hexadecimal.
    """

    position: int
    seal: str
    version: int | None = None
    shape: str | None = None
    state: str | None = None

    def __str__(self) -> str:
        log = f"{self.position}.{self.seal}"
        return log if self.version is None else f"{log}.v{self.version}.{self.shape}.{self.state}"


@dataclass(frozen=True)
class Discrepancy:
    """One thing that is not as it was cited; None is what cannot be found at all."""

    what: str
    cited: str
    found: str | None


@dataclass(frozen=True)
class Checked:
    """A citation held against the log: what differs, and where the log is broken, if it is."""

    citation: Citation
    discrepancies: tuple[Discrepancy, ...]
    broken: BrokenChain | None = None

    @property
    def same(self) -> bool:
        """Whether everything cited is what is found."""
        return not self.discrepancies and self.broken is None


def parse_citation(text: str) -> Citation:
    """Read what `str` of a citation wrote. Raises `BadCitation`."""
    found = WRITTEN.fullmatch(text.strip())
    if found is None:
        raise BadCitation(text)
    version = found["version"]
    return Citation(
        int(found["position"]),
        found["seal"],
        None if version is None else int(version),
        found["shape"],
        found["state"],
    )


def cite(
    store: EventStore, position: int, decider: Decider[Any, Any, Any], key: str | None = None
) -> Citation:
    """The citation of a position, and of the aggregate with this id as it stood there."""
    head = store.at(position)
    seal = head.seal.hex() if head else bytes(32).hex()
    if key is None:
        return Citation(position, seal)
    return Citation(position, seal, *_state(store, position, decider, key))


def check_citation(
    store: EventStore, citation: Citation, decider: Decider[Any, Any, Any], key: str | None = None
) -> Checked:
    """Hash every stored byte up to the cited position again, and fold the state again."""
    head = store.head().position
    if citation.position > head:
        gone = Discrepancy("position", str(citation.position), f"the log ends at {head}")
        return Checked(citation, (gone,))
    try:
        verified = verify(_until(store, citation.position))
    except BrokenChain as broken:
        return Checked(citation, (), broken)
    state: tuple[Any, ...] = (None, None, None)
    if key is not None and citation.version is not None:
        state = _state(store, citation.position, decider, key)
    found = Citation(verified.events, verified.seal.hex(), *state)
    return Checked(citation, tuple(_discrepancies(citation, found)))


def _discrepancies(cited: Citation, found: Citation) -> Iterator[Discrepancy]:
    wrong = [one for one in vars(cited) if getattr(cited, one) != getattr(found, one)]
    # Of states of different shapes nothing can be said.
    told = [one for one in wrong if one != "state" or "shape" not in wrong]
    for name in told:
        here = getattr(found, name)
        yield Discrepancy(name, str(getattr(cited, name)), None if here is None else str(here))


def _until(store: EventStore, position: int) -> Iterator[StoredRow]:
    return takewhile(lambda row: row[0] <= position, store.rows())


def _state(
    store: EventStore, position: int, decider: Decider[Any, Any, Any], key: str
) -> tuple[int, str, str]:
    recorded = list(store.read_stream(decider.stream(key), to_position=position))
    state = decider.fold(one.event for one in recorded)
    digest = sha256(encode_state(state)).hexdigest()
    return len(recorded), fingerprint(type(decider.initial)), digest
