"""Intervals agree with the exact distribution of the bootstrap median."""

import math
from collections.abc import Sequence
from statistics import fmean, median

import pytest

from gridlake_bench.bootstrap import Interval, interval, median_interval
from gridlake_bench.errors import SampleError


def exact_quantile(blocks: int, level: float) -> int:
    """Rank (from 1) of a quantile of the median of ``blocks`` draws with replacement, for odd numbers, by binomials."""
    needed = blocks // 2 + 1
    for rank in range(1, blocks + 1):
        share = rank / blocks
        at_most = sum(math.comb(blocks, k) * share**k * (1 - share) ** (blocks - k) for k in range(needed, blocks + 1))
        if at_most > level:
            return rank
    raise AssertionError


def test_five_pairs_span_from_smallest_to_largest() -> None:
    # P(median of 5 draws = smallest) = P(Bin(5, 0.2) >= 3) = 5.8 %, more than the tail of 2.5 %
    assert median_interval([0.3, 0.1, 0.5, 0.2, 0.4], seed=1) == Interval(0.3, 0.1, 0.5)


@pytest.mark.parametrize("blocks", [7, 11, 19])
def test_ends_are_those_of_the_exact_bootstrap(blocks: int) -> None:
    values = [float(rank) for rank in range(1, blocks + 1)]
    found = median_interval(values, seed=3)
    assert (found.low, found.high) == (exact_quantile(blocks, 0.025), exact_quantile(blocks, 0.975))


def test_the_same_seed_gives_the_same_interval() -> None:
    def mean(chosen: Sequence[int]) -> float:
        return fmean(math.sin(position) for position in chosen)

    assert interval(20, mean, seed=5) == interval(20, mean, seed=5)
    assert interval(20, mean, seed=5) != interval(20, mean, seed=6)


def test_everything_of_a_block_is_resampled_together() -> None:
    left, right = [1.0, 2.0, 3.0, 4.0, 5.0], [-1.0, -2.0, -3.0, -4.0, -5.0]
    found = interval(5, lambda chosen: median(left[c] for c in chosen) + median(right[c] for c in chosen), seed=1)
    assert found == Interval(0.0, 0.0, 0.0)


def test_nothing_cannot_be_resampled() -> None:
    with pytest.raises(SampleError, match="no block"):
        median_interval([], seed=1)
