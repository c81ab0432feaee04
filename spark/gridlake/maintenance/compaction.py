"""Small files and delete files, rewritten where it pays."""

from collections.abc import Sequence

from pyspark.sql import Row, SparkSession
from pyspark.sql import functions as F

from gridlake.catalog.table import Table
from gridlake.io import procedures
from gridlake.maintenance.layout import SMALL_BYTES, TARGET_BYTES, Part, in_parts, value_in_metadata

_DATA = 0  # content of a file in Iceberg's metadata; deletes are 1 and 2
_MANY_MANIFESTS = 10
_MANIFEST_BYTES = 8 * 1024 * 1024  # Iceberg's target


def parts(spark: SparkSession, table: Table) -> list[Part]:
    """Files of each part of the current snapshot.

    None of a table where one file mixes values that are to be kept apart: a rewrite of any would take that file along.
    """
    path = value_in_metadata(table)
    value = F.lit(None).cast("date") if path is None else F.col(path)
    files = spark.table(f"{table.identifier}.files")
    if (
        table.kept_apart
        and not files.where(value != F.col(f"readable_metrics.{table.kept_apart}.upper_bound")).isEmpty()
    ):
        return []
    is_small = (F.col("content") == _DATA) & (F.col("file_size_in_bytes") < SMALL_BYTES)
    rows = (
        files.groupBy(value.alias("value"))
        .agg(
            F.count_if(is_small).alias("small_files"),
            F.coalesce(F.sum(F.when(is_small, F.col("file_size_in_bytes"))), F.lit(0)).alias("small_bytes"),
            F.count_if(F.col("content") != _DATA).alias("delete_files"),
        )
        .orderBy("value")
        .collect()
    )
    return [Part(*row) for row in rows]


def rewrite(spark: SparkSession, table: Table, worth: Sequence[Part]) -> dict[str, int]:
    """Rewrite what is small or has deletes in these parts, in the table's order; a reader sees the same rows."""
    # A file of the result holds what one call was given.
    calls = [[part.value] for part in worth] if table.kept_apart else [[part.value for part in worth]]
    done = [_rewritten(spark, table, in_parts(table, values)) for values in calls]
    return {
        "files_rewritten": sum(int(row["rewritten_data_files_count"]) for row in done),
        "files_added": sum(int(row["added_data_files_count"]) for row in done),
    }


def _rewritten(spark: SparkSession, table: Table, where: str | None) -> Row:
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
    return done


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
