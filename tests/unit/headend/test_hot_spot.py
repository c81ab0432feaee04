"""Hot spots, by hand."""

from datetime import date

import numpy as np
import pytest

from headend import hot_spot, loss_profile
from headend.customer import Channels, Flow
from headend.episode import Episode
from headend.fleet import Fleet
from headend.grid import Grid
from headend.local_days import Window
from headend.loss_profile import Kind

JANUARY = Window(date(2016, 1, 1), 2)


def cluster(first: int, last: int, level: float = 1.0) -> Episode:
    return Episode(0, Kind.EV_CLUSTER, first, last, level, (0.1, 0.2, 0.3, 0.4))


def test_cars_charge_at_full_power_until_they_are_full(fleet: Fleet, small_grid: Grid) -> None:
    channels = Channels.of(fleet.seed, small_grid, fleet.shapes).taken([0, 1])
    nothing = Flow(np.zeros((2, 2)), np.zeros((2, 2, 96)), np.zeros((2, 2, 96)))
    charged = hot_spot.charged(nothing, channels, [(cluster(1, 9), [1])], JANUARY)
    assert charged.day_wh[0].tolist() == [0.0, 0.0]
    assert charged.day_wh[1, 0] == 0.0
    assert charged.weights.sum(axis=2) == pytest.approx(charged.day_wh)
    sessions = charged.weights[1, 1]
    assert charged.day_wh[1, 1] == 0.0 or 6000.0 <= charged.day_wh[1, 1] <= 24000.0
    assert sessions.max() <= 2750.0  # 11 kW for a quarter of an hour
    assert (sessions[:68] == 0.0).all()  # not before 17 h


def test_most_days_are_charging_days(fleet: Fleet, small_grid: Grid) -> None:
    window = Window(date(2016, 1, 1), 200)
    channels = Channels.of(fleet.seed, small_grid, fleet.shapes).taken(range(10))
    nothing = np.zeros((10, *window.slots.shape))
    charged = hot_spot.charged(
        Flow(np.zeros((10, 200)), nothing, nothing), channels, [(cluster(0, 199), range(10))], window
    )
    assert (charged.day_wh > 0).mean() == pytest.approx(0.8, abs=0.05)
    assert charged.day_wh[charged.day_wh > 0].mean() == pytest.approx(15_000.0, rel=0.05)


def test_a_cluster_has_the_cars_that_its_peak_asks_for(fleet: Fleet, archetypes: dict[str, list[Grid]]) -> None:
    grid = archetypes["rural2"][0]  # 250 kVA: 250 / (11 * 0.35) = 64.9
    owners = hot_spot.car_owners(grid, Channels.of(fleet.seed, grid, fleet.shapes), cluster(0, 9))
    assert len(set(owners.tolist())) == 65
    assert max(owners) < len(grid.loads)


def test_a_tap_sticks_high_or_low_from_its_first_day_to_its_last() -> None:
    window = Window(date(2016, 1, 2), 3)
    high = Episode(0, Kind.FAULTY_TAP, 2, 2, 0.04, (0.1, 0.0, 0.0, 0.0))
    low = Episode(0, Kind.FAULTY_TAP, 3, 8, 0.03, (0.9, 0.0, 0.0, 0.0))
    assert hot_spot.tap([high, low], window)[::96].tolist() == [1.0, 1.04, 0.97]


def test_a_transformer_too_small_is_a_standard_size_and_scales_its_losses(fleet: Fleet) -> None:
    profile = loss_profile.read("scoring")
    assert profile is not None
    fitted = [(grid, hot_spot.refitted(fleet.seed, grid, profile)) for grid in fleet.grids]
    small = [(before, after) for before, after in fitted if after is not before]
    assert 1 <= len(small) <= 12  # 1 % of 412
    for before, after in small:
        assert after.transformer.rated_kva in (30.0, 50.0, 63.0, 100.0, 160.0)
        share = after.transformer.rated_kva / before.transformer.rated_kva
        assert share <= 0.28
        assert after.transformer.iron_loss_kw == pytest.approx(before.transformer.iron_loss_kw * share)


def test_a_cluster_overloads_a_village(scoring: Fleet, archetypes: dict[str, list[Grid]]) -> None:
    window = Window(date(2017, 1, 16), 1)
    day = window.first_number
    grid = archetypes["rural3"][0]
    quiet = scoring.metered(grid, window)
    assert quiet.circumstances is not None
    channels = quiet.channels
    owners = hot_spot.car_owners(grid, channels, cluster(day, day))
    busy = hot_spot.charged(quiet.true, channels, [(cluster(day, day), owners.tolist())], window)
    evening_kw = busy.interval_wh()[: len(grid.loads), 0].sum(axis=0).max() * 4 / 1000
    assert evening_kw > grid.transformer.rated_kva
    assert (
        quiet.true.interval_wh()[: len(grid.loads), 0].sum(axis=0).max() * 4 / 1000 < 0.6 * grid.transformer.rated_kva
    )
