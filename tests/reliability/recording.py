"""Which work is recorded for the power cuts, and which faults of the disk does it meet?"""

from __future__ import annotations

import ctypes
import json
import os
import signal
import sys
from collections import Counter
from collections.abc import Callable, Iterator
from contextlib import ExitStack, closing, suppress
from pathlib import Path
from tempfile import TemporaryDirectory
from uuid import UUID

from core.digests import verify
from core.errors import EventscopeError, StoreUnavailable
from core.machine import TimeMachine
from core.stores import EventStore, open_store, sqlite_file
from tests.conftest import CODEC
from tests.reliability.crash_images import after_failed_sync, read
from tests.reliability.dying import facts

STREAMS = 7


def _use(*pragmas: str) -> None:
    sqlite_file.PRAGMAS += pragmas  # the last one counts


def append_and_project(path: str, synchronous: str, batches: int) -> None:
    """Batches of one to three events, the read models every tenth; each is told when it is safe."""
    _use(f"synchronous={synchronous}")
    machine = TimeMachine.open(f"sqlite:///{path}")
    told, acknowledged = os.open(f"{path}.told", os.O_CREAT | os.O_WRONLY), 0
    for number in range(batches):
        stream = f"order-{number % STREAMS}"
        batch = facts(1 + number % 3)
        machine.store.append(stream, batch, machine.store.version_at(stream))
        acknowledged += len(batch)
        os.write(told, b"%d\n" % acknowledged)
        if number % 10 == 9:
            machine.project()
    machine.close()


def meet_failing_syncs(path: str, synchronous: str, pages: int, last: int, end: str) -> None:
    """For each n: the n-th sync fails while a store is made and filled. Says what came of it.

    The log is folded back whenever it holds that many pages. Then the process closes it, or is
    killed.
    """
    _use(f"synchronous={synchronous}", f"wal_autocheckpoint={pages}")
    came = Counter[str]()
    for number in range(1, last + 1):
        came.update(_meet_failing_sync(Path(path), number, _killed if end == "killed" else _filled))
    print(json.dumps(came))


Filled = tuple[list[str], bool]
"""The ids that were acknowledged until a sync failed, and whether its failure was told."""


def _meet_failing_sync(
    path: Path, number: int, filled: Callable[[str, int, ExitStack], Filled]
) -> Iterator[str]:
    record, url = Path(os.environ["RECORD"]), f"sqlite:///{path}"
    for file in path.parent.glob(f"{path.name}*"):
        file.unlink()
    record.write_bytes(b"")
    with ExitStack() as stack:
        ids, told = filled(url, number, stack)
        acknowledged = {UUID(one) for one in ids}
        files, needed = after_failed_sync(read(record))
        yield "told" if told else "silent" if needed else "needless"
        if not acknowledged <= _kept(path, files):
            yield "lost"
    with closing(open_store(url, CODEC)) as store:
        acknowledged |= _appended(store, "order-after")
        files, _ = after_failed_sync(read(record))
        if not acknowledged <= _ids(store) & _kept(path, files):
            yield "lost later"


def _filled(url: str, number: int, stack: ExitStack) -> Filled:
    disk, acknowledged, told = ctypes.CDLL(None), set[UUID](), False
    disk.fail_sync(number)
    try:
        store = stack.enter_context(closing(open_store(url, CODEC)))
        while disk.syncs() < number:
            acknowledged |= _appended(store, "order-a")
    except StoreUnavailable:
        told = True
    return [str(one) for one in acknowledged], told


def _killed(url: str, number: int, _: ExitStack) -> Filled:
    """The same by a process that is killed before it can do anything about it."""
    told, tell = os.pipe()
    if not os.fork():
        os.write(tell, json.dumps(_filled(url, number, ExitStack())).encode())
        os.kill(os.getpid(), signal.SIGKILL)
    os.close(tell)
    with os.fdopen(told, "rb") as said:
        ids, failed = json.load(said)
    os.wait()
    return ids, failed


def _appended(store: EventStore, stream: str) -> set[UUID]:
    return {one.event.event_id for one in store.append(stream, facts(1), store.version_at(stream))}


def _ids(store: EventStore) -> set[UUID]:
    return {one.event.event_id for one in store.read_all()}


def _kept(path: Path, files: dict[str, bytes]) -> set[UUID]:
    """The events in the log that these files are; none if they are damaged."""
    with TemporaryDirectory(dir=path.parent) as image, suppress(EventscopeError):
        for suffix, content in files.items():
            (Path(image) / f"log.db{suffix}").write_bytes(content)
        with closing(open_store(f"sqlite:///{image}/log.db", CODEC)) as store:
            verify(store.rows())
            return _ids(store)
    return set()


if __name__ == "__main__":
    globals()[sys.argv[1]](sys.argv[2], *(int(x) if x.isdigit() else x for x in sys.argv[3:]))
