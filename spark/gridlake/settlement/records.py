"""Runs in the tables: which count, how their rows are written, and the copies outside the tables."""

from datetime import UTC, date, datetime

from pyspark.sql import Column, DataFrame, SparkSession
from pyspark.sql import functions as F

from gridlake.catalog.settlement import Kind
from gridlake.catalog.settlement import month as parsed_month
from gridlake.catalog.settlement_tables import SETTLEMENT_RUN, TABLES
from gridlake.catalog.table import Table
from gridlake.io import hdfs, lake
from gridlake.io.run import Run, mapping, one_row
from gridlake.settlement.export import Export
from gridlake.settlement.manifest import Chain, Plan, Recorded, sha256


def recorded(spark: SparkSession) -> tuple[Chain, int | None]:
    """All runs that count, their chain checked, and the snapshot of ops.settlement_run in which they are all."""
    for table in TABLES:
        lake.ensure(spark, table)
    at = lake.snapshot_id(spark, SETTLEMENT_RUN)
    names = list(Recorded.__dataclass_fields__)
    rows = lake.read(spark, SETTLEMENT_RUN, at).select(*names).orderBy("chain_number").collect()
    runs = [Recorded(**row.asDict() | {"kind": Kind(row["kind"])}) for row in rows]
    chain = Chain(runs)
    chain.check()
    return chain, at


def rows_of(spark: SparkSession, table: Table, settlement_id: str) -> DataFrame:
    """What one run has written into one table."""
    at = lake.snapshot_id(spark, table)
    return lake.read(spark, table, at).where(F.col("settlement_id") == settlement_id)


def write(
    rows: DataFrame, table: Table, run: Run, settlement_id: str, month: date, kind: Kind, previous: str | None
) -> DataFrame:
    """Insert the rows of one run, and read them back.

    The id names the content. Rows that are there under it already are those of this run before it died, or of one at
    work beside it, and are the same; of two that write at once, one is refused.
    """
    spark = rows.sparkSession
    named = {
        "settlement_id": F.lit(settlement_id),
        "month": F.lit(month),
        "kind": F.lit(kind.value),
        "previous_settlement_id": F.lit(previous),
    }
    lake.append_above(
        rows.select(*(named.get(name, F.col(name)).alias(name) for name in table.column_names)).coalesce(1),
        table,
        above=F.col("settlement_id") == settlement_id,
        base=lake.snapshot_id(spark, table),
        properties=run.snapshot_properties,
    )
    return rows_of(spark, table, settlement_id)


def record(spark: SparkSession, run: Run, plan: Plan, export: Export, manifest: str, *, base: int | None) -> Recorded:
    """Write the row by which the run counts, unless another run has written one since snapshot `base`."""
    facts = plan.facts
    made = Recorded(
        chain_number=facts["chain_number"],
        settlement_id=plan.settlement_id,
        month=parsed_month(facts["month"]),
        kind=Kind(facts["kind"]),
        run_number=facts["run_number"],
        run_id=run.run_id,
        tag=plan.tag,
        inputs=facts["inputs"],
        export_sha256=export.sha256,
        manifest_sha256=sha256(manifest),
        previous_manifest_sha256=facts["previous_manifest_sha256"],
        manifest=manifest,
    )
    values: dict[str, Column] = {
        **{name: F.lit(value) for name, value in vars(made).items() if name != "inputs"},
        "kind": F.lit(made.kind.value),
        "inputs": mapping(made.inputs),
        "finished_at": F.lit(datetime.now(UTC)),
        "code_version": F.lit(run.code_version),
    }
    rows = one_row(spark, SETTLEMENT_RUN, values)
    above = F.col("chain_number") >= made.chain_number
    lake.append_above(rows, SETTLEMENT_RUN, above, base, run.snapshot_properties)
    return made


def export_path(landing: str, month: date, kind: Kind, settlement_id: str) -> str:
    """Where the export's copy lies."""
    return f"{landing}/settlement/{month:%Y-%m}/{kind.value}-{settlement_id}.jsonl"


def copy_out(spark: SparkSession, path: str, export: Export, manifest: str) -> None:
    """Write export and manifest beside each other, outside the tables."""
    hdfs.write_once(spark, path, export.content)
    hdfs.write_once(spark, manifest_path(path), manifest.encode())


def manifest_path(path: str) -> str:
    """Where the manifest of an export lies."""
    return path.removesuffix(".jsonl") + ".manifest.json"
