"""ingest → curate on messages whose outcome is known by hand."""

from collections.abc import Mapping
from datetime import date
from typing import Any

import pytest
from deliveries import IMPORT, MIDNIGHT, POINT, SUBSTATION, Topic, bundle, transformer_message
from pyspark.sql import DataFrame, SparkSession
from pyspark.sql import functions as F

from gridlake.catalog.curated import READING_VERSION
from gridlake.catalog.raw import METER_READING
from gridlake.catalog.table import Table
from gridlake.errors import ConcurrentWriterError, RetentionGapError, RowBalanceError, SourceError, TopicRecreatedError
from gridlake.io import lake
from gridlake.io.run import Run
from gridlake.jobs import curate, ingest, sync_master_data
from gridlake.ledger import PartitionRange, Source

pytestmark = [pytest.mark.spark, pytest.mark.usefixtures("lake_is_empty")]

OTHER_POINT = "DE-QN0000100010002"
VALID_FROM = date(2016, 1, 1)
MASTER_DATA: dict[str, list[tuple[Any, ...]]] = {
    "substation": [(SUBSTATION, "QN-00001", "rural1", "MV1", 160, 8.0, 50.0, VALID_FROM)],
    "metering_point": [(point, SUBSTATION, "LV", "H0", 30, False, None, VALID_FROM) for point in (POINT, OTHER_POINT)],
    "register": [(point, IMPORT, "Wh", 1, VALID_FROM) for point in (POINT, OTHER_POINT)],
    "contract": [(point, "BG-1", VALID_FROM, None) for point in (POINT, OTHER_POINT)],
}


@pytest.fixture
def readings(spark: SparkSession) -> Topic:
    return Topic(spark, "meter.reading.v1")


@pytest.fixture
def master_data(lake_is_empty: None, spark: SparkSession, run: Run) -> None:  # noqa: ARG001 - asked for its effect
    sync(spark, run, MASTER_DATA)


def sync(spark: SparkSession, run: Run, rows: dict[str, list[tuple[Any, ...]]]) -> dict[str, Any]:
    def source(table: Table) -> DataFrame:
        return spark.createDataFrame(rows[table.name], ", ".join(f"`{c.name}` {c.type}" for c in table.columns))

    return sync_master_data.copy_tables(spark, run, source)


def land(topic: Topic, run: Run, **options: Any) -> dict[str, Any]:
    return ingest.land(topic.spark, run, topic.name, available=topic.available, read=topic.read, **options)


def snapshots(spark: SparkSession, table: Table) -> int:
    return int(spark.table(f"{table.identifier}.snapshots").count())


def counts(summary: dict[str, Any], topic: str = "meter.reading.v1") -> dict[str, int]:
    return {name.removeprefix(f"{topic}/"): n for name, n in summary["counts"].items() if name.startswith(topic)}


def current(spark: SparkSession) -> dict[str, list[int | None]]:
    rows = spark.table("lake.curated.reading_current").select("metering_point_id", "values").collect()
    assert len({row[0] for row in rows}) == len(rows)
    return {row[0]: row[1] for row in rows}


def test_every_record_is_landed_once_and_a_second_run_makes_no_snapshot(
    spark: SparkSession, run: Run, readings: Topic
) -> None:
    for partition in (0, 0, 1):
        readings.send(bundle(), partition=partition)
    assert land(readings, run)["offsets"] == {"0": [0, 2], "1": [0, 1]}
    readings.send(b"anything", partition=1)
    assert land(readings, run)["offsets"] == {"1": [1, 2]}
    before = snapshots(spark, METER_READING)
    assert land(readings, run)["records"] == 0
    assert snapshots(spark, METER_READING) == before == 2
    rows = (
        spark.table(METER_READING.identifier)
        .select("partition", "offset", "batch")
        .orderBy("batch", "partition", "offset")
    )
    assert [tuple(row) for row in rows.collect()] == [(0, 0, 1), (0, 1, 1), (1, 0, 1), (1, 1, 2)]


def test_the_ledger_survives_compaction_and_the_expiry_of_its_snapshot(
    spark: SparkSession, run: Run, readings: Topic
) -> None:
    readings.send(bundle(), partition=0)
    land(readings, run)
    readings.send(bundle(), partition=1)
    land(readings, run)
    spark.sql(
        "CALL lake.system.rewrite_data_files(table => 'raw.meter_reading', options => map('min-input-files', '2'))"
    )
    spark.sql("CALL lake.system.expire_snapshots(table => 'raw.meter_reading', older_than => now(), retain_last => 1)")
    assert lake.newest_property(spark, METER_READING, "gridlake.ledger", lake.snapshot_id(spark, METER_READING)) is None
    readings.send(bundle(), partition=1)
    landed = land(readings, run)
    assert landed["offsets"] == {"1": [1, 2]}
    assert landed["source"]["adopted"]
    readings.send(bundle(), partition=1)
    assert not land(readings, run)["source"]["adopted"]


