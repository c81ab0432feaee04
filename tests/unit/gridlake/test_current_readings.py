"""Composition of a day from its versions, by hand."""

from datetime import UTC, datetime
from itertools import permutations
from typing import Any

import pytest
from deliveries import DAY, IMPORT, MIDNIGHT, POINT
from pyspark.sql import SparkSession

from gridlake.transforms.current_readings import composed
from gridlake.transforms.dispositions import duplicates

pytestmark = pytest.mark.spark

_VERSION = (
    "metering_point_id string, register string, local_day date, interval_start_utc timestamp, sequence bigint, "
    "version_id string, `values` array<bigint>, quality array<int>, start_register bigint, end_register bigint, "
    "recorded_at timestamp"
)


def version(
    sequence: int, version_id: str, values: list[int | None], register: str = IMPORT, quality: int = 0
) -> tuple[Any, ...]:
    recorded = datetime(2026, 1, sequence, tzinfo=UTC)
    statuses = [quality] * len(values)
    return (POINT, register, DAY, MIDNIGHT, sequence, version_id, values, statuses, sequence, sequence + 1, recorded)


def test_each_interval_comes_from_the_newest_version_that_speaks_of_it(spark: SparkSession) -> None:
    versions = [
        version(1, "first", [1, 2, 3, None]),
        version(2, "second", [None, 20, 30, None], quality=7),
        version(3, "third", [None, None, 300, None]),
        version(1, "silent", [None, None, None, None]),
    ]
    expected = {
        "values": [1, 20, 300, None],
        "quality": [0, 7, 0, None],
        "version_ids": ["third", "second", "first"],
        "supplied_by": [2, 1, 0, None],
        "start_register": 3,
        "end_register": 4,
    }
    everything = [
        (row[0], str(number), *row[2:]) for number, order in enumerate(permutations(versions)) for row in order
    ]
    found = composed(spark.createDataFrame(everything, _VERSION)).select(*expected).distinct().collect()
    assert [row.asDict() for row in found] == [expected]


def test_a_day_with_one_supplier_names_it_once(spark: SparkSession) -> None:
    versions = [
        version(1, "alone", [1, None], register="a"),
        version(1, "old", [1, 2], register="b"),
        version(2, "new", [5, 6], register="b"),
        version(1, "x", [None, None], register="c"),
        version(1, "y", [None, None], register="c"),
    ]
    rows = composed(spark.createDataFrame(versions, _VERSION)).orderBy("register").collect()
    assert [(r["values"], r["version_ids"], r["supplied_by"]) for r in rows] == [
        ([1, None], ["alone"], None),
        ([5, 6], ["new"], None),
        ([None, None], ["y"], None),
    ]


def test_of_equal_sequences_the_higher_version_id_wins(spark: SparkSession) -> None:
    versions = [version(1, "b", [2]), version(1, "a", [1])]
    assert composed(spark.createDataFrame(versions, _VERSION)).first()["values"] == [2]


def test_a_version_belongs_to_the_record_the_table_names_else_to_the_first(spark: SparkSession) -> None:
    columns = "version_id string, topic string, partition int, offset bigint"
    good = [("v1", "t", 0, 5), ("v1", "t", 1, 2), ("v2", "t", 0, 6), ("v3", "t", 0, 9), ("v3", "t", 0, 7)]
    known = [("v2", "t", 3, 1), ("v3", "t", 0, 9)]
    found = duplicates(spark.createDataFrame(good, columns), spark.createDataFrame(known, columns))
    assert sorted((row["partition"], row["offset"]) for row in found.collect()) == [(0, 6), (0, 7), (1, 2)]
