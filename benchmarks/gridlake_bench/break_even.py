"""The NIC rate per core below which locality pays: n* with an interval."""

import math
from collections.abc import Sequence
from dataclasses import dataclass
from itertools import pairwise
from statistics import median

from gridlake_bench.bootstrap import Interval, interval
from gridlake_bench.errors import SampleError
from gridlake_bench.verdict import MARGIN


@dataclass(frozen=True)
class Curve:
    """Log ratios (arm ÷ H-loc) by rate: one row per measured NIC goodput per core, one column per block."""

    mb_per_s_per_core: tuple[float, ...]
    log_ratios: tuple[tuple[float, ...], ...]

    def __post_init__(self) -> None:
        """Refuse curves that no crossing can be read from."""
        rates = self.mb_per_s_per_core
        if len(rates) < 2 or len(rates) != len(self.log_ratios) or min(rates) <= 0:
            raise SampleError("a break-even needs at least two positive rates, each with its ratios")
        if any(slower >= faster for slower, faster in pairwise(rates)):
            raise SampleError(f"rates {rates} must rise")
        if len({len(row) for row in self.log_ratios}) != 1 or not self.log_ratios[0]:
            raise SampleError("every rate needs a ratio of every block; only whole blocks compare")


def crossing(rates: Sequence[float], log_ratios: Sequence[float]) -> float:
    """The highest rate at which the curve falls to the margin; 0 if always below it, infinity if above at the end."""
    margin = math.log(MARGIN)
    if log_ratios[-1] > margin:
        return math.inf
    points = list(zip(rates, log_ratios, strict=True))
    for (slow, above), (fast, below) in reversed(list(pairwise(points))):
        if above > margin:
            share = (above - margin) / (above - below)
            return math.exp(math.log(slow) + share * math.log(fast / slow))
    return 0.0


def break_even(curve: Curve, seed: int) -> Interval:
    """n* in MB/s per core. An end of 0 or infinity means below or above the measured rates; see ``text``."""

    def of_blocks(chosen: Sequence[int]) -> float:
        medians = [median(row[position] for position in chosen) for row in curve.log_ratios]
        return crossing(curve.mb_per_s_per_core, medians)

    return interval(len(curve.log_ratios[0]), of_blocks, seed)


def text(found: Interval, curve: Curve) -> str:
    """The interval in words that never name a rate outside the measured ones."""
    return f"{_rate(found.estimate, curve)} MB/s per core ({_rate(found.low, curve)} to {_rate(found.high, curve)})"


def _rate(value: float, curve: Curve) -> str:
    lowest, highest = curve.mb_per_s_per_core[0], curve.mb_per_s_per_core[-1]
    if value == 0.0:
        return f"below {lowest:.0f}"
    return f"above {highest:.0f}" if math.isinf(value) else f"{value:.0f}"