def test_records_that_kafka_has_deleted_stop_the_ingest_unless_accepted(run: Run, readings: Topic) -> None:
    readings.send(bundle())
    land(readings, run)
    readings.send(bundle())
    readings.send(bundle())
    readings.deleted_below = {0: 2}
    with pytest.raises(RetentionGapError, match=r"partition 0 offsets 1-1\."):
        land(readings, run)
    assert land(readings, run, accept_missing=True)["skipped"] == {"0": [1, 2]}


def test_a_recreated_topic_stops_the_ingest_although_it_has_outgrown_the_ledger(
    spark: SparkSession, run: Run, readings: Topic
) -> None:
    readings.send(bundle())
    land(readings, run)
    readings.source = Source("cluster-1", "topic-2")
    readings.send(bundle())
    with pytest.raises(TopicRecreatedError, match="topic-1 of cluster cluster-1"):
        land(readings, run)
    assert spark.table(METER_READING.identifier).count() == 1


@pytest.mark.parametrize("written_before", [0, 1], ids=["empty table", "written table"])
def test_of_two_ingests_at_once_exactly_one_lands_the_records(
    spark: SparkSession, run: Run, readings: Topic, written_before: int
) -> None:
    for _ in range(written_before):
        readings.send(bundle())
        land(readings, run)
    for _ in range(5):
        readings.send(bundle())
    other = Topic(spark.newSession(), readings.name, readings.partitions)

    def read_while_the_other_one_commits(ranges: Mapping[int, PartitionRange]) -> DataFrame:
        assert land(other, run)["records"] == 5
        return readings.read(ranges)

    with pytest.raises(ConcurrentWriterError, match="Start the job again"):
        ingest.land(spark, run, readings.name, available=readings.available, read=read_while_the_other_one_commits)
    assert spark.table(METER_READING.identifier).count() == written_before + 5
    assert land(readings, run)["records"] == 0


@pytest.mark.usefixtures("master_data")
def test_every_record_gets_one_disposition(spark: SparkSession, run: Run, readings: Topic) -> None:
    readings.send(bundle())
    readings.send(bundle(metering_point_id=OTHER_POINT), key=OTHER_POINT, partition=1)
    readings.send(bundle())
    readings.send(bundle(sent_at=MIDNIGHT))
    readings.send(bundle() + b"x")
    readings.send(bundle(values=[10] * 97), partition=1)
    land(readings, run)
    summary = curate.curate(spark, run, [])
    assert counts(summary) == {
        "raw": 6,
        "accepted": 2,
        "duplicates": 2,
        "rejected/TRAILING_BYTES": 1,
        "rejected/WRONG_INTERVAL_COUNT": 1,
    }
    rejected = spark.table("lake.curated.reading_rejected").orderBy("partition").collect()
    assert [(r["partition"], r["offset"], r["reason"]) for r in rejected] == [
        (0, 3, "TRAILING_BYTES"),
        (1, 1, "WRONG_INTERVAL_COUNT"),
    ]
    assert bytes(rejected[0]["value"]) == bundle() + b"x"
    assert current(spark) == {POINT: [10] * 96, OTHER_POINT: [10] * 96}
    manifest = spark.table("lake.ops.run_manifest").collect()
    assert [(row["job"], row["run_number"]) for row in manifest] == [("curate", 1)]
    assert manifest[0]["counts"]["meter.reading.v1/raw"] == 6
    assert manifest[0]["outputs"]["curated.reading_version"] == lake.snapshot_id(spark, READING_VERSION)


@pytest.mark.usefixtures("master_data")
def test_a_second_run_changes_nothing(spark: SparkSession, run: Run, readings: Topic) -> None:
    readings.send(bundle())
    land(readings, run)
    curate.curate(spark, run, [])
    tables = [f"lake.curated.{name}" for name in ("reading_version", "reading_current", "day_completeness")]
    before = [spark.table(f"{name}.snapshots").count() for name in (*tables, "lake.ops.run_manifest")]
    assert curate.curate(spark, run, []) == {"days": [], "counts": {}}
    assert [spark.table(f"{name}.snapshots").count() for name in (*tables, "lake.ops.run_manifest")] == before


@pytest.mark.usefixtures("master_data")
def test_a_run_that_died_before_its_manifest_is_done_again_with_the_same_counts(
    spark: SparkSession, run: Run, readings: Topic
) -> None:
    readings.send(bundle())
    readings.send(bundle())
    readings.send(b"junk")
    land(readings, run)
    first = curate.curate(spark, run, [])
    spark.sql("DELETE FROM lake.ops.run_manifest")  # as if it had died just before
    again = curate.curate(spark, run, [])
    assert again["counts"] == first["counts"]
    assert spark.table("lake.curated.reading_version").count() == 1
    assert spark.table("lake.curated.reading_rejected").count() == 1
    assert current(spark) == {POINT: [10] * 96}


