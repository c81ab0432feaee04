"""What a substation's energy balance shows: kinds of cases, what else could explain one, what the data lack."""

from enum import StrEnum


class LossKind(StrEnum):
    """What a case claims."""

    PARTIAL_BYPASS = "partial_bypass"  # a meter records a part of what flows, all day
    EVENING_BYPASS = "evening_bypass"  # the same, in certain hours only
    STOPPED_REGISTER = "stopped_register"  # a meter records nothing, and what the point used still flows
    LOST_PHASE = "lost_phase"  # two thirds are recorded
    HALVED_CT = "halved_ct"  # half of a commercial point is recorded
    WRONG_SUBSTATION = "wrong_substation"  # the point is not supplied by the substation of the register
    HOOK = "hook"  # load without a meter


UNDER_RECORDING = (
    LossKind.PARTIAL_BYPASS,
    LossKind.EVENING_BYPASS,
    LossKind.STOPPED_REGISTER,
    LossKind.LOST_PHASE,
    LossKind.HALVED_CT,
)


class Explanation(StrEnum):
    """What else could look like a case; each is checked, and its number says by how much it could."""

    OWN_CHANGE = "own_change"  # vacancy or move: own daily use in the case's days relative to other days
    OUTAGE = "outage"  # share of the case's intervals in which nothing flowed through the substation
    LIGHTING = "lighting"  # correlation of what is missing with darkness
    CLOCK = "clock"  # seconds by which the point's clock seems off
    ESTIMATED = "estimated"  # share of the case's readings that are estimates or missing
    NEIGHBOUR = "neighbour"  # gain of the best other point relative to this one


class Verdict(StrEnum):
    """How a check ended."""

    EXCLUDED = "excluded"
    POSSIBLE = "possible"
    UNKNOWN = "unknown"  # the window does not hold what the check needs


class DataProblem(StrEnum):
    """What lacks in a substation's data; the rest is computed."""

    NO_SUBSTATION_METER = "NO_SUBSTATION_METER"  # fewer metered days than a case needs: nothing is computed
    NO_CUSTOMERS = "NO_CUSTOMERS"  # a metered substation with nobody behind it: nothing is computed
    NO_SUBSTATION = "NO_SUBSTATION"  # a metering point that the register puts nowhere
    NO_READINGS = "NO_READINGS"  # a metering point without any reading in the window
    MISSING_DAYS = "MISSING_DAYS"  # a metering point lacks a week or more: its usual days stand in, with little weight
    NEGATIVE_READINGS = "NEGATIVE_READINGS"  # energies below zero: taken as missing


_CASE_FIELDS = (
    "substation_id: string, metering_point_id: string, kind: string, score: double, factor: double, "
    "factor_low: double, factor_high: double, onset_date: date, onset_in_window: boolean, end_date: date, "
    "kwh_window: double, kwh_per_year: double, kwh_per_year_low: double, kwh_per_year_high: double, "
    "residual_before_wh: double, residual_after_wh: double, days: int, days_supporting: int, "
    "explanations: array<struct<name: string, verdict: string, number: double>>"
)
_PROBLEM_FIELDS = "substation_id: string, metering_point_id: string, problem: string, days: int"

FINDING_STRUCT = (
    "struct<substation_id: string, area: string, readings: bigint, first_day: date, "
    f"cases: array<struct<{_CASE_FIELDS}>>, problems: array<struct<{_PROBLEM_FIELDS}>>, residual: array<float>, "
    "strays: array<struct<metering_point_id: string, score: double, curve: array<float>>>>"
)
"""One substation's outcome. `residual` is what nothing explains, `strays` are points that seem to belong elsewhere."""

RELOCATIONS = (
    "array<struct<metering_point_id: string, registered: string, supplied_by: string, score: double, factor: double, "
    "runner_up: double>>"
)
"""Points that another substation than the register's supplies."""
