"""Curation of transformer messages: judge, keep rejects, let the winner of each interval take its row."""

from pyspark import StorageLevel
from pyspark.sql import DataFrame, SparkSession
from pyspark.sql import functions as F

from gridlake.catalog.curated import TRANSFORMER_READING
from gridlake.curation.window import Judgement, Outcome, Window, accepted_records, keep_rejected
from gridlake.io import lake
from gridlake.io.run import Run
from gridlake.quality.balance import Balance
from gridlake.transforms import rules
from gridlake.transforms.dispositions import COORDINATES
from gridlake.transforms.transformer_messages import judged_messages, readings
from gridlake.transforms.winning_interval import winners


def curate(spark: SparkSession, run: Run, window: Window, substations: DataFrame) -> Outcome:
    """Curate one window of transformer.reading.v1; `substations` is curated.substation."""
    judged = judged_messages(window.records(spark), substations).persist(StorageLevel.MEMORY_AND_DISK)
    try:
        judgement = Judgement.of(judged, rules.local_day(F.col("record.interval_start_utc")))
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


def _publish(spark: SparkSession, run: Run, judged: DataFrame, judgement: Judgement) -> tuple[int, int]:
    """Upsert the winners; gives the number of records that hold a row, and of those that say nothing newer."""
    within = F.col("local_day").isin(list(judgement.days))
    known = lake.read(spark, TRANSFORMER_READING, lake.snapshot_id(spark, TRANSFORMER_READING)).where(within)
    good = readings(judged)
    won = winners(good, known)
    repeated = good.join(won.select(*COORDINATES), on=list(COORDINATES), how="left_anti").count()
    if repeated < judgement.good:
        lake.upsert(
            won.join(good.select(*COORDINATES), on=list(COORDINATES), how="left_semi"),
            TRANSFORMER_READING,
            judgement.in_days,
            changed="t.version_id <> s.version_id",
            properties=run.snapshot_properties,
        )
    written = lake.read(spark, TRANSFORMER_READING, lake.snapshot_id(spark, TRANSFORMER_READING)).where(within)
    return accepted_records(good, written), repeated
