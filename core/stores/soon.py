"""Who does what need not be done at once? A timer: once, however often it was asked meanwhile."""

from __future__ import annotations

import threading
from collections.abc import Callable

DELAY = 0.05
"""Seconds; long enough for many appends to share one placing, short enough for a person."""


class Soon:
    """Does one piece of work a moment after it was asked for, on a thread of its own."""

    def __init__(self, work: Callable[[], None]) -> None:
        self._work = work
        self._timer: threading.Timer | None = None
        self._lock = threading.Lock()

    def ask(self) -> None:
        """Have it done soon, unless it is about to be done anyway."""
        with self._lock:
            if self._timer is None:
                self._timer = threading.Timer(DELAY, self._do)
                self._timer.daemon = True
                self._timer.start()

    def stop(self) -> bool:
        """Do it no more; whether it was still to be done."""
        with self._lock:
            asked, self._timer = self._timer, None
        if asked is not None:
            asked.cancel()
        return asked is not None

    def _do(self) -> None:
        with self._lock:
            self._timer = None
        self._work()
