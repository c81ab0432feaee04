"""The price of block locations, with published cases as oracle."""

import math

import pytest

from gridlake_bench.errors import SampleError
from gridlake_bench.planning_tax import PlanningTax, medians, planning_tax, request_seconds


def test_a_line_through_the_differences() -> None:
    # differences 0.3, 4.1, 20.1: 0.1 s and 2 ms a file
    without = {100: 0.5, 2000: 1.0, 10_000: 3.0}
    found = planning_tax({100: 0.8, 2000: 5.1, 10_000: 23.1}, without)
    assert (found.seconds_per_file, found.fixed_seconds) == pytest.approx((0.002, 0.1))


def test_the_slope_is_that_of_least_squares() -> None:
    # x 1, 2, 3 and y 1, 3, 2: slope 1/2, intercept 1
    found = planning_tax({1: 1.0, 2: 3.0, 3: 2.0}, {1: 0.0, 2: 0.0, 3: 0.0})
    assert (found.seconds_per_file, found.fixed_seconds) == pytest.approx((0.5, 1.0))


def test_the_published_case_of_eight_thousand_files() -> None:
    # iceberg #2577: about 15 s for 8,000 files, before a query that ran 10 s
    tax = PlanningTax(seconds_per_file=15 / 8000, fixed_seconds=0.0)
    assert tax.seconds(8000) == pytest.approx(15)
    assert tax.files_that_eat(saved_seconds=10) == pytest.approx(5333, abs=1)


def test_locality_that_costs_nothing_is_never_eaten_up() -> None:
    assert PlanningTax(0.0, 0.0).files_that_eat(1.0) == math.inf
    assert PlanningTax(0.001, 2.0).files_that_eat(1.0) == 0.0


@pytest.mark.parametrize(("on", "off"), [({1: 1.0}, {1: 1.0}), ({1: 1.0, 2: 1.0}, {1: 1.0, 3: 1.0})])
def test_a_tax_needs_the_same_file_counts(on: dict[int, float], off: dict[int, float]) -> None:
    with pytest.raises(SampleError, match="same file counts"):
        planning_tax(on, off)


def test_medians_by_file_count() -> None:
    assert medians({100: [3.0, 1.0, 2.0], 10: [1.0, 2.0]}) == {100: 2.0, 10: 1.5}


def test_requests_overlap() -> None:
    assert request_seconds(1000, 0.008, 16) == pytest.approx(0.5)
    with pytest.raises(SampleError, match="in flight"):
        request_seconds(1, 1.0, 0)
