"""Maintenance changes files and never an answer, and takes nothing that somebody still needs."""

import dataclasses
import importlib
import os
import pkgutil
import threading
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import pytest
from deliveries import Topic, bundle
from pyspark.sql import DataFrame, SparkSession
from pyspark.sql import functions as F
from slow_writer import held_back, until_started
from small_table import DAY, OTHER_DAY
from small_table import TABLE as UNSORTED

from gridlake import catalog
from gridlake.catalog.ops import RUN_MANIFEST
from gridlake.catalog.raw import METER_READING
from gridlake.catalog.table import Table
from gridlake.errors import ConcurrentWriterError, TopicRecreatedError
from gridlake.io import lake, references
from gridlake.io.raw_tables import landed
from gridlake.io.run import Run, last_manifest, record_run
from gridlake.jobs import ingest, maintain
from gridlake.jobs.maintain import Policy
from gridlake.ledger import Source

pytestmark = [pytest.mark.spark, pytest.mark.usefixtures("lake_is_empty")]

TABLE = dataclasses.replace(UNSORTED, sort=("id",))
NOW = datetime.now(UTC)
# Snapshots of a test are seconds old.
NOTHING_OLD = Policy(
    snapshots_before=NOW - timedelta(days=7),
    retain_last=1,
    orphans_before=NOW - timedelta(days=7),
    purge_before=NOW - timedelta(days=14),
)
AT_ONCE = dataclasses.replace(NOTHING_OLD, snapshots_before=NOW + timedelta(days=1))


@pytest.fixture
def run() -> Run:
    return Run("maintain", "run-1", "code-1", NOW)


@pytest.fixture
def aside(tmp_path: Path) -> str:
    return f"file:{tmp_path}/aside"


def rows(spark: SparkSession, day: date, n: int, ids: str = "a") -> DataFrame:
    return spark.createDataFrame([(i, day, n) for i in ids], "id string, local_day date, n int")


def merged(spark: SparkSession, day: date, n: int, ids: str = "a") -> None:
    lake.upsert(rows(spark, day, n, ids).coalesce(1), TABLE, lake.in_days([day]), "s.n > t.n", {})


def files(spark: SparkSession, day: date) -> list[tuple[int, str]]:
    """Content (0 data, 1 deletes) and path of the files of one day."""
    found = spark.table(f"{TABLE.identifier}.files").where(f"partition.local_day = DATE '{day}'")
    return sorted((row["content"], row["file_path"]) for row in found.select("content", "file_path").collect())


def content(spark: SparkSession) -> list[tuple[object, ...]]:
    return sorted(tuple(row) for row in spark.table(TABLE.identifier).collect())


def done(
    spark: SparkSession, run: Run, aside: str, policy: Policy = NOTHING_OLD, table: Table = TABLE
) -> dict[str, int]:
    summary = maintain.maintain(spark, run, [table], policy, aside)
    tables = summary["tables"]
    assert isinstance(tables, dict)
    assert set(tables) <= {table.qualified_name}
    return dict(tables.get(table.qualified_name, {}))


def test_what_is_scattered_is_rewritten_and_the_rest_is_left_as_it_is(
    spark: SparkSession, run: Run, aside: str
) -> None:
    lake.ensure(spark, TABLE)
    for n in range(1, 4):
        merged(spark, DAY, n, "ba")
    merged(spark, OTHER_DAY, 7)
    before, quiet = content(spark), files(spark, OTHER_DAY)
    assert sum(kind == 1 for kind, _ in files(spark, DAY)) > 0
    assert done(spark, run, aside) == {"parts": 1, "files_rewritten": 3, "files_added": 1}
    assert content(spark) == before == [("a", DAY, 3), ("a", OTHER_DAY, 7), ("b", DAY, 3)]
    assert [kind for kind, _ in files(spark, DAY)] == [0]
    assert files(spark, OTHER_DAY) == quiet
    manifest = spark.table(RUN_MANIFEST.identifier).collect()
    assert [(row["job"], row["counts"]["curated.small/parts"]) for row in manifest] == [("maintain", 1)]
    # And again: nothing is left to do, and nothing is written.
    at = lake.snapshot_id(spark, TABLE)
    assert done(spark, run, aside) == {}
    assert lake.snapshot_id(spark, TABLE) == at
    assert spark.table(RUN_MANIFEST.identifier).count() == 1


