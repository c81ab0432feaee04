"""A world with losses: what meters record of what flows. Every kind is made by hand and compared with the true flow."""

from collections.abc import Sequence
from dataclasses import replace
from datetime import date

import numpy as np
import pytest

from headend import under_recording
from headend.customer import Flow
from headend.episode import Episode
from headend.fleet import Fleet, GridReadings
from headend.grid import Grid
from headend.local_days import Window
from headend.loss_profile import UNDER_RECORDING, Kind, Phenomenon
from headend.metering import Metered
from headend.streams import Ints

WEEK = Window(date(2016, 3, 22), 6)
"""Its last day has 92 intervals."""

FIRST = WEEK.first_number


def grid_with_faults(fleet: Fleet, kind: Kind) -> Grid:
    """The first substation in which a meter shows a kind in the whole week."""
    for grid in fleet.grids:
        known = fleet.metered(grid, Window(WEEK.first_day, 1)).circumstances
        assert known is not None
        if any(one.kind is kind and one.first <= FIRST and one.last > FIRST + 5 for one in known.faults):
            return grid
    raise AssertionError(f"no substation has {kind}")


def seen(fleet: Fleet, grid: Grid, fault: Episode) -> tuple[Flow, Flow]:
    """True and recorded flow of a substation in which one fault is the only one."""
    metered = fleet.metered(grid, WEEK)
    channels = metered.channels

    def true_flow(rows: Sequence[int], window: Window) -> Flow:
        whole = fleet.metered(grid, window).true
        chosen = list(rows)
        return Flow(whole.day_wh[chosen], whole.weights[chosen], whole.reactive_var[chosen])

    recorded = under_recording.recorded(metered.true, channels, [fault], WEEK, true_flow)
    return metered.true, recorded


def fault(kind: Kind, first: int, last: int, level: float) -> Episode:
    return Episode(2, kind, FIRST + first, FIRST + last, level, (0.0, 0.0, 0.5, 0.5))


@pytest.mark.parametrize(
    ("kind", "level"),
    [
        (Kind.PARTIAL_BYPASS, 0.3),
        (Kind.STOPPED_REGISTER, 0.0),
        (Kind.LOST_PHASE, 2 / 3),
        (Kind.HALVED_CT, 0.5),
    ],
)
def test_whole_days_are_recorded_in_part(honest: Fleet, small_grid: Grid, kind: Kind, level: float) -> None:
    true, recorded = seen(honest, small_grid, fault(kind, 2, 3, level))
    assert recorded.interval_wh()[2, 2:4] == pytest.approx(level * true.interval_wh()[2, 2:4])
    assert (recorded.interval_wh()[2, [0, 1, 4, 5]] == true.interval_wh()[2, [0, 1, 4, 5]]).all()
    others = np.arange(17) != 2
    assert (recorded.interval_wh()[others] == true.interval_wh()[others]).all()


def test_an_evening_bypass_takes_the_evening_only(honest: Fleet, small_grid: Grid) -> None:
    # Details of 0: from 16:30 to 22:00, slots 66 to 87.
    true, recorded = seen(honest, small_grid, fault(Kind.EVENING_BYPASS, 1, 400, 0.25))
    before, after = true.interval_wh()[2], recorded.interval_wh()[2]
    assert before.sum() > 0
    assert after[0] == pytest.approx(before[0])
    assert after[1, 66:88] == pytest.approx(0.25 * before[1, 66:88])
    assert after[1, :66] == pytest.approx(before[1, :66])
    assert after[1, 88:] == pytest.approx(before[1, 88:])
    assert after[5, 62:84] == pytest.approx(0.25 * before[5, 62:84])  # the short day, an hour earlier in the row
    assert after[5, :62] == pytest.approx(before[5, :62])


def test_an_intermittent_bypass_takes_about_every_second_day(honest: Fleet, small_grid: Grid) -> None:
    true, recorded = seen(honest, small_grid, fault(Kind.INTERMITTENT_BYPASS, -80, 400, 0.25))
    share = (recorded.day_wh / np.maximum(true.day_wh, 1e-9))[2, FIRST - 80 :]
    assert {round(one, 6) for one in share.tolist()} == {0.25, 1.0}
    assert 0.3 < (share < 1).mean() < 0.7


def test_registers_and_intervals_agree_whatever_is_wrong(scoring: Fleet, archetypes: dict[str, list[Grid]]) -> None:
    for grid in (archetypes["rural1"][1], archetypes["semiurb4"][3], archetypes["rural2"][5]):
        meters = scoring.readings(scoring.grids[grid.number - 1], WEEK).meters
        assert (meters.values.sum(axis=2) == meters.end_register - meters.start_register).all()
        assert (meters.end_register[:, :-1] == meters.start_register[:, 1:]).all()
        assert meters.values.min() >= 0


