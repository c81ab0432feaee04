"""Runs: who is running, and the manifest row that makes a run count."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime

from pyspark.sql import Column, DataFrame, SparkSession
from pyspark.sql import functions as F

from gridlake.catalog.ops import RUN_MANIFEST
from gridlake.catalog.table import Table
from gridlake.io import lake


@dataclass(frozen=True)
class Run:
    """One run of one job."""

    job: str
    run_id: str
    code_version: str
    started_at: datetime

    @property
    def snapshot_properties(self) -> dict[str, str]:
        """What every snapshot of the run carries."""
        return {"gridlake.job": self.job, "gridlake.run-id": self.run_id, "gridlake.code-version": self.code_version}


@dataclass(frozen=True)
class Manifest:
    """The row of ops.run_manifest that a job reads back: its number and its ledger, as JSON."""

    run_number: int
    ledger: str


def last_manifest(spark: SparkSession, job: str) -> tuple[Manifest | None, int | None]:
    """The newest manifest of a job, and the snapshot of ops.run_manifest in which it is the newest."""
    at = lake.snapshot_id(spark, RUN_MANIFEST)
    newest = (
        lake.read(spark, RUN_MANIFEST, at)
        .where(F.col("job") == job)
        .orderBy(F.col("run_number").desc())
        .select("run_number", "ledger")
        .first()
    )
    return (None if newest is None else Manifest(newest["run_number"], newest["ledger"])), at


def record_run(
    spark: SparkSession,
    run: Run,
    *,
    run_number: int,
    base: int | None,
    ledger: str,
    counts: Mapping[str, int],
    inputs: Mapping[str, int],
    outputs: Mapping[str, int],
) -> None:
    """Write the manifest row, unless a run of the same job has written one since snapshot `base`."""
    values: dict[str, Column] = {
        "job": F.lit(run.job),
        "run_number": F.lit(run_number),
        "run_id": F.lit(run.run_id),
        "code_version": F.lit(run.code_version),
        "started_at": F.lit(run.started_at),
        "finished_at": F.lit(datetime.now(UTC)),
        "ledger": F.lit(ledger),
        "counts": mapping(counts),
        "inputs": mapping(inputs),
        "outputs": mapping(outputs),
    }
    rows = one_row(spark, RUN_MANIFEST, values)
    above = (F.col("job") == run.job) & (F.col("run_number") >= run_number)
    lake.append_above(rows, RUN_MANIFEST, above, base, run.snapshot_properties)


def one_row(spark: SparkSession, table: Table, values: Mapping[str, Column]) -> DataFrame:
    """One row of a table out of the JVM: createDataFrame would start Python workers for it."""
    return spark.range(0, 1, 1, 1).select(
        *(values[column.name].cast(column.type).alias(column.name) for column in table.columns)
    )


def mapping(entries: Mapping[str, int]) -> Column:
    """A map literal."""
    return F.create_map(*(F.lit(item) for pair in entries.items() for item in pair))
