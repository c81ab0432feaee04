"""Claims about what Trino lets whom do to the lake beyond reading and writing rows."""

from dataclasses import replace

import pytest
from cluster import Cluster

from gridlake_control.demo_proof import lake_of
from gridlake_control.lake_proof import Lake, LakeError

CURRENT = "lake.curated.reading_current"
# Small enough to touch no file of a table that has rows.
OPTIMIZE = "EXECUTE optimize(file_size_threshold => '1B')"
MIN_RETENTION = ("expire_snapshots_min_retention", "remove_orphan_files_min_retention")
# A row filter is what refuses: Trino's rules know no table procedures.
PROCEDURES = (
    OPTIMIZE,
    "EXECUTE optimize_manifests",
    "EXECUTE expire_snapshots(retention_threshold => '3650d')",
    "EXECUTE remove_orphan_files(retention_threshold => '3650d')",
    "EXECUTE drop_extended_stats",
)
WRITING = (
    "INSERT INTO {table} SELECT * FROM {table} WHERE false",
    "DELETE FROM {table} WHERE false",
    "UPDATE {table} SET {column} = {column} WHERE false",
    "ALTER TABLE {table} " + OPTIMIZE,
)

pytestmark = pytest.mark.usefixtures("slice_proof")


def lake_as(cluster: Cluster, user: str) -> Lake:
    """Trino, as one of its accounts."""
    return replace(lake_of(cluster.inventory), user=user, password=cluster.inventory.secret(f"trino_{user}"))


@pytest.mark.parametrize("procedure", PROCEDURES)
@pytest.mark.parametrize("user", ["analyst", "airflow"])
def test_who_only_reads_a_table_executes_no_procedure_on_it(cluster: Cluster, user: str, procedure: str) -> None:
    with pytest.raises(LakeError, match="not supported for table with row filter"):
        lake_as(cluster, user).table(f"ALTER TABLE {CURRENT} {procedure}")


@pytest.mark.parametrize("name", MIN_RETENTION)
@pytest.mark.parametrize("user", ["analyst", "airflow"])
def test_the_least_retention_is_not_lowered_by_who_only_reads(cluster: Cluster, user: str, name: str) -> None:
    with pytest.raises(LakeError, match=f"Cannot set catalog session property {name}"):
        lake_as(cluster, user).table(f"SET SESSION lake.{name} = '0s'")


def test_owners_still_execute_procedures(cluster: Cluster) -> None:
    lake_of(cluster.inventory).table(f"ALTER TABLE {CURRENT} {OPTIMIZE}")
    lake_as(cluster, "airflow").table(f"ALTER TABLE lake.ops.ledger_check {OPTIMIZE}")
    lake_of(cluster.inventory).table(f"SET SESSION lake.{MIN_RETENTION[0]} = '7d'")


@pytest.mark.parametrize("statement", WRITING)
@pytest.mark.parametrize(
    ("table", "column"), [("lake.curated.reading_version", "quality"), ("lake.ops.run_manifest", "run_number")]
)
@pytest.mark.parametrize("user", ["gridlake", "admin", "airflow"])
def test_nobody_writes_through_trino_what_spark_alone_accounts_for(
    cluster: Cluster, user: str, table: str, column: str, statement: str
) -> None:
    with pytest.raises(LakeError, match=r"Access Denied|not supported for table with row filter"):
        lake_as(cluster, user).table(statement.format(table=table, column=column))
