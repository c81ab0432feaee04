"""How a cell is judged against the reference arm (RULES.md, "How a cell is judged")."""

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum
from statistics import fmean, median, stdev

from gridlake_bench.bootstrap import Interval, interval, median_interval
from gridlake_bench.errors import SampleError

MARGIN = 1.10
MINIMUM_PAIRS = 5
MAXIMUM_BLOCKS = 20
LARGEST_VARIATION = 0.10


class Decision(StrEnum):
    """What may be said of a cell."""

    FASTER = "faster"
    SLOWER = "slower"
    SAME = "same"
    UNDECIDED = "undecided"
    VOID = "void"


@dataclass(frozen=True)
class Verdict:
    """A decision with what it rests on; ratios are time of the arm ÷ time of the reference."""

    decision: Decision
    reason: str
    pairs: int
    ratio: Interval | None
    floor: float | None


def paired_log_ratios(reference: Mapping[int, float], arm: Mapping[int, float]) -> tuple[float, ...]:
    """log(arm ÷ reference) of each block that has both, in the order of blocks."""
    both = sorted(reference.keys() & arm.keys())
    if wrong := [block for block in both if min(reference[block], arm[block]) <= 0]:
        raise SampleError(f"blocks {wrong} hold a time that is not positive")
    return tuple(math.log(arm[block] / reference[block]) for block in both)


def noise_floor(twin: Sequence[float], seed: int) -> float:
    """The largest ratio that doing nothing may show: the end further from 1 of the A/A interval, as a ratio above 1."""
    found = median_interval(twin, seed)
    return math.exp(max(abs(found.low), abs(found.high)))


def as_ratio(found: Interval) -> Interval:
    """An interval of logarithms as one of ratios."""
    return Interval(math.exp(found.estimate), math.exp(found.low), math.exp(found.high))


def across(queries: Mapping[str, Sequence[float]], seed: int) -> Interval:
    """Geometric mean of the median ratios of several queries, blocks resampled together."""
    lengths = {len(values) for values in queries.values()}
    if len(lengths) != 1:
        raise SampleError(f"queries have different numbers of pairs {sorted(lengths)}; only whole blocks compare")

    def mean_of_medians(chosen: Sequence[int]) -> float:
        return fmean(median(values[position] for position in chosen) for values in queries.values())

    return as_ratio(interval(lengths.pop(), mean_of_medians, seed))


def judge(effect: Sequence[float], twin: Sequence[float], voids: int, seed: int) -> Verdict:
    """Judge paired log ratios of an arm by those of the twin; ``voids`` counts pairs lost to void runs."""
    if len(effect) < MINIMUM_PAIRS or len(twin) < MINIMUM_PAIRS:
        short = f"{len(effect)} pairs and {len(twin)} of the twin, {MINIMUM_PAIRS} needed, {voids} lost to void runs"
        return Verdict(Decision.VOID if voids else Decision.UNDECIDED, short, len(effect), None, None)
    ratio = as_ratio(median_interval(effect, seed))
    floor = noise_floor(twin, seed)
    decision, reason = _decide(ratio, floor)
    return Verdict(decision, reason, len(effect), ratio, floor)


def _decide(ratio: Interval, floor: float) -> tuple[Decision, str]:
    if ratio.low >= 1 / MARGIN and ratio.high <= MARGIN and floor <= MARGIN:
        return Decision.SAME, "the interval and the A/A floor lie within the margin"
    beyond = max(ratio.estimate, 1 / ratio.estimate) > floor
    if ratio.low > 1 and beyond:
        return Decision.SLOWER, "the interval excludes 1 and the median lies beyond the A/A floor"
    if ratio.high < 1 and beyond:
        return Decision.FASTER, "the interval excludes 1 and the median lies beyond the A/A floor"
    if ratio.low <= 1 <= ratio.high:
        return Decision.UNDECIDED, "the interval holds 1 and is wider than the margin"
    return Decision.UNDECIDED, "no larger than the A/A floor"


def needs_more_blocks(seconds: Sequence[float]) -> bool:
    """Whether a cell varies so much that blocks are added."""
    if len(seconds) < 2 or len(seconds) >= MAXIMUM_BLOCKS:
        return False
    return stdev(seconds) / fmean(seconds) > LARGEST_VARIATION
