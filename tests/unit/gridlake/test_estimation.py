"""Estimates against a plain Python computation, and by hand where a number says more."""

import random
from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import replace
from datetime import UTC, date, datetime
from typing import Any

import estimation_oracle as oracle
import pytest
from deliveries import DAY, IMPORT, MIDNIGHT, POINT
from estimation_oracle import ONE_DAY, Day
from pyspark.sql import DataFrame, SparkSession

from gridlake.catalog.calendar import holidays
from gridlake.catalog.curated import READING_ESTIMATE
from gridlake.transforms.estimation import due, estimates, in_force
from gridlake.transforms.filled_days import filled_days
from gridlake.transforms.gaps import gaps, touched_days

pytestmark = pytest.mark.spark

SEED = 20161125
KNOWN_AT = datetime(2016, 11, 25, 6, tzinfo=UTC)
HOLIDAYS = holidays([2016])
_CURRENT = (
    "metering_point_id string, register string, local_day date, interval_start_utc timestamp, `values` array<bigint>, "
    "quality array<int>, start_register bigint, end_register bigint, version_ids array<string>"
)
_KEY = "metering_point_id string, register string, local_day date"
_PROFILES = "metering_point_id string, register string, month int, day_type string, weights array<bigint>"

_ESTIMATE = ", ".join(f"`{column.name}` {column.type}" for column in READING_ESTIMATE.columns)

World = dict[str, dict[date, Day]]


def current(spark: SparkSession, world: Mapping[str, Mapping[date, Day]], shuffled: int | None = None) -> DataFrame:
    rows = [
        (
            point,
            IMPORT,
            day,
            oracle.midnight(day),
            one.values,
            [0] * len(one.values),
            one.start,
            one.end,
            [*one.versions],
        )
        for point, days in world.items()
        for day, one in days.items()
    ]
    if shuffled is not None:
        random.Random(shuffled).shuffle(rows)  # noqa: S311 - a test's own seed
    return spark.createDataFrame(rows, _CURRENT).persist()


# Six weeks around each clock change.
SPRING = [date(2016, 2, 28) + ONE_DAY * step for step in range(35)]
AUTUMN = [date(2016, 10, 3) + ONE_DAY * step for step in range(35)]
PROFILE = {
    (month, kind): [1 + (slot * 7 + month + len(kind)) % 90 for slot in range(96)]
    for month in range(1, 13)
    for kind in ("WORKDAY", "SATURDAY", "REST_DAY")
}


def truth(rng: random.Random, days: Sequence[date]) -> dict[date, Day]:
    """A register's true days; some meters stand still, some pass their last digit."""
    largest = rng.choice([0, 3, 40, 900, 10**6])
    register = rng.choice([0, 123_456_789, 10**9 - 200 * largest - 1, 10**12 - 10**11])
    found = {}
    for day in days:
        values: oracle.Values = [rng.randint(0, largest) for _ in oracle.intervals(day)]
        end = register + sum(value or 0 for value in values)
        if register < 10**9 <= end:
            end -= 10**9
        found[day] = Day(values, register, end, (f"{day}",))
        register = end
    return found


def spoilt(rng: random.Random, days: Mapping[date, Day]) -> dict[date, Day]:
    """Days lost alone and in runs, hours lost within days, and registers of another device."""
    lost: set[date] = set()
    for first in days:
        if rng.random() < 0.06:
            lost |= {first + ONE_DAY * step for step in range(rng.randint(1, 5))}
    left = {}
    for day, one in days.items():
        if day in lost:
            continue
        values, start = list(one.values), one.start
        for _ in range(rng.choice([0, 0, 0, 1, 1, 2])):
            size = rng.choice([1, 4, 8, 9, 24, 60, len(values)])
            begin = rng.randint(0, len(values) - size)
            values[begin : begin + size] = [None] * size
        if rng.random() < 0.03:
            start = max(0, start - 77_777)
        left[day] = Day(values, start, one.end, (f"{day}a", f"{day}b") if rng.random() < 0.2 else one.versions)
    return left


def flat_days(days: Sequence[date], wh: int = 10, start: int = 5_000) -> dict[date, Day]:
    """Days of equal intervals whose registers follow each other."""
    found = {}
    for day in days:
        values: oracle.Values = [wh] * len(oracle.intervals(day))
        found[day] = Day(values, start, start + wh * len(values), (f"{day}",))
        start += wh * len(values)
    return found


def with_gap(day: Day, begin: int, size: int) -> Day:
    return replace(day, values=[*day.values[:begin], *([None] * size), *day.values[begin + size :]])


