"""Honest lives, by hand."""

import numpy as np

from headend import everyday
from headend.episode import Episode
from headend.grid import Grid
from headend.loss_profile import Kind


def test_what_happens_at_the_same_time_multiplies() -> None:
    happening = [
        Episode(0, Kind.MOVE, 1, 3, 2.0, (0.9, 0.0, 0.0, 0.0)),
        Episode(0, Kind.HOLIDAY, 3, 9, 0.25, (0.9, 0.0, 0.0, 0.0)),
        Episode(1, Kind.VACANCY, -5, 0, 0.04, (0.9, 0.0, 0.0, 0.0)),
        Episode(2, Kind.VACANCY, 2, 2, 0.04, (0.1, 0.0, 0.0, 0.0)),  # with the main switch off
    ]
    factor = everyday.factor(happening, np.array([False, False, False, True]), 5)
    assert factor.tolist() == [
        [1.0, 2.0, 2.0, 0.5, 0.25],
        [0.04, 1.0, 1.0, 1.0, 1.0],
        [1.0, 1.0, 0.0, 1.0, 1.0],
        [0.0, 0.0, 0.0, 0.0, 0.0],
    ]


def test_plants_and_shops_take_no_holidays(small_grid: Grid) -> None:
    households = everyday.of_class(small_grid, "H")
    assert households.sum() == 3
    assert not everyday.of_class(small_grid, "G").any()
    assert len(households) == 17
