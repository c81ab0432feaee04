"""The break-even against curves whose crossing is known in closed form."""

import math

import pytest

from gridlake_bench.break_even import Curve, break_even, crossing, text
from gridlake_bench.errors import SampleError


def curve(*rows: tuple[float, ...], rates: tuple[float, ...] = (40.0, 60.0, 100.0)) -> Curve:
    return Curve(rates, tuple(tuple(math.log(ratio) for ratio in row) for row in rows))


def test_a_link_bound_curve_crosses_where_arithmetic_says() -> None:
    # time ratio = 60 / rate until 60 MB/s per core, so 1.1 is crossed at 60 / 1.1
    assert crossing((40.0, 60.0, 100.0), [math.log(1.5), 0.0, 0.0]) == pytest.approx(60 / 1.1)


def test_noise_at_the_fast_end_does_not_hide_the_last_crossing() -> None:
    # falls below 1.1, rises above it and falls again at 200 / 1.1 of a curve 200 / rate
    rates, ratios = (40.0, 60.0, 100.0, 200.0), (1.5, 1.0, 2.0, 1.0)
    assert crossing(rates, [math.log(ratio) for ratio in ratios]) == pytest.approx(200 / 1.1)


def test_the_interval_comes_from_blocks() -> None:
    # blocks that would cross at 60/1.1, 60/1.1, ... and two at 50/1.1 (ratio 50/rate): smallest to largest with five
    found = break_even(curve((1.5, 1.25, 1.5, 1.25, 1.5), (1.0, 50 / 60, 1.0, 50 / 60, 1.0), (1.0,) * 5), seed=1)
    assert found.estimate == pytest.approx(60 / 1.1)
    assert (found.low, found.high) == pytest.approx((50 / 1.1, 60 / 1.1))


def test_beyond_the_measured_rates_no_number_is_named() -> None:
    never, always = curve((1.0,) * 5, (1.0,) * 5, (1.0,) * 5), curve((2.0,) * 5, (2.0,) * 5, (1.2,) * 5)
    assert text(break_even(never, seed=1), never) == "below 40 MB/s per core (below 40 to below 40)"
    assert text(break_even(always, seed=1), always) == "above 100 MB/s per core (above 100 to above 100)"


@pytest.mark.parametrize(
    ("rates", "rows"),
    [
        ((40.0,), ((0.1,),)),
        ((60.0, 40.0), ((0.1,), (0.1,))),
        ((0.0, 40.0), ((0.1,), (0.1,))),
        ((40.0, 60.0), ((0.1,),)),
        ((40.0, 60.0), ((0.1, 0.2), (0.1,))),
        ((40.0, 60.0), ((), ())),
    ],
)
def test_curves_without_a_crossing_to_read_are_refused(
    rates: tuple[float, ...], rows: tuple[tuple[float, ...], ...]
) -> None:
    with pytest.raises(SampleError):
        Curve(rates, rows)