_DAYS = [DAY + ONE_DAY * step for step in range(7)]
GAP_DAY = _DAYS[6]  # a Friday
_FLAT, _LARGE = flat_days([*_DAYS, GAP_DAY + ONE_DAY]), flat_days(_DAYS[:3], wh=10**9, start=0)
_WITHOUT = {day: one for day, one in _FLAT.items() if day != GAP_DAY}
_AFTER_DAY = GAP_DAY + ONE_DAY
_AFTER = _FLAT[_AFTER_DAY]
# Metering points by the state that their days are in now, all of them first without GAP_DAY.
CHANGED: World = {
    "no change": _WITHOUT,
    "similar day corrected": _WITHOUT
    | {_DAYS[5]: replace(_FLAT[_DAYS[5]], values=[20, 0, *[10] * 94], versions=("corrected",))},
    "register resent": _WITHOUT | {_AFTER_DAY: replace(_AFTER, versions=("resent",))},
    "other register": _WITHOUT
    | {_AFTER_DAY: replace(_AFTER, values=[11, *[10] * 95], start=_AFTER.start - 1, versions=("corrected",))},
    "own reading": _WITHOUT | {GAP_DAY: with_gap(_FLAT[GAP_DAY], 1, 95)},
    "whole day": _FLAT,
}
_MORNING, _EVENING = [*[1] * 24, *[3] * 24], [*[3] * 24, *[1] * 24]


def _february() -> dict[date, Day]:
    """Twelve days with one shape, thirteen with another, then one like the first with its later half unknown."""
    found, register = {}, 0
    for day in range(1, 28):
        shape = _MORNING + _EVENING if day < 13 or day > 25 else _EVENING + _MORNING
        level = 10 if day > 25 else 7
        values: oracle.Values = [level * part for part in shape]
        end = register + level * 192
        if day == 26:
            values[48:] = [None] * 48
        found[date(2016, 2, day)] = Day(values, register, end, (f"2016-02-{day:02}",))
        register = end
    return found


BY_HAND: World = {
    "alike": _february(),
    **dict.fromkeys(CHANGED, _WITHOUT),
    # Weights 8, 14 and 14 of 36 share 17 Wh: 3.78, 6.61 and 6.61.
    "remainder": {DAY: Day([None, 4, None, None, *[10] * 92], 5_000, 5_000 + 4 + 920 + 17, (f"{DAY}",))},
    "two hours": _FLAT | {GAP_DAY: with_gap(_FLAT[GAP_DAY], 40, 8)},
    "a quarter more": _FLAT | {GAP_DAY: with_gap(_FLAT[GAP_DAY], 40, 9)},
    "same device": _FLAT | {GAP_DAY: with_gap(_FLAT[GAP_DAY], 4, 2)},
    "other device": _FLAT | {GAP_DAY: replace(with_gap(_FLAT[GAP_DAY], 4, 2), start=700, end=1_660)},
    "absurd": _LARGE | {_DAYS[2]: replace(with_gap(_LARGE[_DAYS[2]], 0, 96), end=10**12)},
    "nothing known": {_DAYS[1]: _FLAT[_DAYS[1]]},
}
ASKED = {"alike": date(2016, 2, 26), "remainder": DAY, "absurd": _DAYS[2], "nothing known": DAY}


@pytest.fixture(scope="module")
def drawn() -> World:
    rng = random.Random(SEED)  # noqa: S311 - a test's own seed
    return {
        f"P{number:02}": spoilt(rng, truth(rng, days)) for number, days in enumerate([SPRING] * 5 + [AUTUMN] * 5, 1)
    }


@pytest.fixture(scope="module")
def world(drawn: World) -> World:
    """What was drawn, and what was made by hand: all of it goes through Spark together."""
    return drawn | BY_HAND


def profile_of(point: str) -> oracle.Profile:
    return PROFILE if point in ("P02", "P04", "P05", "P07", "P10", "nothing known") else {}


def asked_days(point: str) -> list[date]:
    """Of the drawn all but the last day, which only bounds."""
    if point in BY_HAND:
        return [ASKED.get(point, GAP_DAY)]
    return (SPRING if point < "P06" else AUTUMN)[:-1]


@pytest.fixture(scope="module")
def demanded(drawn: World) -> dict[tuple[str, date], oracle.Estimate]:
    return {
        (point, day): one
        for point, days in drawn.items()
        for day, one in oracle.estimates(days, asked_days(point), profile_of(point), HOLIDAYS).items()
    }


@pytest.fixture(scope="module")
def everything(spark: SparkSession, world: World) -> list[dict[str, Any]]:
    return estimated(spark, world)


