"""Whole watt-hours and registers."""

import numpy as np
import pytest

from headend.fleet import GridReadings
from headend.meter import spread


def test_totals_are_split_by_weight_into_whole_numbers() -> None:
    parts = spread(np.array([[1.0, 1.0, 2.0, 0.0]]), np.array([8]))
    assert parts.tolist() == [[2, 2, 4, 0]]


def test_fractions_are_carried_not_lost() -> None:
    parts = spread(np.array([1.0, 1.0, 1.0]), np.array(10))
    assert parts.tolist() == [3, 4, 3]


def test_nothing_to_split_stays_nothing() -> None:
    assert spread(np.zeros((1, 3)), np.array([0])).tolist() == [[0, 0, 0]]


@pytest.mark.parametrize("scale", [1e-6, 1.0, 1e9])
def test_parts_sum_to_the_total_whatever_the_weights(scale: float) -> None:
    random = np.random.default_rng(5)
    weights, totals = random.random((200, 100)) * scale, random.integers(0, 2_000_000, 200)
    parts = spread(weights, totals)
    assert (parts.sum(axis=1) == totals).all()
    assert parts.min() >= 0


def test_intervals_sum_to_the_register_difference(small_readings: GridReadings) -> None:
    meters = small_readings.meters
    assert (meters.values.sum(axis=2) == meters.end_register - meters.start_register).all()
    assert (meters.end_register[:, :-1] == meters.start_register[:, 1:]).all()
    assert meters.values.min() >= 0
    assert meters.values.sum() > 0
