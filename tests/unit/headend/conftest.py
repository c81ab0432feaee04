"""One world for all tests of the head-end; reading SimBench takes a second."""

import dataclasses
import warnings
from datetime import date

import pytest

with warnings.catch_warnings():
    # kafka-python reads its message schemas in a way that Python 3.11 calls deprecated and 3.13 does not.
    warnings.filterwarnings("ignore", "(read|open)_text is deprecated", DeprecationWarning)
    import kafka  # noqa: F401 - what imports it later finds it loaded


from headend import hot_spot, loss_profile
from headend.fleet import Fleet, GridReadings
from headend.grid import Grid
from headend.local_days import Window
from headend.loss_profile import LossProfile

SEED = 1


@pytest.fixture(scope="session")
def fleet() -> Fleet:
    return Fleet.of(SEED)


@pytest.fixture(scope="session")
def archetypes(fleet: Fleet) -> dict[str, list[Grid]]:
    kinds: dict[str, list[Grid]] = {}
    for grid in fleet.grids:
        kinds.setdefault(grid.archetype, []).append(grid)
    return kinds


@pytest.fixture(scope="session")
def small_grid(archetypes: dict[str, list[Grid]]) -> Grid:
    """13 loads and 4 PV plants."""
    return archetypes["rural1"][0]


@pytest.fixture(scope="session")
def march_week() -> Window:
    """The default week; its last day has 92 intervals."""
    return Window(date(2016, 3, 21), 7)


@pytest.fixture(scope="session")
def small_readings(fleet: Fleet, small_grid: Grid, march_week: Window) -> GridReadings:
    return fleet.readings(small_grid, march_week)


def with_losses(fleet: Fleet, profile: LossProfile) -> Fleet:
    """The same seed under a profile."""
    grids = tuple(hot_spot.refitted(fleet.seed, grid, profile) for grid in fleet.grids)
    return dataclasses.replace(fleet, losses=profile, grids=grids)


@pytest.fixture(scope="session")
def scoring(fleet: Fleet) -> Fleet:
    """A world in which every kind of the shipped profiles occurs."""
    profile = loss_profile.read("scoring")
    assert profile is not None
    return with_losses(fleet, profile)


@pytest.fixture(scope="session")
def honest(fleet: Fleet) -> Fleet:
    """The same world without its faults."""
    profile = loss_profile.read("honest")
    assert profile is not None
    return with_losses(fleet, profile)


@pytest.fixture(scope="session")
def other_seed(fleet: Fleet) -> Fleet:
    return dataclasses.replace(fleet, seed=SEED + 1)