def test_no_table_of_the_lake_is_forgotten() -> None:
    modules = [
        importlib.import_module(f"gridlake.catalog.{found.name}") for found in pkgutil.iter_modules(catalog.__path__)
    ]
    known = {table.qualified_name for module in modules for table in getattr(module, "TABLES", ())}
    assert {table.qualified_name for table in maintain.TABLES} == known


def test_a_dry_run_tells_what_it_would_do_and_does_nothing(spark: SparkSession, run: Run, aside: str) -> None:
    lake.ensure(spark, TABLE)
    for n in range(1, 4):
        merged(spark, DAY, n)
    orphan = planted(spark, "local_day=2016-01-02/left.parquet", age_days=8)
    at, before = lake.snapshot_id(spark, TABLE), files(spark, DAY)
    policy = dataclasses.replace(AT_ONCE, dry_run=True)
    figures = done(spark, run, aside, policy)
    assert (figures["parts"], figures["snapshots_expirable"], figures["orphans"]) == (1, 2, 1)
    assert (lake.snapshot_id(spark, TABLE), files(spark, DAY)) == (at, before)
    assert orphan.exists()
    assert not spark.catalog.tableExists(RUN_MANIFEST.identifier)


def test_the_manifest_takes_rows_of_every_job_after_its_own_compaction(
    spark: SparkSession, run: Run, aside: str
) -> None:
    lake.ensure(spark, TABLE)
    for n in range(1, 4):
        merged(spark, DAY, n)
    # Once as the first job with a row, and then beside one that has more of them.
    done(spark, run, aside)
    lake.ensure(spark, RUN_MANIFEST)
    for n in range(1, 7):
        recorded(spark, dataclasses.replace(run, job="curate"), n)
    figures = done(spark, run, aside, AT_ONCE, RUN_MANIFEST)
    assert (figures["parts"], figures["files_rewritten"], figures["files_added"]) == (1, 6, 1)
    stale = lake.snapshot_id(spark, RUN_MANIFEST)
    recorded(spark, dataclasses.replace(run, job="curate"), 7)
    rows = spark.table(RUN_MANIFEST.identifier).groupBy("job").agg(F.collect_list("run_number")).collect()
    assert {row[0]: sorted(row[1]) for row in rows} == {"maintain": [1, 2], "curate": [1, 2, 3, 4, 5, 6, 7]}
    with pytest.raises(ConcurrentWriterError):
        recorded(spark, dataclasses.replace(run, job="curate"), 7, base=stale)


def test_a_manifest_whose_jobs_someone_has_mixed_is_left_as_it_is(spark: SparkSession, run: Run, aside: str) -> None:
    lake.ensure(spark, RUN_MANIFEST)
    for n in range(1, 7):
        recorded(spark, dataclasses.replace(run, job="curate"), n)
    recorded(spark, run, 1)
    options = "options => map('rewrite-all', 'true')"
    spark.sql(f"CALL lake.system.rewrite_data_files(table => 'ops.run_manifest', {options})")
    for n in range(7, 13):
        recorded(spark, dataclasses.replace(run, job="curate"), n)
    assert done(spark, run, aside, table=RUN_MANIFEST) == {}


def test_expiry_keeps_what_is_young_recent_or_named(spark: SparkSession, run: Run, aside: str) -> None:
    lake.ensure(spark, TABLE)
    for n in range(1, 5):
        lake.replace(rows(spark, DAY, n).coalesce(1), TABLE, F.lit(True), {})
        if n == 1:
            spark.sql(f"ALTER TABLE {TABLE.identifier} CREATE TAG settled")
    assert done(spark, run, aside, NOTHING_OLD) == {}
    assert done(spark, run, aside, dataclasses.replace(AT_ONCE, retain_last=4)) == {}
    assert done(spark, run, aside, AT_ONCE)["snapshots_expired"] == 2
    tagged = spark.read.option("versionAsOf", "settled").table(TABLE.identifier).collect()
    assert [row["n"] for row in tagged] == [1]
    assert [row["n"] for row in spark.table(TABLE.identifier).collect()] == [4]


