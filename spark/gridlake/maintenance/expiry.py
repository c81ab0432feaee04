"""Old snapshots: forgotten, except those that somebody needs by name."""

from datetime import datetime

from pyspark.sql import SparkSession
from pyspark.sql import functions as F

from gridlake.catalog.table import Table
from gridlake.io import lake, procedures, references
from gridlake.io.raw_tables import LEDGER_PROPERTY, LEDGER_TAG


def keep_ledger(spark: SparkSession, table: Table) -> bool:
    """Tag the newest snapshot that carries the ledger, which then outlives its time; True if the tag moved.

    Compaction's snapshots carry none, so that after it the newest one could be the first to go.
    """
    newest = lake.newest_with(spark, table, LEDGER_PROPERTY, lake.snapshot_id(spark, table))
    return newest is not None and references.move_tag(spark, table, LEDGER_TAG, newest)


def expirable(spark: SparkSession, table: Table, older_than: datetime, retain_last: int) -> int:
    """Snapshots that are too old, not among the last ones, and neither tagged nor the head of a branch."""
    named = references.named(spark, table)
    rows = (
        spark.table(f"{table.identifier}.snapshots")
        .orderBy(F.col("committed_at").desc())
        .select("snapshot_id", (F.col("committed_at") < F.lit(older_than)).alias("is_old"))
        .collect()
    )
    return sum(row["is_old"] and row["snapshot_id"] not in named for row in rows[retain_last:])


def expire(spark: SparkSession, table: Table, older_than: datetime, retain_last: int) -> dict[str, int]:
    """Forget snapshots, and delete the files that only they knew."""
    before = _snapshots(spark, table)
    (done,) = procedures.call(
        spark, table, "expire_snapshots", older_than=older_than, retain_last=retain_last, stream_results=True
    )
    return {
        "snapshots_expired": before - _snapshots(spark, table),
        "data_files_deleted": int(done["deleted_data_files_count"]),
    }


def _snapshots(spark: SparkSession, table: Table) -> int:
    return int(spark.table(f"{table.identifier}.snapshots").count())
