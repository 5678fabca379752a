"""How much is enough? A short figure for every run, a long one for a night, both of one test."""

from __future__ import annotations

import os
import random

import pytest
from _pytest.mark import ParameterSet

SEED = "EVENTSCOPE_TEST_SEED"
"""Names a seed to be used again."""


def short_and_long(short: int, long: int) -> list[ParameterSet]:
    """The values of a figure: the long one only with `pytest -m soak`."""
    return [pytest.param(short), pytest.param(long, marks=pytest.mark.soak)]


def seeded() -> random.Random:
    """Chance that can be had again; pytest shows the seed where a test fails."""
    seed = int(os.environ.get(SEED) or random.SystemRandom().randrange(2**32))
    print(f"{SEED}={seed}")
    return random.Random(seed)
