"""The same seed is the same world, whatever is asked for first, alone or together."""

from datetime import date

import numpy as np
import pytest

from headend.errors import RequestError, SourceDataError
from headend.fleet import Fleet, GridReadings
from headend.grid import Grid
from headend.local_days import Window
from headend.simbench import SimBench


def equal(one: GridReadings, other: GridReadings) -> bool:
    return (
        one.metering_point_ids == other.metering_point_ids
        and np.array_equal(one.meters.values, other.meters.values)
        and np.array_equal(one.meters.start_register, other.meters.start_register)
        and np.array_equal(one.collected_at, other.collected_at)
        and np.array_equal(one.transformer.import_wh, other.transformer.import_wh)
        and np.array_equal(one.transformer.phase_volts, other.transformer.phase_volts)
    )


def test_a_grid_regenerates_alone_and_after_others(
    fleet: Fleet, small_grid: Grid, small_readings: GridReadings, march_week: Window
) -> None:
    fleet.readings(fleet.grids[300], march_week)
    assert equal(fleet.readings(small_grid, march_week), small_readings)
    assert equal(Fleet.of(fleet.seed).readings(small_grid, march_week), small_readings)


@pytest.mark.parametrize("changed", [date(2016, 3, 27), date(2016, 10, 30)])
def test_a_day_is_the_same_in_every_window_that_holds_it(fleet: Fleet, small_grid: Grid, changed: date) -> None:
    alone = fleet.readings(small_grid, Window(changed, 1))
    first = date.fromordinal(changed.toordinal() - 5)
    among = fleet.readings(small_grid, Window(first, 9))
    length = alone.meters.values.shape[2]
    assert np.array_equal(alone.meters.values[:, 0], among.meters.values[:, 5, :length])
    assert np.array_equal(alone.meters.start_register[:, 0], among.meters.start_register[:, 5])
    assert np.array_equal(alone.collected_at[:, 0], among.collected_at[:, 5])
    inside = np.isin(among.transformer.interval_start, alone.transformer.interval_start)
    assert np.array_equal(alone.transformer.import_wh, among.transformer.import_wh[inside])
    assert np.array_equal(alone.transformer.phase_volts, among.transformer.phase_volts[inside])
    assert np.array_equal(alone.transformer.oil_celsius, among.transformer.oil_celsius[inside])


def test_another_seed_is_another_world(
    other_seed: Fleet, small_grid: Grid, small_readings: GridReadings, march_week: Window
) -> None:
    other = other_seed.readings(small_grid, march_week)
    assert not set(other.metering_point_ids) & set(small_readings.metering_point_ids)
    assert not np.array_equal(other.meters.values, small_readings.meters.values)


def test_copies_of_one_archetype_differ(fleet: Fleet, archetypes: dict[str, list[Grid]], march_week: Window) -> None:
    one, other = (fleet.readings(grid, march_week) for grid in archetypes["rural1"][:2])
    assert not np.array_equal(one.meters.values, other.meters.values)


def test_a_larger_selection_contains_the_smaller_and_depends_on_the_seed(fleet: Fleet, other_seed: Fleet) -> None:
    ten = {grid.number for grid in fleet.select(10)}
    assert len(ten) == 10
    assert ten < {grid.number for grid in fleet.select(60)}
    assert ten != {grid.number for grid in other_seed.select(10)}
    assert [grid.number for grid in fleet.select(412)] == list(range(1, 413))


def test_rows_are_sorted_and_ids_are_as_documented(small_readings: GridReadings) -> None:
    rows = list(zip(small_readings.metering_point_ids, small_readings.registers, strict=True))
    assert rows == sorted(rows)
    assert rows[0] == ("DE-QN000010010001", "1-0:1.8.0")
    assert len(rows) == 17
    assert small_readings.substation_id == "QN-00001-001"


def test_bundles_are_collected_in_the_night_after_their_day(small_readings: GridReadings, march_week: Window) -> None:
    delay = small_readings.collected_at - march_week.starts[1:]
    assert delay.min() >= 15 * 60
    assert delay.max() <= 6 * 3600


def test_transformer_readings_are_physical(small_readings: GridReadings) -> None:
    meter = small_readings.transformer
    assert len(meter.interval_start) == 6 * 96 + 92
    assert (meter.import_wh % 10 == 0).all()
    assert not ((meter.import_wh > 10) & (meter.export_wh > 10)).any()
    assert 207 < meter.phase_volts.min() < meter.phase_volts.max() < 253
    assert -20 < meter.oil_celsius.min() < meter.oil_celsius.max() < 105


@pytest.mark.parametrize("substations", [0, 413])
def test_more_substations_than_there_are_is_refused(fleet: Fleet, substations: int) -> None:
    with pytest.raises(RequestError, match="412"):
        fleet.select(substations)


def test_a_seed_beyond_five_digits_is_refused() -> None:
    with pytest.raises(RequestError, match="100000"):
        Fleet.of(100_000)


def test_a_missing_data_set_names_the_next_step(tmp_path_factory: pytest.TempPathFactory) -> None:
    with pytest.raises(SourceDataError, match="reinstall the pinned simbench wheel"):
        SimBench.read(tmp_path_factory.mktemp("empty"))
