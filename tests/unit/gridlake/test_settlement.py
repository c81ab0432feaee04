"""Settlement lines, losses and deltas on readings whose sums are known by hand."""

from datetime import UTC, date, datetime
from typing import Any

import pytest
from pyspark.sql import DataFrame, SparkSession
from pyspark.sql import functions as F

from gridlake.catalog.obis import EXPORT, IMPORT
from gridlake.catalog.settlement_tables import WITHOUT_AREA, WITHOUT_CONTRACT
from gridlake.transforms.settlement import overlapping_contracts, settlement_deltas, settlement_lines, settlement_losses

pytestmark = pytest.mark.spark

# The clock goes forward on 27 March 2016: 92 intervals from 23:00 UTC. It goes back on 30 October: 100 from 22:00 UTC.
SHORT, PLAIN, LONG = date(2016, 3, 27), date(2016, 3, 15), date(2016, 10, 30)
JANUARY, CHANGE = date(2016, 1, 1), date(2016, 3, 15)
LINE_COLUMNS = "area", "balancing_group", "register", "local_day"


def frame(spark: SparkSession, schema: str, *rows: tuple[Any, ...]) -> DataFrame:
    return spark.createDataFrame(list(rows), schema)


def readings(spark: SparkSession, *rows: tuple[Any, ...]) -> DataFrame:
    return frame(spark, "metering_point_id string, register string, local_day date, `values` array<bigint>", *rows)


def contracts(spark: SparkSession, *rows: tuple[Any, ...]) -> DataFrame:
    return frame(spark, "metering_point_id string, balancing_group string, valid_from date, valid_to date", *rows)


def transformers(spark: SparkSession, *rows: tuple[Any, ...]) -> DataFrame:
    schema = "substation_id string, interval_start_utc timestamp, local_day date, import_wh bigint, export_wh bigint"
    return frame(spark, schema, *rows)


def substations(spark: SparkSession) -> DataFrame:
    return frame(spark, "substation_id string, area string", ("S1", "A1"), ("S2", "A1"), ("S3", "A2"))


def points(spark: SparkSession) -> DataFrame:
    rows = [(point, "S1") for point in ("P1", "P2", "P3")]
    return frame(spark, "metering_point_id string, substation_id string", *rows, ("P4", "S3"))


def registers(spark: SparkSession, *rows: tuple[str, str]) -> DataFrame:
    return frame(spark, "metering_point_id string, register string", *rows)


def lines_of(rows: DataFrame) -> dict[tuple[Any, ...], tuple[Any, ...]]:
    found = rows.select(*LINE_COLUMNS, "energy_wh", "expected_intervals", "received_intervals").collect()
    assert len({tuple(row)[:4] for row in found}) == len(found)
    return {tuple(row)[:4]: tuple(row)[4:] for row in found}


@pytest.mark.parametrize(
    ("day", "intervals", "midnight"),
    [(SHORT, 92, "2016-03-26 23:00:00"), (PLAIN, 96, "2016-03-14 23:00:00"), (LONG, 100, "2016-10-29 22:00:00")],
)
def test_a_group_gets_the_sum_of_its_points_in_each_interval_of_the_day(
    spark: SparkSession, day: date, intervals: int, midnight: str
) -> None:
    current = readings(
        spark,
        ("P1", IMPORT, day, list(range(intervals))),
        ("P2", IMPORT, day, [1000] * (intervals - 1) + [None]),
        ("P2", EXPORT, day, [7] * intervals),
    )
    held = contracts(spark, ("P1", "G", JANUARY, None), ("P2", "G", JANUARY, None))
    known = registers(spark, ("P1", IMPORT), ("P2", IMPORT), ("P2", EXPORT))
    lines = settlement_lines(current, known, points(spark), substations(spark), held, [day])
    found = {
        row["register"]: row for row in lines.withColumn("start", F.col("interval_start_utc").cast("string")).collect()
    }
    assert found[IMPORT]["values"] == [1000 + n for n in range(intervals - 1)] + [intervals - 1]
    assert found[IMPORT]["energy_wh"] == 1000 * (intervals - 1) + intervals * (intervals - 1) // 2
    assert (found[IMPORT]["expected_intervals"], found[IMPORT]["received_intervals"]) == (
        2 * intervals,
        2 * intervals - 1,
    )
    assert found[EXPORT]["values"] == [7] * intervals
    assert [row["start"] for row in found.values()] == [midnight, midnight]


