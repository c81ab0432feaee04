"""The balance of substations made by hand, one fault or confounder each: what must be claimed, and what must not."""

from collections.abc import Callable
from dataclasses import replace
from datetime import date

import numpy as np
import pytest

from gridlake.catalog.losses import DataProblem, Explanation, LossKind, Verdict
from gridlake.losses.daylight import darkness
from gridlake.losses.detector import Case, Finding, detect
from gridlake.losses.relocation import misplaced, relocations
from gridlake.losses.supply import SLOTS, Floats, Lamps, Supply, in_slots

FIRST_DAY = date(2016, 1, 11)  # a Monday; no clock change follows within the window
DAYS, POINTS = 42, 12
POSITION = 9.0, 51.0
FAULTY = 3
"""The point that something is wrong with."""

Change = Callable[[Floats], None]


def habits(seed: int = 1) -> Floats:
    """What flows at each point [point, day, slot], Wh: a level, an evening, and much chance of their own."""
    random = np.random.default_rng(seed)
    evening = 1.0 + 1.5 * np.exp(-(((np.arange(SLOTS) - 76) / 10.0) ** 2))
    level = random.uniform(60.0, 160.0, POINTS)[:, None, None]
    return np.asarray(np.round(level * evening * random.gamma(2.0, 0.5, (POINTS, DAYS, SLOTS))), dtype=np.float64)


def supply(flow: Floats, recorded: Floats | None = None, extra: Floats | float = 0.0, name: str = "S-1") -> Supply:
    """A substation that meters what flows and something extra; its points record `recorded`, or all that flows."""
    noise = np.random.default_rng(99).normal(0.0, 8.0, (DAYS, SLOTS))
    return Supply(
        substation_id=name,
        first_day=FIRST_DAY,
        meter_wh=np.round((flow.sum(axis=0) + extra + noise) / 10.0) * 10.0,
        points=tuple(f"{name}/P{number:02}" for number in range(len(flow))),
        profile_class=("H0",) * 10 + ("G1",) * (len(flow) - 10),
        consumption=flow.copy() if recorded is None else recorded,
        estimated=np.zeros(flow.shape, dtype=np.bool_),
        plant_of=np.zeros(0, dtype=np.int64),
        generation=np.zeros((0, DAYS, SLOTS)),
        generation_estimated=np.zeros((0, DAYS, SLOTS), dtype=np.bool_),
        longitude=POSITION[0],
        latitude=POSITION[1],
    )


def only_case(found: Finding) -> Case:
    (case,) = found.cases
    return case


def changed(flow: Floats, point: int, share: float, days: slice = slice(None), slots: slice = slice(None)) -> Floats:
    """Readings of which one point records only a share."""
    recorded = flow.copy()
    recorded[point, days, slots] = np.round(recorded[point, days, slots] * share)
    return recorded


def number(case: Case, name: Explanation) -> tuple[Verdict, float]:
    (check,) = (one for one in case.explanations if one.name is name)
    return check.verdict, check.number


def test_meters_that_are_only_inexact_are_no_case() -> None:
    flow = habits()
    gains = 1.0 + np.random.default_rng(5).normal(0.0, 0.004, POINTS)[:, None, None]
    late = 0.99 * flow + 0.01 * np.roll(flow.reshape(POINTS, -1), 1, axis=1).reshape(flow.shape)
    found = detect(supply(flow, np.round(late * gains)))
    assert found.cases == ()
    assert found.problems == ()
    assert found.readings == (POINTS + 1) * DAYS * SLOTS


def test_a_partial_bypass_is_named_with_onset_energy_and_factor() -> None:
    flow = habits()
    # Of 100 that flow 40 are recorded: for each recorded one 1.5 are missing.
    case = only_case(detect(supply(flow, changed(flow, FAULTY, 0.4, slice(14, None)))))
    lost_kwh = flow[FAULTY, 14:].sum() * 0.6 / 1000
    assert (case.kind, case.metering_point_id) == (LossKind.PARTIAL_BYPASS, "S-1/P03")
    assert case.factor == pytest.approx(1.5, abs=0.05)
    assert (case.onset_date, case.onset_in_window, case.end_date) == (date(2016, 1, 25), True, None)
    assert case.kwh_window == pytest.approx(lost_kwh, rel=0.03)
    assert case.kwh_per_year == pytest.approx(lost_kwh / 28 * 365, rel=0.03)
    assert case.kwh_per_year_low < lost_kwh / 28 * 365 < case.kwh_per_year_high
    assert case.residual_after_wh < 15 < 60 < case.residual_before_wh
    assert (case.days, case.days_supporting) == (28, 28)


