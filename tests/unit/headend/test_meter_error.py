"""Clocks and gaps, by hand."""

from datetime import date

import numpy as np
import pytest

from headend import meter_error
from headend.customer import Channels, Flow
from headend.fleet import Fleet
from headend.grid import Grid
from headend.local_days import Window
from headend.loss_profile import Kind

JANUARY = Window(date(2016, 1, 1), 1)


def flow(values: list[float]) -> Flow:
    """One channel and one day that begins with these values; the rest is zero."""
    weights = np.zeros((1, 1, 96))
    weights[0, 0, : len(values)] = values
    return Flow(np.array([[sum(values)]]), weights, np.zeros_like(weights))


def test_a_clock_that_is_behind_records_part_of_the_next_interval() -> None:
    shifted = meter_error.shifted(flow([100.0, 200.0, 400.0]), np.array([225.0]), JANUARY)
    assert shifted.weights[0, 0, :4].tolist() == [125.0, 250.0, 300.0, 0.0]
    assert shifted.weights[0, 0, 95] == 25.0  # a quarter of what the day began with


def test_a_clock_that_is_ahead_records_part_of_the_one_before() -> None:
    shifted = meter_error.shifted(flow([100.0, 200.0, 400.0]), np.array([-450.0]), JANUARY)
    assert shifted.weights[0, 0, :5].tolist() == [50.0, 150.0, 300.0, 200.0, 0.0]


@pytest.mark.parametrize("offset", [300.0, -300.0, 0.0])
def test_a_clock_moves_energy_within_its_day_also_where_the_clocks_change(offset: float) -> None:
    window = Window(date(2016, 3, 26), 2)
    weights = np.random.default_rng(1).random((3, 2, 96)) * window.present
    shifted = meter_error.shifted(Flow(np.zeros((3, 9)), weights, weights), np.full(3, offset), window)
    assert shifted.weights.sum(axis=2) == pytest.approx(weights.sum(axis=2))
    assert (shifted.weights[:, 1, 92:] == 0).all()


def test_few_clocks_drifted_and_the_rest_are_off_by_seconds(scoring: Fleet) -> None:
    assert scoring.losses is not None
    offsets, drifted = [], []
    for grid in scoring.grids[:60]:
        seconds, far = meter_error.clock_offsets(Channels.of(1, grid, scoring.shapes), scoring.losses)
        offsets.append(seconds)
        drifted.append(far)
    seconds, far = np.concatenate(offsets), np.concatenate(drifted)
    assert seconds[~far].std() == pytest.approx(10.0, rel=0.1)
    assert far.mean() == pytest.approx(0.005, abs=0.004)
    assert 60.0 <= np.abs(seconds[far]).min() <= np.abs(seconds[far]).max() <= 300.0


def test_a_gap_is_flat_marked_and_keeps_the_day(scoring: Fleet, archetypes: dict[str, list[Grid]]) -> None:
    assert scoring.losses is not None
    grid, window = archetypes["rural3"][0], Window(date(2016, 1, 1), 60)
    channels = Channels.of(1, grid, scoring.shapes)
    weights = np.random.default_rng(2).random((len(channels.keys), *window.slots.shape)) * window.present
    before = Flow(np.zeros((len(channels.keys), 60)), weights, weights)
    after, status = meter_error.with_gaps(before, 1, grid.number, channels, scoring.losses, window)
    assert set(np.unique(status)) == {0, 1}
    assert (status > 0).mean() == pytest.approx(scoring.losses[Kind.ESTIMATED_GAP].share, rel=0.4)
    assert (after.weights[status == 0] == weights[status == 0]).all()
    assert after.weights.sum(axis=2) == pytest.approx(weights.sum(axis=2))
    together = np.asarray((status > 0).all(axis=0))
    assert together.any()  # a silent concentrator
    row, day = np.argwhere((status > 0).any(axis=2) & ~together.any(axis=1))[0]
    assert np.ptp(after.weights[row, day][status[row, day] > 0]) < 1e-12
