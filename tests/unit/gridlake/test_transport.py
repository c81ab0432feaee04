"""The pipeline's rules on the head-end's transport faults: every message ends as the injected truth demands."""

from datetime import date
from pathlib import Path
from typing import Any

import pytest
from deliveries import Topic
from pyspark.sql import DataFrame, SparkSession
from pyspark.sql import functions as F

from gridlake.catalog.messages import METER_READING, TRANSFORMER_READING
from gridlake.transforms.current_readings import composed
from gridlake.transforms.day_bundles import judged_bundles, versions
from gridlake.transforms.dispositions import duplicates
from gridlake.transforms.transformer_messages import judged_messages
from gridlake_control.lake_proof import readings_hash
from headend import register, transport_truth
from headend.expectation import Rules, dispositions
from headend.faults import Plan
from headend.fleet import Fleet
from headend.local_days import Window
from headend.transport import Stream, stream

pytestmark = pytest.mark.spark

# The day of 92 intervals and the day before it, in two substations.
WINDOW, DENSE = Window(date(2016, 3, 26), 2), Plan.parse("dense")
# What happens once in a meter's life happens here in its first days, in a third substation.
FIRST_DAYS, DEVICES = Window(date(2016, 1, 1), 3), Plan.parse("exchange=0.1,reset=0.2,rollover=0.5")


@pytest.fixture(scope="module")
def world() -> Fleet:
    return Fleet.of(1)


@pytest.fixture(scope="module")
def streams(world: Fleet) -> list[Stream]:
    dense = [stream(world, grid, WINDOW, DENSE) for grid in world.select(3)[:2]]
    return [*dense, stream(world, world.select(3)[2], FIRST_DAYS, DEVICES)]


@pytest.fixture(scope="module")
def oracle(world: Fleet, tmp_path_factory: pytest.TempPathFactory) -> dict[str, Any]:
    folder: Path = tmp_path_factory.mktemp("truth")
    written = transport_truth.write(world, world.select(3)[:2], WINDOW, DENSE, folder, lambda _: None)
    contract: dict[str, Any] = written["contract"]
    return contract


def sent(spark: SparkSession, streams: list[Stream], topic: str) -> DataFrame:
    """A topic with one partition per substation."""
    there = Topic(spark, topic)
    for partition, one in enumerate(streams):
        for message in one.messages:
            if message.topic == topic:
                there.send(message.value, message.key, partition)
    return there.read(there.available().ranges)


def expected(streams: list[Stream], topic: str) -> list[str | None]:
    """The reason of each message, in order of partition and offset."""
    return [
        disposition.reason
        for one in streams
        for message, disposition in zip(one.messages, dispositions(one, Rules.CONTRACT), strict=True)
        if message.topic == topic
    ]


def reasons(judged: DataFrame) -> list[str | None]:
    return [
        row["reason"] for row in judged.select("partition", "offset", "reason").orderBy("partition", "offset").collect()
    ]


@pytest.fixture(scope="module")
def judged(spark: SparkSession, world: Fleet, streams: list[Stream]) -> DataFrame:
    """Judged bundles, computed once."""
    registers = spark.createDataFrame(
        [row[:2] for row in register.registers(world.connections(world.select(3)))],
        "metering_point_id string, register string",
    )
    per_point = registers.groupBy("metering_point_id").agg(F.collect_set("register").alias("registers"))
    return judged_bundles(sent(spark, streams, METER_READING.topic), per_point).persist()


def test_every_bundle_is_judged_as_it_was_spoilt(judged: DataFrame, streams: list[Stream]) -> None:
    demanded = expected(streams, METER_READING.topic)
    assert len(set(demanded)) > 12
    assert expected(streams[2:], METER_READING.topic).count("SUM_CHECK") > 10
    assert reasons(judged) == demanded


def test_every_transformer_message_is_judged_as_it_was_spoilt(
    spark: SparkSession, world: Fleet, streams: list[Stream]
) -> None:
    substations = spark.createDataFrame(
        [row[:1] for row in register.substations(world.seed, world.select(3))], "substation_id string"
    )
    found = reasons(judged_messages(sent(spark, streams, TRANSFORMER_READING.topic), substations))
    assert found == expected(streams, TRANSFORMER_READING.topic)


def test_repeated_bundles_are_counted_as_duplicates(judged: DataFrame, oracle: dict[str, Any]) -> None:
    good = judged.where((F.col("reason").isNull()) & (F.col("partition") < 2))
    counts = oracle["dispositions"][METER_READING.topic]
    assert duplicates(good, good.limit(0)).count() == counts["duplicate"] > 10
    assert versions(good).dropDuplicates(["version_id"]).count() == counts["accepted"]


def test_the_current_readings_are_those_of_the_oracle(judged: DataFrame, oracle: dict[str, Any]) -> None:
    distinct = versions(judged).dropDuplicates(["version_id"]).where(F.col("local_day") >= WINDOW.first_day)
    days = (
        composed(distinct)
        .select("metering_point_id", "register", F.unix_seconds("interval_start_utc"), "values", "quality")
        .orderBy("metering_point_id", "register", "interval_start_utc")
    )
    assert readings_hash(days.collect()) == (oracle["sha256"], oracle["readings"])
