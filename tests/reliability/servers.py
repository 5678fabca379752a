"""Which PostgreSQL may be killed? One of the test's own, that syncs like a real one."""

from __future__ import annotations

import os
import shutil
import signal
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path

from tests import postgres

SYNCING = {"fsync": "on", "wal_writer_delay": "10s"}
"""Only a commit that waits for its sync is safe: nothing else comes to its help in time."""


@dataclass(frozen=True)
class Server:
    """A server in a folder, and the URL of its database."""

    folder: Path
    url: str

    def die(self) -> None:
        """Kill every process of it at once, and wait until the last of them is gone."""
        process = int((self.folder / "pid").read_text())
        with suppress(ProcessLookupError):
            os.kill(process, signal.SIGSTOP)  # it has no more children than are found now
        family = [process, *_children(process)]
        for one in family:
            with suppress(ProcessLookupError):
                os.kill(one, signal.SIGKILL)
        with suppress(ChildProcessError):
            os.waitpid(process, 0)
        while any(_stat(one)[:1] not in ([], ["Z"], ["X"]) for one in family):
            time.sleep(0.005)

    def rise(self) -> None:
        """Start it again, and wait until it has recovered."""
        (self.folder / "data" / "postmaster.pid").unlink(missing_ok=True)
        postgres.launch(self.folder, self.url)


def _children(process: int) -> list[int]:
    """The processes that another has begun: those of a server are in sessions of their own."""
    every = [int(one.name) for one in Path("/proc").iterdir() if one.name.isdigit()]
    return [one for one in every if _stat(one)[1:2] == [str(process)]]


def _stat(process: int) -> list[str]:
    """The state of a process, its parent and so on; nothing if it is gone."""
    try:
        told = Path(f"/proc/{process}/stat").read_text()
    except OSError:
        return []
    return told.rpartition(")")[2].split()


@contextmanager
def own_server() -> Iterator[Server]:
    """A server that nobody else uses."""
    folder = Path(tempfile.mkdtemp(prefix="eventscope-postgres-"))
    (folder / "run").write_text(str(os.getpid()))
    server = Server(folder, postgres.start(folder, **SYNCING))
    try:
        yield server
    finally:
        server.die()
        shutil.rmtree(folder, ignore_errors=True)
