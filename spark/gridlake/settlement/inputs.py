"""What a settlement run reads: snapshots of its input tables, held fast by tags."""

from collections.abc import Mapping
from dataclasses import dataclass

from pyspark.sql import DataFrame, SparkSession
from pyspark.sql import functions as F

from gridlake.catalog.assets import CONTRACT, METERING_POINT, REGISTER, SUBSTATION
from gridlake.catalog.curated import READING_CURRENT, TRANSFORMER_READING
from gridlake.catalog.ops import RUN_MANIFEST
from gridlake.catalog.settlement_tables import RETAIN_DAYS
from gridlake.catalog.table import Table
from gridlake.errors import SettlementDiffersError, SettlementRefusedError
from gridlake.io import lake, references

_CURATED = (READING_CURRENT, TRANSFORMER_READING)
_MASTER_DATA = (METERING_POINT, REGISTER, SUBSTATION, CONTRACT)
TABLES = (*_CURATED, *_MASTER_DATA)
_CURATION = "curate"
# How many curation runs back a table's snapshot is looked for; every run names all tables.
_LAST_RUNS = 50


@dataclass(frozen=True)
class Inputs:
    """Table -> snapshot id."""

    snapshots: Mapping[str, int]

    @classmethod
    def newest(cls, spark: SparkSession) -> "Inputs":
        """The current snapshots; refuses where a table was never filled or a curation has not finished."""
        for table in (*TABLES, RUN_MANIFEST):
            lake.ensure(spark, table)
        snapshots = {}
        for table in TABLES:
            at = lake.snapshot_id(spark, table)
            if at is None:
                maker = "DAG curate" if table in _CURATED else "job sync_master_data"
                raise SettlementRefusedError(f"{table.identifier} was never filled; run the {maker} first")
            snapshots[table.qualified_name] = at
        for table in _CURATED:
            _refuse_unfinished(spark, table, snapshots[table.qualified_name])
        return cls(snapshots)

    @classmethod
    def held(cls, spark: SparkSession, tag: str, snapshots: Mapping[str, int]) -> "Inputs":
        """The snapshots of an earlier run; refuses where its tag is gone or names another snapshot."""
        for table in TABLES:
            found, recorded = references.tagged(spark, table, tag), snapshots[table.qualified_name]
            if found != recorded:
                held = "is gone" if found is None else f"names snapshot {found}"
                raise SettlementDiffersError(
                    f"tag {tag} of {table.identifier} {held} and not {recorded}, from which the run was made; it "
                    "cannot be computed again. Its lines and its export are still there."
                )
        return cls(snapshots)

    def hold(self, spark: SparkSession, tag: str) -> None:
        """Tag each table's snapshot, so that expiry leaves it."""
        for table in TABLES:
            references.tag(spark, table, tag, self.snapshots[table.qualified_name], RETAIN_DAYS)

    def rows(self, spark: SparkSession, table: Table) -> DataFrame:
        """One table as it was."""
        return lake.read(spark, table, self.snapshots[table.qualified_name])


def _refuse_unfinished(spark: SparkSession, table: Table, at: int) -> None:
    """A curation's writes count from its manifest row; what one that still runs, or died, has written does not."""
    manifests = (
        lake.read(spark, RUN_MANIFEST, lake.snapshot_id(spark, RUN_MANIFEST))
        .where(F.col("job") == _CURATION)
        .orderBy(F.col("run_number").desc())
        .select(F.col("outputs")[table.qualified_name].alias("snapshot"))
        .limit(_LAST_RUNS)
    )
    published = {row["snapshot"] for row in manifests.collect()}
    for snapshot, summary in lake.history(spark, table, at):
        if snapshot in published:
            return
        if summary.get("gridlake.job") == _CURATION:
            raise SettlementRefusedError(
                f"{table.identifier} holds rows of curation run {summary.get('gridlake.run-id')}, which has not "
                "finished; wait for it, or run the DAG curate again if it died"
            )