@pytest.fixture(scope="module")
def found(everything: list[dict[str, Any]], drawn: World) -> list[dict[str, Any]]:
    return [row for row in everything if row["metering_point_id"] in drawn]


@pytest.fixture(scope="module")
def by_hand(everything: list[dict[str, Any]], drawn: World) -> dict[str, dict[str, Any]]:
    return {row["metering_point_id"]: row for row in everything if row["metering_point_id"] not in drawn}


def estimated(spark: SparkSession, world: World, shuffled: int | None = None) -> list[dict[str, Any]]:
    readings = current(spark, world, shuffled)
    asked = [(point, IMPORT, day) for point in world for day in asked_days(point)]
    weights = [(point, IMPORT, *key, [*one]) for point in world for key, one in profile_of(point).items()]
    if shuffled is not None:
        asked.reverse()
    gap = gaps(readings, spark.createDataFrame(asked, _KEY))
    return rows(estimates(gap, readings, spark.createDataFrame(weights, _PROFILES), HOLIDAYS, KNOWN_AT))


def rows(frame: DataFrame) -> list[dict[str, Any]]:
    return [row.asDict() for row in frame.orderBy("metering_point_id", "local_day").collect()]


def test_estimates_are_those_of_the_oracle(
    found: list[dict[str, Any]], demanded: Mapping[tuple[str, date], oracle.Estimate]
) -> None:
    assert Counter(row["method"] for row in found).keys() == {"NEIGHBOURS", "SIMILAR_DAYS", "STANDARD_PROFILE", "EVEN"}
    assert {len(row["values"]) for row in found} == {92, 96, 100}
    assert {
        (row["metering_point_id"], row["local_day"]): oracle.Estimate(
            row["values"], row["method"], row["gap_energy_wh"], tuple(row["inputs"])
        )
        for row in found
    } == demanded


def test_a_gap_between_two_registers_sums_to_their_difference(found: list[dict[str, Any]]) -> None:
    sums: Counter[str] = Counter()
    energies = {row["gap_id"]: row["gap_energy_wh"] for row in found if row["gap_energy_wh"] is not None}
    for row in found:
        sums[row["gap_id"]] += sum(value or 0 for value in row["values"])
    assert len(energies) > 100
    assert len([energy for energy in energies.values() if energy]) > 50
    assert {gap: sums[gap] for gap in energies} == energies


def test_the_order_of_rows_changes_nothing(spark: SparkSession, drawn: World, found: list[dict[str, Any]]) -> None:
    assert estimated(spark, drawn, shuffled=3) == found


def test_a_remainder_goes_to_the_intervals_that_lost_most_by_rounding(by_hand: dict[str, dict[str, Any]]) -> None:
    one = by_hand["remainder"]
    assert one["values"][:5] == [4, None, 7, 6, None]
    assert one["quality"][:5] == [9, None, 9, 9, None]
    assert (one["method"], one["inputs"]) == ("NEIGHBOURS", [str(DAY)])
    assert one["known_at"].astimezone(UTC) == KNOWN_AT


def test_two_hours_come_from_neighbours_and_a_quarter_more_from_similar_days(
    by_hand: dict[str, dict[str, Any]],
) -> None:
    assert by_hand["two hours"]["method"] == "NEIGHBOURS"
    longer = by_hand["a quarter more"]
    assert (longer["method"], longer["quality"][40]) == ("SIMILAR_DAYS", 8)
    # All earlier days are like it, whatever their type; the day after bounds it.
    assert longer["inputs"] == [f"2016-01-{day:02}" for day in range(2, 10)]


def test_a_day_without_readings_takes_days_of_its_type(by_hand: dict[str, dict[str, Any]]) -> None:
    # A Friday after four workdays; Epiphany, the Wednesday, is no holiday of all states. Its neighbours bound it.
    assert by_hand["no change"]["inputs"] == [f"2016-01-{day:02}" for day in (4, 5, 6, 7, 9)]


def test_a_day_with_half_of_its_readings_takes_those_most_like_it(by_hand: dict[str, dict[str, Any]]) -> None:
    # Twelve days in the morning like its own, thirteen later ones that are not: at another level, but that is all.
    one = by_hand["alike"]
    assert one["inputs"] == [*(f"2016-02-{day:02}" for day in range(1, 13)), "2016-02-25", "2016-02-26", "2016-02-27"]
    assert one["values"][48:] == [*[30] * 24, *[10] * 24]


def test_registers_that_do_not_meet_give_no_energy_but_a_provisional_estimate(
    by_hand: dict[str, dict[str, Any]],
) -> None:
    moved, same = by_hand["other device"], by_hand["same device"]
    assert (moved["gap_energy_wh"], moved["values"][4:6]) == (None, [10, 10])
    assert (same["gap_energy_wh"], same["values"][4:6]) == (20, [10, 10])


