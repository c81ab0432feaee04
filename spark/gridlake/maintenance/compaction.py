"""Small files and delete files, rewritten where it pays."""

from collections.abc import Sequence

from pyspark.sql import SparkSession
from pyspark.sql import functions as F

from gridlake.catalog.table import Table
from gridlake.io import procedures
from gridlake.maintenance.layout import SMALL_BYTES, TARGET_BYTES, PartitionLayout, in_partitions, partition_column

_DATA = 0  # content of a file in Iceberg's metadata; deletes are 1 and 2
_MANY_MANIFESTS = 10
_MANIFEST_BYTES = 8 * 1024 * 1024  # Iceberg's target


def layouts(spark: SparkSession, table: Table) -> list[PartitionLayout]:
    """Files of each partition of the current snapshot."""
    column = partition_column(table)
    day = F.lit(None).cast("date") if column is None else F.col(f"partition.{column}")
    is_small = (F.col("content") == _DATA) & (F.col("file_size_in_bytes") < SMALL_BYTES)
    rows = (
        spark.table(f"{table.identifier}.files")
        .groupBy(day.alias("day"))
        .agg(
            F.count_if(is_small).alias("small_files"),
            F.coalesce(F.sum(F.when(is_small, F.col("file_size_in_bytes"))), F.lit(0)).alias("small_bytes"),
            F.count_if(F.col("content") != _DATA).alias("delete_files"),
        )
        .orderBy("day")
        .collect()
    )
    return [PartitionLayout(*row) for row in rows]


def rewrite(spark: SparkSession, table: Table, partitions: Sequence[PartitionLayout]) -> dict[str, int]:
    """Rewrite what is small or has deletes in these partitions, in the table's order; a reader sees the same rows."""
    where = in_partitions(table, [partition.day for partition in partitions])
    (done,) = procedures.call(
        spark,
        table,
        "rewrite_data_files",
        strategy="sort" if table.sort else "binpack",
        **({} if where is None else {"where": where}),
        options={
            "target-file-size-bytes": str(TARGET_BYTES),
            "min-input-files": "2",
            # Read at every query until they are gone, also where the file beside them is large enough.
            "delete-file-threshold": "1",
            "remove-dangling-deletes": "true",
        },
    )
    return {
        "files_rewritten": int(done["rewritten_data_files_count"]),
        "files_added": int(done["added_data_files_count"]),
    }


def has_scattered_manifests(spark: SparkSession, table: Table) -> bool:
    """True when at least half of the manifests would vanish, and they are many: planning reads every one of them."""
    count, size = (
        spark.table(f"{table.identifier}.manifests").agg(F.count("*"), F.coalesce(F.sum("length"), F.lit(0))).collect()
    )[0]
    return bool(count > _MANY_MANIFESTS and 2 * (size // _MANIFEST_BYTES + 1) <= count)


def rewrite_manifests(spark: SparkSession, table: Table) -> dict[str, int]:
    """Group a table's manifests by partition."""
    (done,) = procedures.call(spark, table, "rewrite_manifests")
    return {"manifests_rewritten": int(done["rewritten_manifests_count"])}
