"""A log to ask, in each kind of store."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from core import TimeMachine
from core.serving import bring_in
from tests.conftest import BACKENDS
from tests.filled import quietly


@pytest.fixture(scope="module", params=sorted(BACKENDS))
def told(
    request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[TimeMachine]:
    """The story, once for each kind of store."""
    machine = TimeMachine.open(BACKENDS[request.param](tmp_path_factory.mktemp("asked")))
    bring_in(machine, "story", None, quietly)
    yield machine
    machine.close()