@pytest.mark.usefixtures("master_data")
def test_a_correction_replaces_the_intervals_it_speaks_of_whatever_the_order(
    spark: SparkSession, run: Run, readings: Topic
) -> None:
    correction = bundle(values=[None] * 95 + [33], sequence=2, message_kind="CORRECTION")
    readings.send(correction)
    land(readings, run)
    curate.curate(spark, run, [])
    readings.send(bundle())
    land(readings, run)
    summary = curate.curate(spark, run, [])
    assert counts(summary) == {"raw": 1, "accepted": 1, "duplicates": 0}
    assert current(spark) == {POINT: [10] * 95 + [33]}
    row = spark.table("lake.curated.reading_current").first()
    assert row["supplied_by"] == [1] * 95 + [0]
    assert len(row["version_ids"]) == 2
    assert spark.table("lake.curated.reading_version").count() == 2


@pytest.mark.usefixtures("master_data")
def test_completeness_counts_what_master_data_expects(spark: SparkSession, run: Run, readings: Topic) -> None:
    readings.send(bundle(values=[None] * 6 + [10] * 90))
    land(readings, run)
    curate.curate(spark, run, [])
    rows = spark.table("lake.curated.day_completeness").orderBy("metering_point_id").collect()
    assert [(r["metering_point_id"], r["expected_intervals"], r["received_intervals"]) for r in rows] == [
        (POINT, 96, 90),
        (OTHER_POINT, 96, 0),
    ]


@pytest.mark.usefixtures("master_data")
def test_named_days_are_composed_again_from_their_versions(spark: SparkSession, run: Run, readings: Topic) -> None:
    readings.send(bundle())
    land(readings, run)
    curate.curate(spark, run, [])
    spark.sql("UPDATE lake.curated.reading_current SET version_ids = array('tampered'), `values` = array(0)")
    curate.curate(spark, run, [date(2016, 1, 2)])
    assert current(spark) == {POINT: [10] * 96}


@pytest.mark.usefixtures("master_data")
def test_transformer_messages_leave_one_row_per_interval(spark: SparkSession, run: Run) -> None:
    topic = Topic(spark, "transformer.reading.v1")
    topic.send(transformer_message(sequence=2, import_wh=41_000), SUBSTATION)
    topic.send(transformer_message(sequence=1), SUBSTATION)
    topic.send(transformer_message(sequence=2, import_wh=41_000), SUBSTATION)
    topic.send(transformer_message(substation_id="QN-1"), "QN-1")
    land(topic, run)
    summary = curate.curate(spark, run, [])
    assert counts(summary, topic.name) == {"raw": 4, "accepted": 1, "duplicates": 2, "rejected/UNKNOWN_SUBSTATION": 1}
    topic.send(transformer_message(sequence=1), SUBSTATION)
    topic.send(transformer_message(sequence=3, import_wh=42_000), SUBSTATION)
    land(topic, run)
    summary = curate.curate(spark, run, [])
    assert counts(summary, topic.name) == {"raw": 2, "accepted": 1, "duplicates": 1}
    rows = (
        spark.table("lake.curated.transformer_reading").select("import_wh", F.col("local_day").cast("string")).collect()
    )
    assert [tuple(row) for row in rows] == [(42_000, "2016-01-02")]


@pytest.mark.usefixtures("master_data")
def test_a_raw_table_that_lost_a_row_stops_the_run(spark: SparkSession, run: Run, readings: Topic) -> None:
    readings.send(bundle())
    readings.send(bundle(sequence=2))
    land(readings, run)
    spark.sql("DELETE FROM lake.raw.meter_reading WHERE offset = 1")
    with pytest.raises(RowBalanceError, match=r"2 records .* holds 1\."):
        curate.curate(spark, run, [])


def test_without_master_data_nothing_is_judged(spark: SparkSession, run: Run, readings: Topic) -> None:
    readings.send(bundle())
    land(readings, run)
    with pytest.raises(SourceError, match="run the job sync_master_data first"):
        curate.curate(spark, run, [])


def test_master_data_is_copied_once_and_an_empty_source_is_refused(spark: SparkSession, run: Run) -> None:
    first = sync(spark, run, MASTER_DATA)
    assert first["curated.register"] == {"rows": 2, "changed": True}
    assert sync(spark, run, MASTER_DATA)["curated.register"] == {"rows": 2, "changed": False}
    with pytest.raises(SourceError, match=r"assets\.register in PostgreSQL is empty"):
        sync(spark, run, MASTER_DATA | {"register": []})
    assert spark.table("lake.curated.register").count() == 2
