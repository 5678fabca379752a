"""Which work is recorded for the power cuts, and which faults of the disk does it meet?"""

from __future__ import annotations

import ctypes
import os
import sys

from core.errors import StoreUnavailable
from core.machine import TimeMachine
from core.stores import open_store, sqlite_file
from tests.conftest import CODEC
from tests.reliability.dying import facts

STREAMS = 7


def append_and_project(path: str, synchronous: str, batches: int) -> None:
    """Batches of one to three events, the read models every tenth; each is told when it is safe."""
    wanted = f"synchronous={synchronous}"
    sqlite_file.PRAGMAS = tuple(
        wanted if one.startswith("synchronous=") else one for one in sqlite_file.PRAGMAS
    )
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


def meet_failing_syncs(path: str, last: int) -> None:
    """For each n: the n-th sync fails while a store is made and filled. Says what came of it."""
    disk = ctypes.CDLL(None)
    raised = 0
    for number in range(1, last + 1):
        for suffix in ("", "-wal", "-shm", "-journal"):
            if os.path.exists(path + suffix):  # noqa: PTH110
                os.unlink(path + suffix)  # noqa: PTH108
        disk.fail_sync(number)
        acknowledged = _append_until(disk, path, number)
        raised += disk.syncs() >= number
        disk.fail_sync(0)
        store = open_store(f"sqlite:///{path}", CODEC)
        there = {one.event.event_id for one in store.read_all()}
        assert acknowledged <= there, f"sync {number} failed, and events are missing"
        store.append("order-after", facts(1), store.version_at("order-after"))
        store.close()
    print(raised)


def _append_until(disk: ctypes.CDLL, path: str, number: int) -> set[object]:
    acknowledged: set[object] = set()
    failed = False
    while disk.syncs() < number:
        batch = facts(1)
        try:
            store = open_store(f"sqlite:///{path}", CODEC)
            while disk.syncs() < number:
                batch = facts(1)
                store.append("order-a", batch, store.version_at("order-a"))
                acknowledged |= {one.event_id for one in batch}
            store.close()
        except StoreUnavailable:
            failed = True
    assert failed, f"sync {number} failed, and nobody was told"
    return acknowledged


if __name__ == "__main__":
    globals()[sys.argv[1]](sys.argv[2], *(int(x) if x.isdigit() else x for x in sys.argv[3:]))
