"""Exchanged, reset, rolled over and drifting meters. A rate of 1 strikes every meter on the first day of its life."""

from datetime import date

import numpy as np
import pytest

from headend.device import REGISTER_WH, Recorded, drifted, recorded
from headend.faults import Plan
from headend.fleet import Fleet, GridReadings
from headend.grid import Grid
from headend.local_days import Window
from headend.meter import MeterReadings
from headend.streams import key

FIRST_DAYS = Window(date(2016, 1, 1), 3)


@pytest.fixture(scope="module")
def readings(fleet: Fleet, small_grid: Grid) -> GridReadings:
    return fleet.readings(small_grid, FIRST_DAYS)


def devices(readings: GridReadings, plan: str) -> Recorded:
    return recorded(readings.keys, readings.meters, FIRST_DAYS, Plan.parse(plan))


def test_without_faults_devices_record_what_the_meters_did(readings: GridReadings) -> None:
    found = devices(readings, "none")
    assert found.values is readings.meters.values
    assert np.array_equal(found.start_register, readings.meters.start_register)
    assert np.array_equal(found.end_register, readings.meters.end_register)
    assert not found.split.any()
    assert not found.reset.any()
    assert not found.rolled.any()
    assert not found.status.any()


def test_on_the_day_of_exchange_each_device_counts_its_part(readings: GridReadings) -> None:
    found = devices(readings, "exchange=1")
    assert (found.split[:, 0] > 0).all()
    assert not found.split[:, 1:].any()
    for row, split in enumerate(found.split[:, 0]):
        values = found.values[row, 0]
        assert found.closing_register[row, 0] - found.start_register[row, 0] == values[:split].sum()
        assert found.end_register[row, 0] - found.opening_register[row, 0] == values[split:].sum()
        assert found.opening_register[row, 0] - values[:split].sum() < 1_000


def test_registers_go_on_from_the_new_device(readings: GridReadings) -> None:
    for plan in ("exchange=1", "reset=1"):
        found = devices(readings, plan)
        assert np.array_equal(found.start_register[:, 1:], found.end_register[:, :-1])
        energy = found.end_register[:, 1:] - found.start_register[:, 1:]
        assert np.array_equal(energy, found.values[:, 1:].sum(axis=2))


def test_a_reset_register_ends_its_day_below_its_start(readings: GridReadings) -> None:
    found = devices(readings, "reset=1")
    assert found.reset[:, 0].sum() >= 10
    assert not found.reset[:, 1:].any()
    assert (found.end_register[found.reset] < found.start_register[found.reset]).all()
    # What was counted before the reset is gone.
    counted = found.end_register[found.reset]
    assert (counted < found.values.sum(axis=2)[found.reset]).sum() >= 10
    assert counted.min() >= 0


def test_a_register_that_passes_its_last_digit_starts_at_zero(readings: GridReadings) -> None:
    found = devices(readings, "rollover=1")
    assert found.rolled.any()
    energy = found.values.sum(axis=2)
    counted = found.end_register - found.start_register
    assert np.array_equal(counted[found.rolled], energy[found.rolled] - REGISTER_WH)
    assert np.array_equal(counted[~found.rolled], energy[~found.rolled])
    assert found.rolled.sum(axis=1).max() == 1
    assert found.start_register.max() < REGISTER_WH


def test_each_of_the_events_of_a_life_has_its_own_daily_rate_beside_the_others() -> None:
    """2000 meters of 13 kWh a day for ten days: at 1 % a day each event strikes 200 times, give or take 14."""
    meters, days, day_wh = 2_000, 10, 13_000
    midnights = np.tile(10**6 + day_wh * np.arange(days + 1), (meters, 1))
    values = np.zeros((meters, days, 96), dtype=np.int64)
    values[:, :, 40] = day_wh
    known = MeterReadings(values, midnights[:, :-1], midnights[:, 1:], midnights)
    keys = [key(1, 1, load) for load in range(1, meters + 1)]
    plan = Plan.parse("exchange=0.01,reset=0.01,rollover=0.01")
    found = recorded(keys, known, Window(date(2016, 1, 1), days), plan)
    strikes = np.stack([found.split > 0, found.reset, found.rolled])
    assert [200 - 50 < int(one.sum()) < 200 + 50 for one in strikes] == [True, True, True], strikes.sum(axis=(1, 2))
    assert strikes.sum(axis=(0, 2)).max() == 1  # at most one of them in a life


def test_a_day_knows_the_state_of_its_meters_alone(fleet: Fleet, small_grid: Grid, readings: GridReadings) -> None:
    plan = Plan.parse("exchange=0.3,reset=0.3,rollover=0.2,drift=0.5")
    among = recorded(readings.keys, readings.meters, FIRST_DAYS, plan)
    for day in range(3):
        window = Window(FIRST_DAYS.dates[day], 1)
        alone = recorded(readings.keys, fleet.readings(small_grid, window).meters, window, plan)
        for name in ("values", "status", "start_register", "end_register", "split", "opening_register", "rolled"):
            assert np.array_equal(getattr(alone, name)[:, 0], getattr(among, name)[:, day]), name


def test_a_drifting_clock_moves_energy_within_the_day_by_hand() -> None:
    # Half an interval by the end of four: cut at 1.125, 2.25 and 3.375 of 4 Wh each, in whole Wh.
    values = np.array([[[4, 4, 4, 4]]])
    assert drifted(values, np.array([4]), np.array([0.5])).tolist() == [[[4, 5, 4, 3]]]
    assert drifted(values, np.array([4]), np.array([-0.5])).tolist() == [[[3, 4, 3, 6]]]


def test_drifting_meters_keep_the_day_and_half_of_them_say_so(readings: GridReadings) -> None:
    found = devices(readings, "drift=1")
    assert np.array_equal(found.values.sum(axis=2), readings.meters.values.sum(axis=2))
    assert not np.array_equal(found.values, readings.meters.values)
    assert found.values.min() >= 0
    assert set(np.unique(found.status)) == {0, 2}