@pytest.mark.parametrize("kind", [Kind.EVENING_BYPASS, Kind.INTERMITTENT_BYPASS])
def test_a_day_is_the_same_in_every_window_that_holds_it(scoring: Fleet, kind: Kind) -> None:
    grid, last = grid_with_faults(scoring, kind), Window(date(2016, 3, 27), 1)
    alone, among = scoring.readings(grid, last), scoring.readings(grid, WEEK)
    assert alone.metering_point_ids == among.metering_point_ids
    assert np.array_equal(alone.meters.values[:, 0], among.meters.values[:, 5, :92])
    assert np.array_equal(alone.meters.start_register[:, 0], among.meters.start_register[:, 5])
    assert alone.meters.status is not None
    assert among.meters.status is not None
    assert np.array_equal(alone.meters.status[:, 0], among.meters.status[:, 5, :92])
    inside = np.isin(among.transformer.interval_start, alone.transformer.interval_start)
    assert np.array_equal(alone.transformer.import_wh, among.transformer.import_wh[inside])
    assert np.array_equal(alone.transformer.phase_volts, among.transformer.phase_volts[inside])


def test_a_grid_regenerates_alone_and_after_others(scoring: Fleet) -> None:
    grid = scoring.grids[60]
    first = scoring.readings(grid, WEEK)
    scoring.readings(scoring.grids[200], WEEK)
    again = Fleet.of(scoring.seed, losses="scoring").readings(grid, WEEK)
    assert first.metering_point_ids == again.metering_point_ids
    assert np.array_equal(first.meters.values, again.meters.values)
    assert np.array_equal(first.meters.end_register, again.meters.end_register)
    assert np.array_equal(first.transformer.import_wh, again.transformer.import_wh)


def test_faults_of_others_change_no_meter_but_by_physics(scoring: Fleet, honest: Fleet) -> None:
    touched = untouched = 0
    for grid in scoring.grids[20:400:30]:
        known = scoring.metered(grid, WEEK).circumstances
        assert known is not None
        faulty, clean = scoring.readings(grid, WEEK), honest.readings(grid, WEEK)
        ids = np.array(faulty.metering_point_ids)
        owner = dict(zip(range(1, len(grid.loads) + 1), points_of(scoring, grid), strict=True))
        channels = scoring.metered(grid, WEEK).channels
        guilty = {owner[int(channels.load_number[one.row])] for one in known.faults}
        same = rows_equal(faulty, clean)
        assert same[~np.isin(ids, list(guilty))].all()
        untouched += int(same.sum())
        touched += int((~same).sum())
        # Nobody's meter changes what flows; only a hook does.
        hooked = any(one.touches(FIRST, 6) for one in known.hooks)
        assert np.array_equal(faulty.transformer.import_wh, clean.transformer.import_wh) is not hooked
        assert np.array_equal(faulty.collected_at, clean.collected_at)
    assert touched > 0
    assert untouched > 500


def points_of(fleet: Fleet, grid: Grid) -> list[str]:
    """Ids of a grid's points in the order of its loads."""
    ordered = sorted(fleet.connections([grid]), key=lambda one: one.position)
    return [one.metering_point_id for one in ordered]


def rows_equal(one: GridReadings, other: GridReadings) -> np.ndarray[tuple[int], np.dtype[np.bool_]]:
    """Which rows two worlds record alike, registers and status included."""
    assert one.meters.status is not None
    assert other.meters.status is not None
    pairs: list[tuple[Ints, Ints]] = [
        (one.meters.values, other.meters.values),
        (one.meters.start_register, other.meters.start_register),
        (one.meters.end_register, other.meters.end_register),
        (one.meters.status, other.meters.status),
    ]
    same = [(first == second).reshape(len(first), -1).all(axis=1) for first, second in pairs]
    return np.asarray(np.logical_and.reduce(same), dtype=np.bool_)


def test_under_recording_is_as_frequent_as_asked(scoring: Fleet) -> None:
    day, found, points = Window(date(2016, 9, 1), 1), [], 0
    for grid in scoring.grids[::12]:
        known = scoring.metered(grid, day).circumstances
        assert known is not None
        found += [one.kind for one in known.faults if one.touches(day.first_number, 1)]
        points += len(grid.loads)
    # 0.8 + 0.5 + 0.4 + 0.3 + 0.3 % of all points; some 2,700 points are looked at.
    assert len(found) / points == pytest.approx(0.023, abs=0.010)
    assert set(found) <= set(UNDER_RECORDING)


def test_the_balance_shows_what_is_lost(scoring: Fleet) -> None:
    """What the transformer delivers beyond the readings is hooks, lamps, what meters miss, and a little cable loss."""
    assert scoring.losses is not None
    everything = {kind: replace(one, share=0.0) for kind, one in scoring.losses.phenomena.items()}
    everything[Kind.PARTIAL_BYPASS] = Phenomenon(0.3, (0.5, 0.5), (360, 360))
    fleet = replace(scoring, losses=replace(scoring.losses, phenomena=everything))
    grid = fleet.grids[100]
    metered: Metered = fleet.metered(grid, WEEK)
    readings = fleet.read(grid, WEEK, metered)
    delivered = int((readings.transformer.import_wh - readings.transformer.export_wh).sum())
    sign = np.where(np.array(readings.registers) == "1-0:1.8.0", 1, -1)
    consumed = int((readings.meters.values.sum(axis=(1, 2)) * sign).sum())
    missed = float((metered.true.day_wh - metered.recorded.day_wh)[:, FIRST:].sum())
    assert missed > 0.05 * delivered
    assert delivered - consumed == pytest.approx(missed, rel=0.1)
