"""Customers: energies of SimBench, curves of their own."""

from datetime import date

import numpy as np
import pytest

from headend.customer import Channels, Flow, simulate
from headend.fleet import Fleet
from headend.grid import Grid
from headend.local_days import History, Window

# domain.md A2: consumption and PV generation of one grid in MWh per year.
ANNUAL_MWH = {
    "rural1": (199.5, 104.1),
    "rural2": (260.5, 93.9),
    "rural3": (349.0, 125.1),
    "semiurb4": (387.6, 4.4),
    "semiurb5": (475.5, 90.5),
    "urban6": (536.6, 37.7),
}
COPIES = 20


def flow_of(fleet: Fleet, grid: Grid, window: Window) -> tuple[Channels, Flow]:
    channels = Channels.of(fleet.seed, grid, fleet.shapes)
    return channels, simulate(channels, fleet.shapes, window, History.until(window))


@pytest.mark.parametrize("archetype", sorted(ANNUAL_MWH))
def test_annual_energy_of_an_archetype_is_that_of_simbench(
    fleet: Fleet, archetypes: dict[str, list[Grid]], archetype: str
) -> None:
    last_day = Window(date(2016, 12, 31), 1)
    consumed, generated = [], []
    for grid in archetypes[archetype][:COPIES]:
        channels, flow = flow_of(fleet, grid, last_day)
        year_mwh = flow.day_wh.sum(axis=1) / 1e6
        consumed.append(year_mwh[~channels.is_plant].sum())
        generated.append(year_mwh[channels.is_plant].sum())
    load, pv = ANNUAL_MWH[archetype]
    assert np.mean(consumed) == pytest.approx(load, rel=0.07)
    assert np.mean(generated) == pytest.approx(pv, rel=0.10)
    assert np.std(consumed) > 0.01 * load  # copies of an archetype are not clones


@pytest.mark.parametrize("day", [date(2016, 2, 1), date(2016, 3, 27), date(2016, 10, 30)])
def test_day_energy_has_the_closed_form_of_its_profile_also_where_the_clocks_change(fleet: Fleet, day: date) -> None:
    window, shapes = Window(day, 1), fleet.shapes
    fold = History.until(window).fold[-1]
    for profile, source_day, shift in ((0, 10, -4), (5, 86, 0), (12, 303, 3), (20, 365, -4), (9, 0, 4)):
        begin = 4 + source_day * 96 - shift
        expected = shapes.values[profile, begin + window.slots[0]].sum()
        place = profile, source_day, shift + 4
        assert shapes.day_sum[place] + fold * shapes.fold_sum[place] == pytest.approx(expected, abs=1e-9)


def test_interval_energies_add_up_to_the_day(fleet: Fleet, small_grid: Grid, march_week: Window) -> None:
    _, flow = flow_of(fleet, small_grid, march_week)
    assert flow.interval_wh().sum(axis=2) == pytest.approx(flow.day_wh[:, -7:])
    assert (flow.interval_wh()[:, 6, 92:] == 0).all()


def test_neighbours_with_the_same_profile_have_curves_of_their_own(
    fleet: Fleet, archetypes: dict[str, list[Grid]], march_week: Window
) -> None:
    channels, flow = flow_of(fleet, archetypes["rural3"][0], march_week)
    curves = flow.interval_wh()[:, march_week.present]
    households = [
        name
        for name, row in fleet.shapes.position.items()
        if name.startswith("H0") and (channels.shape == row).sum() > 5
    ]
    assert households
    for name in households:
        alike = np.corrcoef(curves[channels.shape == fleet.shapes.position[name]])
        between = alike[~np.eye(len(alike), dtype=bool)]
        assert between.max() < 0.9
        assert np.median(between) < 0.6


def test_pv_plants_share_the_sun(fleet: Fleet, archetypes: dict[str, list[Grid]], march_week: Window) -> None:
    channels, flow = flow_of(fleet, archetypes["rural3"][0], march_week)
    plants = np.corrcoef(flow.interval_wh()[:, march_week.present][channels.is_plant])
    assert np.median(plants) > 0.8


def test_amplitudes_are_spread_around_one(fleet: Fleet) -> None:
    amplitude = np.concatenate(
        [c.amplitude[~c.is_plant] for c in (Channels.of(1, grid, fleet.shapes) for grid in fleet.grids[:60])]
    )
    assert amplitude.mean() == pytest.approx(1.0, abs=0.02)
    assert np.log(amplitude).std() == pytest.approx(0.25, abs=0.02)
