"""Cells are decided as RULES.md says; ratios by hand."""

import math

import pytest

from gridlake_bench.errors import SampleError
from gridlake_bench.verdict import Decision, across, judge, needs_more_blocks, noise_floor, paired_log_ratios

QUIET = [-0.01, 0.0, 0.01, 0.02, -0.02]


def logs(*ratios: float) -> list[float]:
    return [math.log(ratio) for ratio in ratios]


def test_pairs_are_blocks_that_both_have() -> None:
    assert paired_log_ratios({1: 2.0, 2: 4.0, 3: 1.0}, {2: 8.0, 3: 1.0, 4: 9.0}) == (math.log(2), 0.0)


def test_a_time_of_nothing_is_refused() -> None:
    with pytest.raises(SampleError, match=r"\[2\]"):
        paired_log_ratios({1: 1.0, 2: 0.0}, {1: 1.0, 2: 1.0})


def test_the_floor_is_the_end_further_from_one() -> None:
    # five pairs: the interval is smallest to largest, 0.96 is further from 1 than 1.03
    assert noise_floor(logs(1.0, 1.03, 0.96, 1.01, 0.99), seed=1) == pytest.approx(1 / 0.96)


@pytest.mark.parametrize(
    ("ratios", "decision"),
    [
        ((1.5, 1.6, 1.7, 1.55, 1.65), Decision.SLOWER),
        ((0.5, 0.6, 0.7, 0.55, 0.65), Decision.FASTER),
        ((1.0, 1.01, 0.99, 1.02, 0.98), Decision.SAME),
        # excludes 1 and is within the margin: no material difference
        ((1.03, 1.04, 1.05, 1.06, 1.07), Decision.SAME),
        ((0.8, 1.3, 1.1, 0.9, 1.2), Decision.UNDECIDED),
        ((1.05, 1.2, 1.1, 1.15, 1.08), Decision.SLOWER),
    ],
)
def test_decisions_on_a_quiet_machine(ratios: tuple[float, ...], decision: Decision) -> None:
    assert judge(logs(*ratios), QUIET, voids=0, seed=1).decision is decision


def test_a_difference_below_the_noise_is_undecided() -> None:
    noisy = logs(1.0, 1.4, 0.8, 1.1, 0.9)
    found = judge(logs(1.2, 1.3, 1.25, 1.15, 1.35), noisy, voids=0, seed=1)
    assert (found.decision, found.reason) == (Decision.UNDECIDED, "no larger than the A/A floor")


def test_noise_beyond_the_margin_allows_no_same() -> None:
    found = judge(logs(1.0, 1.01, 0.99, 1.02, 0.98), logs(1.0, 1.2, 0.9, 1.0, 1.0), voids=0, seed=1)
    assert found.decision is Decision.UNDECIDED


def test_too_few_pairs_are_void_where_voids_are_the_cause() -> None:
    assert judge(logs(2, 2, 2, 2), QUIET, voids=1, seed=1).decision is Decision.VOID
    assert judge(logs(2, 2, 2, 2), QUIET, voids=0, seed=1).decision is Decision.UNDECIDED
    assert judge(logs(2, 2, 2, 2, 2), QUIET[:4], voids=0, seed=1).decision is Decision.UNDECIDED


def test_queries_count_alike_whatever_they_take() -> None:
    # medians 2 and 0.5: the geometric mean is 1
    found = across({"q1": logs(2, 2, 2, 2, 2), "q6": logs(0.5, 0.5, 0.5, 0.5, 0.5)}, seed=1)
    assert (found.estimate, found.low, found.high) == pytest.approx((1.0, 1.0, 1.0))


def test_queries_with_other_blocks_do_not_compare() -> None:
    with pytest.raises(SampleError, match="whole blocks"):
        across({"q1": logs(2, 2), "q6": logs(2, 2, 2)}, seed=1)


def test_blocks_are_added_while_a_cell_varies() -> None:
    # mean 10, sample standard deviation 1.58 and 0.79
    assert needs_more_blocks([8, 9, 10, 11, 12])
    assert not needs_more_blocks([9, 9.5, 10, 10.5, 11])
    assert not needs_more_blocks([8, 12] * 10)
