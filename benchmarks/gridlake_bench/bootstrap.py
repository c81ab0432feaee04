"""Percentile intervals by resampling blocks, the same for the same seed."""

import math
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from random import Random
from statistics import median

from gridlake_bench.errors import SampleError

RESAMPLES = 10_000
LEVEL = 0.95


@dataclass(frozen=True)
class Interval:
    """An estimate and the interval that it is published with."""

    estimate: float
    low: float
    high: float


def interval(blocks: int, statistic: Callable[[Sequence[int]], float], seed: int) -> Interval:
    """A statistic as a function of block positions, so that everything of one block is resampled together."""
    if blocks < 1:
        raise SampleError("no block to resample; run the plan first")
    # Reproducible, not unpredictable, is what is wanted of it.
    random = Random(seed)  # noqa: S311 - no secret depends on it
    positions = range(blocks)
    found = sorted(statistic(random.choices(positions, k=blocks)) for _ in range(RESAMPLES))
    tail = (1 - LEVEL) / 2
    low = found[math.floor(tail * RESAMPLES)]
    high = found[math.ceil((1 - tail) * RESAMPLES) - 1]
    return Interval(statistic(positions), low, high)


def median_interval(values: Sequence[float], seed: int) -> Interval:
    """The median of one value per block."""
    return interval(len(values), lambda chosen: median(values[position] for position in chosen), seed)