@pytest.mark.parametrize(
    ("point", "share", "kind"),
    [(FAULTY, 2 / 3, LossKind.LOST_PHASE), (11, 0.5, LossKind.HALVED_CT), (FAULTY, 0.5, LossKind.PARTIAL_BYPASS)],
)
def test_the_share_that_is_left_names_the_kind(point: int, share: float, kind: LossKind) -> None:
    flow = habits()
    case = only_case(detect(supply(flow, changed(flow, point, share))))
    assert (case.kind, case.metering_point_id) == (kind, f"S-1/P{point:02}")
    assert case.onset_in_window is False


def test_an_evening_bypass_is_found_in_its_hours() -> None:
    flow = habits()
    hours = slice(68, 92)  # 17 to 23 h
    case = only_case(detect(supply(flow, changed(flow, FAULTY, 0.25, slots=hours))))
    assert (case.kind, case.metering_point_id) == (LossKind.EVENING_BYPASS, "S-1/P03")
    assert case.factor == pytest.approx(3.0, abs=0.2)
    assert case.kwh_window == pytest.approx(flow[FAULTY, :, hours].sum() * 0.75 / 1000, rel=0.05)


def test_a_stopped_register_still_draws_in_the_balance_and_a_vacancy_does_not() -> None:
    flow = habits()
    stopped = changed(flow, FAULTY, 0.0, slice(20, None))
    case = only_case(detect(supply(flow, stopped)))
    assert (case.kind, case.metering_point_id) == (LossKind.STOPPED_REGISTER, "S-1/P03")
    assert case.onset_date == date(2016, 1, 31)
    assert case.factor == pytest.approx(1.0, abs=0.2)
    assert number(case, Explanation.OWN_CHANGE) == (Verdict.EXCLUDED, 0.0)
    assert detect(supply(stopped)).cases == ()


def test_a_register_that_stands_still_all_the_time_shows_by_the_use_of_its_class() -> None:
    flow = habits()
    # Four firms of one size work from 8 to 18 h on weekdays, as some hooks do. Three of them show what the fourth uses.
    open_days = np.arange(DAYS) % 7 < 5
    flow[8:] = 0.0
    flow[8:, open_days, 32:72] = 400.0 + np.random.default_rng(3).integers(-100, 100, (4, open_days.sum(), 40))
    firms = ("H0",) * 8 + ("G1",) * 4
    case = only_case(detect(replace(supply(flow, changed(flow, 11, 0.0)), profile_class=firms)))
    assert (case.kind, case.metering_point_id) == (LossKind.STOPPED_REGISTER, "S-1/P11")
    assert case.factor == pytest.approx(1.0, abs=0.1)
    assert number(case, Explanation.OWN_CHANGE) == (Verdict.UNKNOWN, 1.0)
    # Nothing flows where nobody works: an empty shop.
    flow[11] = 0.0
    assert detect(replace(supply(flow), profile_class=firms)).cases == ()


@pytest.mark.parametrize("level", [0.05, 0.4, 2.0])
def test_who_leaves_or_moves_in_is_no_case(level: float) -> None:
    flow = habits()
    flow[FAULTY, 18:] = np.round(flow[FAULTY, 18:] * level)
    assert detect(supply(flow)).cases == ()


def test_load_without_a_meter_is_nobodys_and_is_told_in_kilowatts() -> None:
    flow = habits()
    extra = np.zeros((DAYS, SLOTS))
    extra[10:] = 500.0  # Wh a quarter of an hour: two kilowatts
    case = only_case(detect(supply(flow, extra=extra)))
    assert (case.kind, case.metering_point_id) == (LossKind.HOOK, None)
    assert case.factor == pytest.approx(2.0, abs=0.1)
    assert case.onset_date == date(2016, 1, 21)
    assert case.kwh_per_year == pytest.approx(2.0 * 24 * 365, rel=0.05)


def test_a_constant_bias_of_the_substations_meter_accuses_no_customer() -> None:
    found = detect(supply(habits(), extra=300.0))
    assert {case.metering_point_id for case in found.cases} <= {None}
    assert len(found.cases) <= 1


def test_lamps_that_nobody_declared_are_no_case() -> None:
    days = [date.fromordinal(FIRST_DAY.toordinal() + day) for day in range(DAYS)]
    burning = darkness(days, *POSITION, -3.0) * 500.0
    found = detect(supply(habits(), extra=burning))
    assert found.cases == ()
    declared = replace(supply(habits(), extra=burning), lamps=Lamps(1.8, half_night=False))  # ten per cent wrong
    assert detect(declared).cases == ()