def test_the_ledger_with_its_topic_outlives_compaction_and_expiry(spark: SparkSession, run: Run, aside: str) -> None:
    topic = Topic(spark, "meter.reading.v1")
    for _ in range(6):
        topic.send(bundle())
        land(topic, run)
    before = landed(spark, topic.name, lake.snapshot_id(spark, METER_READING))
    figures = done(spark, run, aside, AT_ONCE, METER_READING)
    assert (figures["files_rewritten"], figures["files_added"], figures["ledger_tag_moved"]) == (6, 1, 1)
    # Six of the ingests, less the tagged one.
    assert figures["snapshots_expired"] == 5
    at = lake.snapshot_id(spark, METER_READING)
    assert lake.newest_property(spark, METER_READING, "gridlake.ledger", at) == before.to_json()
    assert landed(spark, topic.name, at) == before
    assert done(spark, run, aside, AT_ONCE, METER_READING) == {}
    topic.source = Source("cluster-1", "topic-2")
    with pytest.raises(TopicRecreatedError, match="topic-1 of cluster cluster-1"):
        land(topic, run)


def test_a_ledger_that_someone_elses_expiry_left_behind_gives_way_to_the_rows(
    spark: SparkSession, run: Run, aside: str
) -> None:
    topic = Topic(spark, "meter.reading.v1")
    for _ in range(6):
        topic.send(bundle())
        land(topic, run)
    done(spark, run, aside, AT_ONCE, METER_READING)
    for _ in range(2):
        topic.send(bundle())
        land(topic, run)
    spark.sql(
        "CALL lake.system.rewrite_data_files(table => 'raw.meter_reading', options => map('rewrite-all', 'true'))"
    )
    spark.sql("CALL lake.system.expire_snapshots(table => 'raw.meter_reading', older_than => now(), retain_last => 1)")
    ledger = landed(spark, topic.name, lake.snapshot_id(spark, METER_READING))
    assert (ledger.batch, ledger.ends, ledger.source) == (8, {0: 8}, None)


def test_an_accepted_gap_at_the_end_of_a_partition_leaves_the_tagged_ledger_in_force(
    spark: SparkSession, run: Run, aside: str
) -> None:
    topic = Topic(spark, "meter.reading.v1")
    topic.send(bundle(), partition=0)
    land(topic, run)
    topic.send(bundle(), partition=0)
    topic.send(bundle(), partition=1)
    # The second of partition 0 was deleted unread; its end is in the ledger and in no row.
    topic.deleted_below = {0: 2}
    ingest.land(spark, run, topic.name, available=topic.available, read=topic.read, accept_missing=True)
    before = landed(spark, topic.name, lake.snapshot_id(spark, METER_READING))
    assert before.ends == {0: 2, 1: 1}
    done(spark, run, aside, table=METER_READING)
    # Two snapshots of maintenance above it, of which expiry leaves the newest.
    for _ in range(2):
        options = "options => map('rewrite-all', 'true')"
        spark.sql(f"CALL lake.system.rewrite_data_files(table => 'raw.meter_reading', {options})")
    spark.sql("CALL lake.system.expire_snapshots(table => 'raw.meter_reading', older_than => now(), retain_last => 1)")
    at = lake.snapshot_id(spark, METER_READING)
    assert lake.newest_property(spark, METER_READING, "gridlake.ledger", at) is None
    assert landed(spark, topic.name, at) == before


def test_a_tag_is_kept_from_now_on_and_not_from_when_its_snapshot_was_made(spark: SparkSession) -> None:
    lake.ensure(spark, TABLE)
    merged(spark, DAY, 1)
    at = lake.snapshot_id(spark, TABLE)
    assert at is not None
    references.tag(spark, TABLE, "settled", at, days=3)
    (age,) = (
        spark.table(f"{TABLE.identifier}.refs").where("name = 'settled'").select("max_reference_age_in_ms").collect()
    )
    # Expiry counts from the snapshot's own time, which is seconds ago: a day more holds for sure.
    assert age[0] == timedelta(days=4) // timedelta(milliseconds=1)


