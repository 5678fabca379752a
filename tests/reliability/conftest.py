"""What does a test of a promise need? Chance that can be had again, and a place for its figures."""

from __future__ import annotations

import random
from collections.abc import Callable
from functools import partial

import pytest

from tests.reliability.figures import seeded

Tell = Callable[[object], None]


@pytest.fixture
def chance() -> random.Random:
    """Chance; its seed is shown where a test fails."""
    return seeded()


@pytest.fixture
def tell(record_property: Callable[[str, object], None]) -> Tell:
    """Says what was seen; all that was said stands at the end of the run."""
    return partial(record_property, "figures")