def test_a_point_that_hangs_elsewhere_is_found_on_both_sides() -> None:
    here, there = habits(1), habits(2)
    # The register puts the first substation's point 3 here; its load flows through the second one.
    first = replace(supply(here), meter_wh=supply(np.delete(here, FAULTY, axis=0)).meter_wh)
    second = supply(there, extra=here[FAULTY], name="S-2")
    third = supply(habits(3), name="S-3")
    findings = [detect(one) for one in (first, second, third)]
    case = only_case(findings[0])
    assert (case.kind, case.metering_point_id) == (LossKind.WRONG_SUBSTATION, "S-1/P03")
    assert case.factor == pytest.approx(-1.0, abs=0.05)
    (moved,) = relocations(findings)
    assert (moved.metering_point_id, moved.registered, moved.supplied_by) == ("S-1/P03", "S-1", "S-2")
    assert moved.score > 5 * moved.runner_up
    assert [one.supplied_by for one in misplaced(findings, [moved])] == ["S-2"]
    # Nobody lacks it: it is misplaced all the same, but nobody can say where it hangs.
    assert relocations([findings[0], findings[2]]) == []
    assert [one.supplied_by for one in misplaced([findings[0], findings[2]], [])] == [None]


def test_a_substation_without_a_meter_is_named_and_accuses_nobody() -> None:
    blind = replace(supply(habits()), meter_wh=np.full((DAYS, SLOTS), np.nan))
    found = detect(blind)
    assert found.cases == ()
    assert [(one.problem, one.days) for one in found.problems] == [(DataProblem.NO_SUBSTATION_METER, DAYS)]
    barely = replace(blind, meter_wh=np.where(np.arange(DAYS)[:, None] < 14, supply(habits()).meter_wh, np.nan))
    assert detect(barely).problems == ()
    less = replace(blind, meter_wh=np.where(np.arange(DAYS)[:, None] < 13, supply(habits()).meter_wh, np.nan))
    assert [one.problem for one in detect(less).problems] == [DataProblem.NO_SUBSTATION_METER]


def test_a_missing_month_is_named_and_the_neighbours_fault_found_all_the_same() -> None:
    flow = habits()
    recorded = changed(flow, FAULTY, 0.4)
    recorded[7, :30] = np.nan
    found = detect(supply(flow, recorded))
    assert [(one.problem, one.metering_point_id, one.days) for one in found.problems] == [
        (DataProblem.MISSING_DAYS, "S-1/P07", 30)
    ]
    assert [case.metering_point_id for case in found.cases] == ["S-1/P03"]


def test_a_point_without_readings_and_negative_ones_are_named() -> None:
    flow = habits()
    recorded = flow.copy()
    recorded[5] = np.nan
    recorded[6, 4, 10] = -50.0
    flow[5] = 0.0
    found = detect(supply(flow, recorded))
    assert {(one.problem, one.metering_point_id, one.days) for one in found.problems} == {
        (DataProblem.NO_READINGS, "S-1/P05", DAYS),
        (DataProblem.NEGATIVE_READINGS, "S-1/P06", 1),
    }
    assert found.cases == ()


def test_a_substation_without_customers_is_named() -> None:
    nobody = supply(habits()[:0], extra=500.0)
    found = detect(replace(nobody, profile_class=()))
    assert [one.problem for one in found.problems] == [DataProblem.NO_CUSTOMERS]


def test_days_of_the_clock_change_are_laid_out_by_the_wall_clock() -> None:
    short, long = in_slots(np.arange(92.0)), in_slots(np.arange(100.0))
    assert np.isnan(short[8:12]).all()
    assert (short[7], short[12], short[95]) == (7, 8, 91)
    # 02:00 comes twice: the first one is kept, and 03:00 is the seventeenth quarter hour.
    assert (long[8], long[11], long[12], long[95]) == (8, 11, 16, 99)
    with pytest.raises(ValueError, match="97 quarter hours"):
        in_slots(np.arange(97.0))


def test_darkness_follows_the_almanac() -> None:
    # Kassel, 21 June 2016: sunrise 05:03, sunset 21:41 summer time, by the almanac's -0.83 degrees.
    dark = darkness([date(2016, 6, 21)], 9.5, 51.3, -0.83)[0]
    sunrise, sunset = dark[:48].sum() / 4, 12 + (48 - dark[48:].sum()) / 4
    assert sunrise == pytest.approx(5 + 3 / 60, abs=0.15)
    assert sunset == pytest.approx(21 + 41 / 60, abs=0.15)
