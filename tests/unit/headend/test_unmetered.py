"""Load without a meter: the almanac for lamps, by hand for hooks."""

from datetime import date

import numpy as np
import pytest

from headend import unmetered
from headend.episode import Episode
from headend.fleet import Fleet
from headend.grid import Grid
from headend.local_days import Window
from headend.loss_profile import Kind
from headend.unmetered import Lighting

ALL_NIGHT = Lighting(4.0, 4.2, half_night=False)


def hook(pattern: float, first: int = 0, last: int = 400) -> Episode:
    return Episode(0, Kind.HOOK, first, last, 2.0, (pattern, 0.5, 0.0, 0.0))


@pytest.mark.parametrize(
    # Sunrise and sunset of Schwerin (53.6 N, 11.4 E) from the almanac, hours UTC; lamps burn some 20 minutes less.
    ("day", "sunrise", "sunset"),
    [(date(2016, 3, 20), 5.33, 17.47), (date(2016, 6, 21), 2.68, 19.92), (date(2016, 12, 21), 7.43, 14.85)],
)
def test_lamps_burn_from_dusk_to_dawn(small_grid: Grid, day: date, sunrise: float, sunset: float) -> None:
    window = Window(day, 1)
    dark = unmetered.lamps_on(small_grid, ALL_NIGHT, window)
    hours = (window.interval_starts - window.starts[0]) / 3600 + window.starts[0] % 86400 / 3600 - 24
    assert dark[hours < sunrise - 0.9].min() == 1.0
    assert dark[(hours > sunrise) & (hours < sunset - 0.25)].max() == 0.0
    assert dark[hours > sunset + 0.9].min() == 1.0


def test_half_night_lamps_sleep_from_eleven_to_five(small_grid: Grid) -> None:
    window = Window(date(2016, 12, 21), 1)
    dark = unmetered.lamps_on(small_grid, Lighting(4.0, 4.2, half_night=True), window)
    assert (dark[:20] == 0.0).all()
    assert (dark[20:24] == 1.0).all()
    assert (dark[92:] == 0.0).all()


def test_half_of_the_substations_have_lamps_declared_up_to_15_percent_wrong(scoring: Fleet) -> None:
    assert scoring.losses is not None
    lamps = [unmetered.lighting(1, grid, scoring.losses) for grid in scoring.grids]
    lit = [one for one in lamps if one is not None]
    assert len(lit) / len(lamps) == pytest.approx(0.5, abs=0.1)
    wrong = np.array([one.declared_kw / one.kilowatts - 1.0 for one in lit])
    assert 0.13 < np.abs(wrong).max() < 0.151
    assert {one.control for one in lit} == {"half_night", "dusk_to_dawn"}


@pytest.mark.parametrize(
    ("pattern", "hours"), [(0.2, range(24)), (0.6, [20, 21, 22, 23, 0, 1, 2, 3, 4, 5]), (0.8, range(8, 18))]
)
def test_a_hook_draws_always_at_night_or_in_working_hours(small_grid: Grid, pattern: float, hours: range) -> None:
    watts = unmetered.hook_watts(1, small_grid, hook(pattern), Window(date(2016, 1, 1), 1))
    drawing = {slot // 4 for slot in np.flatnonzero(watts).tolist()}
    assert drawing == set(hours)
    assert watts[watts > 0].mean() == pytest.approx(2000.0, rel=0.03)


def test_a_hook_begins_and_ends(small_grid: Grid) -> None:
    watts = unmetered.hook_watts(1, small_grid, hook(0.2, 1, 1), Window(date(2016, 1, 1), 3))
    assert (watts > 0).tolist() == [False] * 96 + [True] * 96 + [False] * 96


def test_a_hook_draws_the_same_in_every_window(small_grid: Grid) -> None:
    alone = unmetered.hook_watts(1, small_grid, hook(0.2), Window(date(2016, 3, 27), 1))
    among = unmetered.hook_watts(1, small_grid, hook(0.2), Window(date(2016, 3, 26), 3))
    assert (among[96:188] == alone).all()


def test_what_is_drawn_is_lamps_and_hooks(small_grid: Grid) -> None:
    window = Window(date(2016, 1, 1), 1)
    load = unmetered.load(1, small_grid, [hook(0.2)], ALL_NIGHT, window)
    lamps = unmetered.lamps_on(small_grid, ALL_NIGHT, window) * 4000.0
    assert load.real.sum(axis=0) == pytest.approx(lamps + unmetered.hook_watts(1, small_grid, hook(0.2), window))
    assert (load.imag != 0).any(axis=1).sum() == 1  # one busbar