def test_orphans_are_moved_aside_and_deleted_when_nobody_has_missed_them(
    spark: SparkSession, run: Run, aside: str
) -> None:
    lake.ensure(spark, TABLE)
    merged(spark, DAY, 1)
    known = Path(urlsplit(files(spark, DAY)[0][1]).path)
    os.utime(known, (0, 0))
    old, young = (planted(spark, f"data/local_day=2016-01-02/{age}.parquet", age) for age in (8, 6))
    stranger = Path(urlsplit(aside).path) / "notes"
    stranger.mkdir(parents=True)
    assert done(spark, run, aside) == {"orphans": 1}
    assert (old.exists(), young.exists(), known.exists()) == (False, True, True)
    moved = Path(urlsplit(aside).path) / f"{NOW:%Y%m%dT%H%M%SZ}" / "curated.small" / "data" / "local_day=2016-01-02"
    assert (moved / "8.parquet").read_bytes() == b"8"
    assert done(spark, run, aside) == {}
    assert maintain.maintain(spark, run, [], NOTHING_OLD, aside)["purged"] == []
    later = dataclasses.replace(NOTHING_OLD, purge_before=NOW + timedelta(days=1))
    assert maintain.maintain(spark, run, [], later, aside)["purged"] == [f"{NOW:%Y%m%dT%H%M%SZ}"]
    assert not moved.exists()
    assert stranger.exists()


def test_an_open_audit_keeps_its_table_from_compaction(spark: SparkSession, run: Run, aside: str) -> None:
    lake.ensure(spark, TABLE)
    for n in range(1, 4):
        merged(spark, DAY, n)
    spark.sql(f"ALTER TABLE {TABLE.identifier} CREATE BRANCH audit_1")
    before = files(spark, DAY)
    summary = maintain.maintain(spark, run, [TABLE], NOTHING_OLD, aside)
    assert (summary["tables"], summary["open_audits"]) == ({}, {TABLE.qualified_name: ["audit_1"]})
    assert files(spark, DAY) == before
    assert not spark.catalog.tableExists(RUN_MANIFEST.identifier)


def test_of_a_merge_and_a_compaction_at_once_one_is_refused_and_no_row_is_lost(
    spark: SparkSession, run: Run, aside: str, tmp_path: Path
) -> None:
    lake.ensure(spark, TABLE)
    for n in range(1, 4):
        merged(spark, DAY, n)
    outcome: list[BaseException | None] = []

    def slow_merge() -> None:
        try:
            session = spark.newSession()
            lake.upsert(held_back(rows(session, DAY, 9), tmp_path), TABLE, lake.in_days([DAY]), "s.n > t.n", {})
            outcome.append(None)
        except ConcurrentWriterError as error:
            outcome.append(error)

    thread = threading.Thread(target=slow_merge)
    thread.start()
    until_started(tmp_path)
    done(spark, run, aside)
    (tmp_path / "go").touch()
    thread.join(60)
    (refused,) = outcome
    assert isinstance(refused, ConcurrentWriterError)
    assert content(spark) == [("a", DAY, 3)]
    merged(spark, DAY, 9)
    assert content(spark) == [("a", DAY, 9)]


def recorded(spark: SparkSession, run: Run, run_number: int, base: int | None = None) -> None:
    """A job's row, written on what the manifest is now, or was."""
    at = last_manifest(spark, run.job)[1] if base is None else base
    facts: dict[str, Any] = {"ledger": "{}", "counts": {}, "inputs": {}, "outputs": {}}
    record_run(spark, run, run_number=run_number, base=at, **facts)


def land(topic: Topic, run: Run) -> None:
    ingest.land(topic.spark, run, topic.name, available=topic.available, read=topic.read)


def planted(spark: SparkSession, path: str, age_days: int) -> Path:
    """A file in the table's folder that no snapshot knows."""
    orphan = Path(urlsplit(lake.location(spark, TABLE)).path) / path
    orphan.parent.mkdir(parents=True, exist_ok=True)
    orphan.write_bytes(str(age_days).encode())
    then = (NOW - timedelta(days=age_days)).timestamp()
    os.utime(orphan, (then, then))
    return orphan
