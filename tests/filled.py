"""Where is a store that is full already? Filled once per test run, by whoever asks first."""

from __future__ import annotations

import fcntl
from collections.abc import Iterator
from contextlib import contextmanager

import pytest

from core import TimeMachine, serving


def filled(factory: pytest.TempPathFactory) -> dict[str, str]:
    """`sample` (7,084 real orders) and `story` → the URL of a store that holds it, to be read."""
    base = factory.getbasetemp()
    shared = base.parent if base.name.startswith("popen") else base  # above xdist's workers
    urls = {name: f"sqlite:///{shared}/{name}.db" for name in ("sample", "story")}
    with (shared / "filling").open("a+") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        lock.seek(0)
        if not lock.read():
            for name, url in urls.items():
                machine = TimeMachine.open(url)
                source = ("olist", serving.SAMPLE) if name == "sample" else ("story", None)
                serving.bring_in(machine, *source, quietly)
                machine.close()
            lock.write("filled")
    return urls


@contextmanager
def quietly(_: str) -> Iterator[serving.Progress]:
    """A stage of the work that tells nobody how far it is."""
    yield lambda done, total: None
