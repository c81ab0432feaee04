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


Value = date | str | None


@dataclass(frozen=True)
class Part:
    """Files that are rewritten together: those of one day, of one other partition, of one value, or all of a table."""

    value: Value
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


def value_in_metadata(table: Table) -> str | None:
    """What of a file's metadata tells the part that it belongs to; None where the table is one part."""
    if table.kept_apart:
        return f"readable_metrics.{table.kept_apart}.lower_bound"
    if not table.partition:
        return None
    (transform,) = table.partition
    return f"partition.{_source(transform)}_day" if _is_day_of_time(transform) else f"partition.{transform}"


def in_parts(table: Table, values: Sequence[Value]) -> str | None:
    """SQL condition that takes exactly the parts with these values; None for a table that is one part."""
    if value_in_metadata(table) is None:
        return None
    known = sorted({value for value in values if value is not None}, key=str)
    (transform,) = (table.kept_apart,) if table.kept_apart else table.partition
    if not _is_day_of_time(transform):
        return f"{transform} IN ({', '.join(_literal(value) for value in known)})"
    column = _source(transform)
    return " OR ".join(
        f"({column} >= TIMESTAMP '{day} 00:00:00' AND {column} < TIMESTAMP '{day + timedelta(days=1)} 00:00:00')"
        for day in known
        if isinstance(day, date)
    )


def _literal(value: date | str) -> str:
    return f"DATE '{value}'" if isinstance(value, date) else f"'{value}'"


def _is_day_of_time(transform: str) -> bool:
    return transform.startswith("days(")


def _source(transform: str) -> str:
    return transform.removeprefix("days(").removesuffix(")")
