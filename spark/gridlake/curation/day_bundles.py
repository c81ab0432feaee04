"""Curation of day bundles: judge, keep rejects, add versions, recompose the days they touch."""

from collections.abc import Sequence
from datetime import date

from pyspark import StorageLevel
from pyspark.sql import DataFrame, SparkSession
from pyspark.sql import functions as F

from gridlake.catalog.curated import DAY_COMPLETENESS, READING_CURRENT, READING_VERSION
from gridlake.curation.window import Judgement, Outcome, Window, accepted_records, keep_rejected
from gridlake.io import lake
from gridlake.io.run import Run
from gridlake.quality.balance import Balance
from gridlake.transforms import current_readings
from gridlake.transforms.completeness import day_completeness
from gridlake.transforms.day_bundles import judged_bundles, versions
from gridlake.transforms.dispositions import COORDINATES, duplicates

_KEY = list(READING_CURRENT.key)
# Fewer coordinates than this travel to every executor, so that the readings themselves need not be shuffled.
_BROADCAST_RECORDS = 500_000


def curate(spark: SparkSession, run: Run, window: Window, registers: DataFrame) -> Outcome:
    """Curate one window of meter.reading.v1; `registers` is curated.register."""
    per_point = registers.groupBy("metering_point_id").agg(F.collect_set("register").alias("registers"))
    judged = judged_bundles(window.records(spark), per_point).persist(StorageLevel.MEMORY_AND_DISK)
    try:
        judgement = Judgement.of(judged, F.col("record.local_day"))
        if judgement.rejected:
            keep_rejected(judged, run)
        accepted = repeated = 0
        if judgement.good:
            accepted, repeated = _publish(spark, run, judged, judgement)
        balance = Balance(window.topic, judgement.records, accepted, repeated, judgement.rejected)
        balance.check(window.expected)
        return Outcome(balance.counts(), judgement.days)
    finally:
        judged.unpersist()


def recompose(spark: SparkSession, run: Run, days: Sequence[date], touched: DataFrame | None = None) -> None:
    """Compose current readings from the versions of these days; `touched` keeps it to some keys (unique)."""
    within = F.col("local_day").isin(list(days))
    kept = lake.read(spark, READING_VERSION, lake.snapshot_id(spark, READING_VERSION)).where(within)
    if touched is not None:
        kept = kept.join(touched, on=_KEY, how="left_semi")
    lake.upsert(
        _current(kept),
        READING_CURRENT,
        lake.in_days(days),
        changed="t.version_ids <> s.version_ids OR NOT t.supplied_by <=> s.supplied_by",
        properties=run.snapshot_properties,
    )


def _current(kept: DataFrame) -> DataFrame:
    """Compose where there is a choice. Most days have one version, and collecting those would double the work."""
    contested = current_readings.contested_keys(kept).persist()
    number = contested.count()
    if number == 0:
        return current_readings.uncontested(kept)
    if number < _BROADCAST_RECORDS:
        contested = F.broadcast(contested)
    single = current_readings.uncontested(kept.join(contested, on=_KEY, how="left_anti"))
    return single.unionByName(current_readings.composed(kept.join(contested, on=_KEY, how="left_semi")))


def publish_completeness(spark: SparkSession, run: Run, days: Sequence[date], registers: DataFrame) -> None:
    """Measure these days again, whole days at a time."""
    within = F.col("local_day").isin(list(days))
    current = lake.read(spark, READING_CURRENT, lake.snapshot_id(spark, READING_CURRENT)).where(within)
    lake.replace(day_completeness(current, registers, days), DAY_COMPLETENESS, within, run.snapshot_properties)


def _publish(spark: SparkSession, run: Run, judged: DataFrame, judgement: Judgement) -> tuple[int, int]:
    """Add versions and recompose; gives the number of accepted records and of duplicates."""
    within = F.col("local_day").isin(list(judgement.days))
    known = lake.read(spark, READING_VERSION, lake.snapshot_id(spark, READING_VERSION)).where(within)
    good = judged.where(F.col("reason").isNull())
    repeats = duplicates(good, known).persist()
    try:
        repeated = repeats.count()
        if repeated < _BROADCAST_RECORDS:
            repeats = F.broadcast(repeats)
        fresh = versions(judged).join(repeats, on=list(COORDINATES), how="left_anti")
        if repeated < judgement.good:
            rows = fresh.select(*READING_VERSION.column_names)
            lake.insert_if_absent(rows, READING_VERSION, judgement.in_days, run.snapshot_properties)
            recompose(spark, run, judgement.days, fresh.select(*_KEY).distinct())
    finally:
        repeats.unpersist()
    written = lake.read(spark, READING_VERSION, lake.snapshot_id(spark, READING_VERSION)).where(within)
    return accepted_records(good, written), repeated
