"""What one curation run reads: a slice of one raw table, fixed by snapshot and batch numbers."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date

from pyspark.sql import Column, DataFrame, SparkSession
from pyspark.sql import functions as F

from gridlake.catalog.curated import READING_REJECTED
from gridlake.io import lake
from gridlake.io.raw_tables import slice_between
from gridlake.io.run import Run
from gridlake.ledger import Ledger
from gridlake.transforms.dispositions import COORDINATES


@dataclass(frozen=True)
class Window:
    """Raw records of one topic between curation's ledger and the raw table's."""

    topic: str
    snapshot_id: int | None
    curated: Ledger
    landed: Ledger

    @property
    def is_empty(self) -> bool:
        """True when everything that has landed is curated."""
        return self.landed.batch <= self.curated.batch

    @property
    def expected(self) -> int:
        """Records that the slice must hold, by subtraction of offsets."""
        return self.landed.records_since(self.curated)

    def records(self, spark: SparkSession) -> DataFrame:
        """The slice itself."""
        return slice_between(spark, self.topic, self.snapshot_id, self.curated.batch, self.landed.batch)


@dataclass(frozen=True)
class Outcome:
    """What curating a window did."""

    counts: Mapping[str, int]
    days: tuple[date, ...] = ()


@dataclass(frozen=True)
class Judgement:
    """Judged records, counted: how many are good, how many fail which rule, which local days the good ones touch."""

    good: int
    rejected: Mapping[str, int]
    days: tuple[date, ...]

    @classmethod
    def of(cls, judged: DataFrame, local_day: Column) -> "Judgement":
        """Count once, by reason and day; the day of a rejected record means nothing."""
        day = F.when(F.col("reason").isNull(), local_day)
        rows = judged.groupBy("reason", day.alias("local_day")).count().collect()
        rejected: dict[str, int] = {}
        for row in rows:
            if row["reason"] is not None:
                rejected[row["reason"]] = rejected.get(row["reason"], 0) + row["count"]
        good = [row for row in rows if row["reason"] is None]
        days = tuple(sorted(row["local_day"] for row in good))
        return cls(sum(row["count"] for row in good), rejected, days)

    @property
    def records(self) -> int:
        """All records that were judged."""
        return self.good + sum(self.rejected.values())

    @property
    def in_days(self) -> str:
        """The predicate on a MERGE target (alias t) that keeps it to the days touched."""
        return lake.in_days(self.days)


def keep_rejected(judged: DataFrame, run: Run) -> None:
    """Write rejected records with reason, coordinates and bytes; a record that is already there stays as it is."""
    columns = {"parser_version": F.lit(run.code_version), "run_id": F.lit(run.run_id)}
    rows = judged.where(F.col("reason").isNotNull()).select(
        *(columns.get(name, F.col(name)).alias(name) for name in READING_REJECTED.column_names)
    )
    # As text, because Python would turn instants into the driver's own time zone.
    first, last = (bound("kafka_time").cast("string") for bound in (F.min, F.max))
    span = rows.agg(first.alias("first"), last.alias("last")).collect()[0]
    within = f"t.kafka_time BETWEEN TIMESTAMP '{span['first']}' AND TIMESTAMP '{span['last']}'"
    lake.insert_if_absent(rows, READING_REJECTED, within, run.snapshot_properties)


def accepted_records(good: DataFrame, table_rows: DataFrame) -> int:
    """How many of these records the table holds a row for: read back, not derived."""
    held = table_rows.select(*COORDINATES).join(good.select(*COORDINATES), on=list(COORDINATES), how="left_semi")
    return int(held.count())