def test_each_reading_goes_to_the_contract_of_its_day_and_none_is_left_out(spark: SparkSession) -> None:
    before = date(2016, 3, 14)
    one = [1] + [0] * 95
    current = readings(
        spark,
        *(("P1", IMPORT, day, [10 * value for value in one]) for day in (before, CHANGE)),
        ("P2", IMPORT, before, [20 * value for value in one]),
        ("P3", IMPORT, before, [30 * value for value in one]),
        ("P4", IMPORT, before, [40 * value for value in one]),
        ("P9", IMPORT, before, [50 * value for value in one]),
    )
    held = contracts(
        spark,
        ("P1", "OLD", JANUARY, CHANGE),
        ("P1", "NEW", CHANGE, None),
        ("P2", "NEW", CHANGE, None),  # starts after its reading
        ("P4", "OLD", JANUARY, None),
    )
    known = registers(spark, ("P1", IMPORT), ("P2", IMPORT))
    lines = settlement_lines(current, known, points(spark), substations(spark), held, [before, CHANGE])
    assert lines_of(lines) == {
        ("A1", "OLD", IMPORT, before): (10, 96, 96),
        ("A1", "NEW", IMPORT, CHANGE): (10, 192, 96),  # P2 is expected too and silent
        ("A1", WITHOUT_CONTRACT, IMPORT, before): (50, 96, 192),  # P2 and, of which no register is known, P3
        ("A2", "OLD", IMPORT, before): (40, 0, 96),
        (WITHOUT_AREA, WITHOUT_CONTRACT, IMPORT, before): (50, 0, 96),
    }


def test_infeed_is_what_groups_draw_less_what_they_feed_in_and_the_difference(spark: SparkSession) -> None:
    def at(day: int, hour: int, minute: int = 0) -> datetime:
        return datetime(2016, 3, day, hour, minute, tzinfo=UTC)

    lines = frame(
        spark,
        "area string, register string, local_day date, `values` array<bigint>",
        ("A1", IMPORT, SHORT, [100] * 92),
        ("A1", IMPORT, SHORT, [50] + [0] * 91),
        ("A1", EXPORT, SHORT, [0] * 91 + [400]),
        (WITHOUT_AREA, IMPORT, SHORT, [1] * 92),
    )
    delivered = transformers(
        spark,
        ("S1", at(26, 23), SHORT, 120, 0),
        ("S2", at(26, 23), SHORT, 40, 5),
        # The last quarter of an hour: 21:45 UTC, the 92nd.
        ("S1", at(27, 21, 45), SHORT, 0, 310),
        ("S3", at(27, 0), SHORT, 9, 0),
    )
    rows = settlement_losses(lines, delivered, substations(spark), [SHORT]).collect()
    found = {row["area"]: row for row in rows}
    assert set(found) == {"A1", "A2", WITHOUT_AREA}
    assert len(rows) == 3
    grid = found["A1"]
    assert grid["infeed"] == [155] + [0] * 90 + [-310]
    assert grid["consumed"] == [150] + [100] * 91
    assert grid["fed_in"] == [0] * 91 + [400]
    assert grid["difference"] == [5] + [-100] * 90 + [-10]
    totals = tuple(grid[f"{name}_wh"] for name in ("infeed", "consumed", "fed_in", "difference"))
    assert totals == (-155, 9250, 400, -9005)
    assert totals[0] == totals[1] - totals[2] + totals[3]
    assert (grid["expected_intervals"], grid["received_intervals"]) == (184, 3)
    assert found["A2"]["difference"] == [0, 0, 0, 0, 9] + [0] * 87
    assert (found[WITHOUT_AREA]["difference_wh"], found[WITHOUT_AREA]["expected_intervals"]) == (-92, 0)


def test_a_delta_is_this_run_less_the_one_before_and_equal_lines_have_none(spark: SparkSession) -> None:
    def lines(*rows: tuple[Any, ...]) -> DataFrame:
        schema = "area string, balancing_group string, register string, local_day date, `values` array<bigint>"
        return frame(spark, schema, *rows).withColumn("interval_start_utc", F.lit(0).cast("timestamp"))

    now = lines(
        ("A1", "G", IMPORT, SHORT, [5] * 92),
        ("A1", "H", IMPORT, SHORT, [6, 4] + [5] * 90),
        ("A1", "NEW", IMPORT, SHORT, [1] * 92),
    )
    before = lines(
        ("A1", "G", IMPORT, SHORT, [5] * 92),
        ("A1", "H", IMPORT, SHORT, [5] * 92),
        ("A1", "GONE", IMPORT, SHORT, [2] * 92),
    )
    found = {
        row["balancing_group"]: (row["values"], row["energy_wh"]) for row in settlement_deltas(now, before).collect()
    }
    assert found == {
        "H": ([1, -1] + [0] * 90, 0),  # moved from one interval to the next: no energy, and yet a change
        "NEW": ([1] * 92, 92),
        "GONE": ([-2] * 92, -184),
    }


def test_contracts_overlap_if_both_hold_on_one_day(spark: SparkSession) -> None:
    held = contracts(
        spark,
        ("P1", "A", JANUARY, CHANGE),
        ("P1", "B", CHANGE, None),  # begins on the day on which the other has ended
        ("P2", "A", JANUARY, date(2016, 3, 16)),
        ("P2", "B", CHANGE, None),
        ("P3", "A", JANUARY, None),
        ("P3", "B", JANUARY, None),
    )
    found = {(row["metering_point_id"], row["later_from"]) for row in overlapping_contracts(held).collect()}
    assert found == {("P2", CHANGE), ("P3", JANUARY)}