def test_an_absurd_register_is_spread_and_does_not_overflow(by_hand: dict[str, dict[str, Any]]) -> None:
    assert sum(by_hand["absurd"]["values"]) == 10**12 - 2 * 96 * 10**9


def test_a_gap_without_registers_or_earlier_days_is_left_open(by_hand: dict[str, dict[str, Any]]) -> None:
    assert "nothing known" in BY_HAND
    assert "nothing known" not in by_hand


def test_an_estimate_is_made_again_when_own_readings_or_registers_change_and_only_then(
    spark: SparkSession, by_hand: dict[str, dict[str, Any]]
) -> None:
    known = spark.createDataFrame(
        [tuple(by_hand[point][name] for name in READING_ESTIMATE.column_names) for point in CHANGED], _ESTIMATE
    )
    asked = spark.createDataFrame([(point, IMPORT, GAP_DAY) for point in CHANGED], _KEY)
    gap = gaps(current(spark, CHANGED), asked).persist()
    again, kept = (
        {row["metering_point_id"] for row in frame.collect()} for frame in (due(gap, known), in_force(gap, known))
    )
    assert again == {"other register", "own reading"}
    assert kept == {"no change", "similar day corrected", "register resent"}


def test_touched_days_include_the_whole_gap(spark: SparkSession) -> None:
    days = flat_days([DAY + ONE_DAY * step for step in range(10)])
    received = {day: one for number, (day, one) in enumerate(days.items()) if number in (0, 4, 5, 8)}
    # The same register twice: its days 4 change at one point, and 2 and 5 at the other.
    world, changed = dict.fromkeys(("a", "b"), received), {"a": [4], "b": [2, 5]}
    gap = gaps(current(spark, world), spark.createDataFrame([(p, IMPORT, day) for p in world for day in days], _KEY))
    given = [(point, IMPORT, DAY + ONE_DAY * step) for point, steps in changed.items() for step in steps]
    touched = touched_days(gap, spark.createDataFrame(given, _KEY)).collect()
    found = sorted((row["metering_point_id"], (row["local_day"] - DAY).days) for row in touched)
    assert found == [("a", 1), ("a", 2), ("a", 3), ("a", 4), *(("b", step) for step in (1, 2, 3, 5, 6, 7))]


def test_a_reading_is_never_replaced_and_both_qualities_are_kept(spark: SparkSession) -> None:
    second, third = DAY + ONE_DAY, DAY + 2 * ONE_DAY
    readings = spark.createDataFrame(
        [
            (POINT, IMPORT, DAY, MIDNIGHT, [1, None, 3, 4, None], [0, 0, 1, 2, 0], 0, 9, ["v1"]),
            (POINT, IMPORT, third, MIDNIGHT, [7], [9], 9, 16, ["v3"]),
        ],
        _CURRENT,
    )
    own = ("EVEN", 2, ["v1"], KNOWN_AT)
    estimated = spark.createDataFrame(
        [
            ("e1", "g1", POINT, IMPORT, DAY, MIDNIGHT, [99, 5, 99, 99, None], [9, 9, 9, 9, None], *own),
            ("e2", "g2", POINT, IMPORT, second, MIDNIGHT, [6, 6], [8, 8], *own),
        ],
        _ESTIMATE,
    )
    found = filled_days(readings, estimated).orderBy("local_day")
    names = ("values", "status", "quality", "start_register", "version_ids", "estimate_id")
    assert [tuple(row[name] for name in names) for row in found.collect()] == [
        ([1, 5, 3, 4, None], [0, None, 1, 2, None], [0, 9, 9, 10, None], 0, ["v1"], "e1"),
        ([6, 6], [None, None], [8, 8], None, None, "e2"),
        ([7], [9], [10], 9, ["v3"], None),
    ]


def test_holidays_are_those_of_the_almanac() -> None:
    assert holidays([2016]) == [
        date(2016, 1, 1),
        date(2016, 3, 25),
        date(2016, 3, 28),
        date(2016, 5, 1),
        date(2016, 5, 5),
        date(2016, 5, 16),
        date(2016, 10, 3),
        date(2016, 12, 25),
        date(2016, 12, 26),
    ]
    # Good Fridays of the earliest and the latest Easter about, and of Gauss's two exceptions.
    assert {date(2008, 3, 21), date(2038, 4, 23), date(2076, 4, 17), date(1981, 4, 17)} <= set(
        holidays([2008, 2038, 2076, 1981])
    )
