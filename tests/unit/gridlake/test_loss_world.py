"""The worlds that the score is made of: what the register says, what the meters say, and no readings lost between."""

from datetime import date

import numpy as np
import pytest

from gridlake_control import loss_world
from gridlake_control.loss_score import scored
from gridlake_control.loss_world import World
from headend.local_days import Window
from headend.loss_profile import Kind

# The clock skips an hour on the 27th of March.
WINDOW = Window(date(2016, 3, 14), 16)


@pytest.fixture(scope="module")
def world() -> World:
    return loss_world.make(901, "honest", 3, WINDOW)


def test_what_flows_through_a_substation_is_what_its_points_record(world: World) -> None:
    for supply in world.supplies({}):
        use, feed_in = np.nansum(supply.consumption), np.nansum(supply.generation)
        delivered = np.nansum(supply.meter_wh)
        # Cable losses, lamps and meters' errors: some per cent, and never less than the points draw.
        assert 0.99 * (use - feed_in) < delivered < 1.06 * use - feed_in
        assert supply.lamps is None or supply.lamps.declared_kw > 0
        assert 0.002 < supply.estimated.mean() < 0.03


def test_the_hour_that_the_clock_skips_has_no_readings(world: World) -> None:
    for supply in world.supplies({}):
        skipped = np.isnan(supply.consumption)
        assert skipped[:, 13, 8:12].all()
        assert skipped.sum() == 4 * len(supply.points)


def test_a_moved_point_takes_its_readings_along(world: World) -> None:
    one, other, _ = world.substations
    point = min(name for name, place in world.registered.items() if place == one)
    before = {supply.substation_id: supply for supply in world.supplies({})}
    after = {supply.substation_id: supply for supply in world.supplies({point: other}, [one, other])}
    assert set(after) == {one, other}
    assert point not in after[one].points
    assert after[one].readings + after[other].readings == before[one].readings + before[other].readings
    taken = after[other].consumption[after[other].points.index(point)]
    assert np.array_equal(taken, before[one].consumption[before[one].points.index(point)], equal_nan=True)


def test_a_share_of_missing_intervals_replaces_the_profiles() -> None:
    more = loss_world.make(901, "honest", 3, WINDOW, missing=0.2)
    share = np.mean([supply.estimated.mean() for supply in more.supplies({})])
    assert 0.1 < share < 0.3


def test_an_honest_world_is_scored_without_faults_and_almost_without_cases(world: World) -> None:
    outcome, readings, seconds = scored(world)
    assert not any(row.kind in (Kind.PARTIAL_BYPASS, Kind.WRONG_SUBSTATION, Kind.HOOK) for row in outcome.truth)
    assert (outcome.cases, outcome.misplaced) == ([], [])
    assert readings == sum(supply.readings for supply in world.supplies({}))
    assert seconds > 0
    assert set(outcome.baselines) == {"own_drop", "correlation", "least_squares"}
