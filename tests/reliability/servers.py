"""Which PostgreSQL may be killed? One of the test's own, that syncs like a real one."""

from __future__ import annotations

import os
import shutil
import signal
import tempfile
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
        """Kill every process of it at once."""
        process = int((self.folder / "pid").read_text())
        with suppress(ProcessLookupError):
            os.killpg(process, signal.SIGKILL)
        with suppress(ChildProcessError):
            os.waitpid(process, 0)

    def rise(self) -> None:
        """Start it again, and wait until it has recovered."""
        (self.folder / "data" / "postmaster.pid").unlink(missing_ok=True)
        postgres.launch(self.folder, self.url)


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
