"""When rewriting files pays: judged by what a table's metadata counts, not by the clock. Pure: no Spark."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from math import ceil

from gridlake.catalog.table import Table

TARGET_BYTES = 128 * 1024 * 1024  # an HDFS block
SMALL_BYTES = TARGET_BYTES * 3 // 4  # below it, Iceberg's own planner takes a file for too small
# Files that must vanish: a partition gets a few at each writing, and until then reads cost little.
LEAST_GAIN = 5


@dataclass(frozen=True)
class PartitionLayout:
    """Files of one day's partition; of the whole table, with no day, where it has no partitions."""

    day: date | None
    small_files: int
    small_bytes: int
    delete_files: int

    @property
    def files_saved(self) -> int:
        """Files fewer after a rewrite."""
        return self.small_files - ceil(self.small_bytes / TARGET_BYTES)

    @property
    def is_worth_rewriting(self) -> bool:
        """Every read applies delete files, so one is enough; small files must be some."""
        return self.delete_files > 0 or self.files_saved >= LEAST_GAIN


def partition_column(table: Table) -> str | None:
    """Name of the day in the partition tuple of the table's metadata; None for a table without partitions."""
    if not table.partition:
        return None
    (transform,) = table.partition
    return f"{_source(transform)}_day" if transform.startswith("days(") else transform


def in_partitions(table: Table, days: Sequence[date | None]) -> str | None:
    """SQL condition that takes exactly these partitions; None for a table without any."""
    if not table.partition:
        return None
    (transform,) = table.partition
    column = _source(transform)
    known = sorted(day for day in days if day is not None)
    if column == transform:
        return f"{column} IN (" + ", ".join(f"DATE '{day}'" for day in known) + ")"
    return " OR ".join(
        f"({column} >= TIMESTAMP '{day} 00:00:00' AND {column} < TIMESTAMP '{day + timedelta(days=1)} 00:00:00')"
        for day in known
    )


def _source(transform: str) -> str:
    return transform.removeprefix("days(").removesuffix(")")
