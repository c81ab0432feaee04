"""Tags and branches of Iceberg tables: snapshots that have a name, which expiry leaves."""

from datetime import UTC, datetime
from typing import Any

from pyspark.sql import SparkSession

from gridlake.catalog.table import Table
from gridlake.io import lake


def tag(spark: SparkSession, table: Table, name: str, at: int, days: int) -> None:
    """Keep a snapshot under a name for so long. A tag that is there stays as it is."""
    # Iceberg lets a tag go by the age of its snapshot, and that of a table which seldom changes is old already.
    made = datetime.fromtimestamp(lake.load(spark, table).snapshot(at).timestampMillis() / 1000, UTC)
    kept = days + (datetime.now(UTC) - made).days + 1
    spark.sql(f"ALTER TABLE {table.identifier} CREATE TAG IF NOT EXISTS `{name}` AS OF VERSION {at} RETAIN {kept} DAYS")


def move_tag(spark: SparkSession, table: Table, name: str, at: int) -> bool:
    """Give a snapshot a name for good, whichever had it before; False if it had it already."""
    if tagged(spark, table, name) == at:
        return False
    spark.sql(f"ALTER TABLE {table.identifier} CREATE OR REPLACE TAG `{name}` AS OF VERSION {at}")
    return True


def tagged(spark: SparkSession, table: Table, name: str) -> int | None:
    """Snapshot that a tag names; None without such a tag."""
    found = lake.load(spark, table).refs().get(name)
    return None if found is None else int(found.snapshotId())


def named(spark: SparkSession, table: Table) -> set[int]:
    """Snapshots that any tag or branch names."""
    return {int(reference.getValue().snapshotId()) for reference in _entries(spark, table)}


def branches(spark: SparkSession, table: Table) -> list[str]:
    """Names of the branches beside main."""
    found = (str(entry.getKey()) for entry in _entries(spark, table) if entry.getValue().isBranch())
    return sorted(name for name in found if name != "main")


def _entries(spark: SparkSession, table: Table) -> Any:
    return lake.load(spark, table).refs().entrySet()
