"""Does who follows a log miss anything? Writers in processes of their own, and who reads on.

The same writers and the same readers are set on logs of ours and on logs that are known to lose
events: a test that could not see those lose them would prove nothing.
"""

from __future__ import annotations

import multiprocessing
import random
import time
from collections.abc import Callable, Iterator
from contextlib import closing
from dataclasses import dataclass
from multiprocessing.context import ForkServerContext
from typing import Any
from uuid import UUID

from tests.reliability.logs import Log, Seen

WRITERS, READERS = 8, 3
LINGERING = 0.02
"""Which part of the appends lingers between insert and commit …"""
LINGER = (0.01, 0.2)
"""… and for how long, in seconds."""


@dataclass(frozen=True)
class Followed:
    """What came of a run; what went wrong is summed over all readers."""

    appended: int
    lost: int = 0
    duplicates: int = 0
    holes: int = 0
    inversions: int = 0

    def __str__(self) -> str:
        return (
            f"{WRITERS} writers, {READERS} readers: {self.appended:,} appended, {self.lost} lost,"
            f" {self.duplicates} twice, {self.holes} holes, {self.inversions} inversions"
        )


@dataclass
class Reading:
    """What one reader saw."""

    ids: set[bytes]
    duplicates: int = 0
    holes: int = 0
    inversions: int = 0


def processes() -> ForkServerContext:
    """Processes that begin with everything imported, and share nothing with this one."""
    context = multiprocessing.get_context("forkserver")
    context.set_forkserver_preload([__name__])
    return context


def run(kind: Callable[[str], Log], url: str, seconds: float, chance: random.Random) -> Followed:
    """Let the writers write for so long, and the readers follow them to the end."""
    with closing(kind(url)) as log:
        started = processes()
        gate, ended = started.Barrier(WRITERS + READERS), started.Event()
        appended, seen = started.Queue(), started.Queue()
        writing = [
            started.Process(
                target=_write, args=(kind, url, seconds, chance.random(), gate, appended)
            )
            for _ in range(WRITERS)
        ]
        reading = [
            started.Process(target=_read, args=(kind, url, gate, ended, seen))
            for _ in range(READERS)
        ]
        for each in (*writing, *reading):
            each.start()
        acknowledged = {one for _ in writing for one in appended.get(timeout=seconds + 120)}
        log.settle()
        ended.set()
        readings: list[Reading] = [seen.get(timeout=120) for _ in reading]
        for each in (*writing, *reading):
            each.join()
    return _compared(acknowledged, readings)


def _write(
    kind: Callable[[str], Log], url: str, seconds: float, seed: float, gate: Any, told: Any
) -> None:
    chance, acknowledged = random.Random(seed), []
    stream = f"order-{chance.getrandbits(64):x}"
    with closing(kind(url)) as log:
        gate.wait(timeout=120)
        end = time.monotonic() + seconds
        while time.monotonic() < end:
            event_id = UUID(int=chance.getrandbits(128), version=4)
            linger = chance.uniform(*LINGER) if chance.random() < LINGERING else 0.0
            log.append(stream, len(acknowledged) + 1, event_id, linger)
            acknowledged.append(event_id.bytes)
    told.put(acknowledged)


def _read(kind: Callable[[str], Log], url: str, gate: Any, ended: Any, told: Any) -> None:
    reading, versions, last = Reading(set()), {}, 0
    with closing(kind(url)) as log:
        gate.wait(timeout=120)
        for position, stream, version, event_id in _followed(log, ended):
            reading.duplicates += event_id in reading.ids
            reading.holes += position != last + 1
            reading.inversions += version <= versions.get(stream, 0)
            reading.ids.add(event_id)
            versions[stream], last = version, position
    told.put(reading)


def _followed(log: Log, ended: Any) -> Iterator[Seen]:
    position, over = 0, False
    while not over:
        over = ended.is_set()  # asked first: what is read after it is all there is
        for one in log.behind(position):
            position = one[0]
            yield one


def _compared(acknowledged: set[bytes], readings: list[Reading]) -> Followed:
    return Followed(
        appended=len(acknowledged),
        lost=sum(len(acknowledged - one.ids) for one in readings),
        duplicates=sum(one.duplicates for one in readings),
        holes=sum(one.holes for one in readings),
        inversions=sum(one.inversions for one in readings),
    )
