"""Iceberg tables: create, read at a snapshot, write so that two runs cannot both win."""

from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from datetime import date
from typing import Any

from pyspark.errors import PySparkException
from pyspark.sql import Column, DataFrame, DataFrameWriterV2, SparkSession

from gridlake.catalog.table import CATALOG, Table
from gridlake.errors import ConcurrentWriterError, ContractError

# Iceberg's answer to a writer who was overtaken. CommitStateUnknown is none of them: then the commit may have happened,
# the job must fail, and the next run finds out from the ledger.
_CONFLICTS = (
    "org.apache.iceberg.exceptions.ValidationException",
    "org.apache.iceberg.exceptions.CommitFailedException",
)
_SESSION_PROPERTY = "spark.sql.iceberg.snapshot-property."


def ensure(spark: SparkSession, table: Table) -> None:
    """Create the table if it is missing, give it the spec's properties; refuse one whose columns are not the spec's."""
    if not spark.catalog.tableExists(table.identifier):
        spark.sql(f"CREATE NAMESPACE IF NOT EXISTS {CATALOG}.{table.namespace}")
        for statement in table.ddl():
            spark.sql(statement)
        if (order := table.write_order()) is not None:
            spark.sql(order)
    _set_properties(spark, table)
    found = {field.name: field.dataType.simpleString() for field in spark.table(table.identifier).schema}
    wanted = {column.name: column.type.replace(" ", "") for column in table.columns}
    if found != wanted:
        differing = sorted(name for name in found.keys() | wanted.keys() if found.get(name) != wanted.get(name))
        raise ContractError(
            f"{table.identifier} differs from its spec in columns {differing}; migrate the table, or submit the job "
            "package that made it"
        )


def snapshot_id(spark: SparkSession, table: Table) -> int | None:
    """Id of the current snapshot; None for a table that was never written."""
    current = load(spark, table).currentSnapshot()
    return None if current is None else int(current.snapshotId())


def newest_property(spark: SparkSession, table: Table, key: str, at: int | None) -> str | None:
    """Value of a summary property in the newest snapshot that has it, walking back from the snapshot `at`.

    From `at` and not from now: what is read beside the value must be of the same moment, whoever commits in between.
    """
    newest = newest_with(spark, table, key, at)
    return None if newest is None else property_of(spark, table, key, newest)


def newest_with(spark: SparkSession, table: Table, key: str, at: int | None) -> int | None:
    """Id of the newest snapshot that has a summary property, walking back from the snapshot `at`."""
    return next((snapshot for snapshot, summary in history(spark, table, at) if summary.get(key) is not None), None)


def property_of(spark: SparkSession, table: Table, key: str, at: int) -> str | None:
    """Value of a summary property in one snapshot."""
    value = load(spark, table).snapshot(at).summary().get(key)
    return None if value is None else str(value)


def history(spark: SparkSession, table: Table, at: int | None) -> Iterator[tuple[int, Mapping[str, str]]]:
    """Ids and summaries of the snapshot `at` and of those before it, as far as none has expired."""
    loaded = load(spark, table)
    snapshot = None if at is None else loaded.snapshot(at)
    while snapshot is not None:
        yield int(snapshot.snapshotId()), snapshot.summary()
        parent = snapshot.parentId()
        # An expired parent is no longer known to the table.
        snapshot = None if parent is None else loaded.snapshot(parent)


def location(spark: SparkSession, table: Table) -> str:
    """Where the table's files are."""
    return str(load(spark, table).location())


def read(spark: SparkSession, table: Table, at: int | None) -> DataFrame:
    """The table as of one snapshot; an unwritten table is empty."""
    if at is None:
        return spark.table(table.identifier).limit(0)
    return spark.read.option("versionAsOf", at).table(table.identifier)


def append_above(rows: DataFrame, table: Table, above: Column, base: int | None, properties: Mapping[str, str]) -> None:
    """Append `rows`, unless someone has written rows that match `above` since snapshot `base`.

    A plain append never conflicts: two ingests that read the same ledger would both land the same records. Overwriting
    a range that is empty at `base` adds rows just the same, and lets exactly one of the two through.
    """
    writer = _writer(rows, table, properties).option("isolation-level", "serializable")
    if base is not None:
        writer = writer.option("validate-from-snapshot-id", str(base))
    with conflicts(table):
        writer.overwrite(above)


def replace(rows: DataFrame, table: Table, where: Column, properties: Mapping[str, str]) -> None:
    """Put `rows` in place of the rows that match, which must be whole partitions (or the whole table)."""
    with conflicts(table):
        _writer(rows, table, properties).overwrite(where)


def insert_if_absent(rows: DataFrame, table: Table, target_predicate: str, properties: Mapping[str, str]) -> None:
    """Add the rows whose key the table does not hold yet; `target_predicate` bounds what is read of it (alias t)."""
    # An insert-only MERGE is not checked for conflicts: two at once would both insert. A matched clause, which never
    # applies, turns the check on.
    first = table.key[0]
    _merge(
        rows, table, target_predicate, f"WHEN MATCHED AND false THEN UPDATE SET t.`{first}` = s.`{first}`", properties
    )


def upsert(rows: DataFrame, table: Table, target_predicate: str, changed: str, properties: Mapping[str, str]) -> None:
    """Insert rows, or update those whose key is known where `changed` (aliases t and s) holds."""
    _merge(rows, table, target_predicate, f"WHEN MATCHED AND ({changed}) THEN UPDATE SET *", properties)


def in_days(days: Sequence[date]) -> str:
    """Predicate on a MERGE target (alias t) that keeps it to these local days: literals prune partitions."""
    literals = ", ".join(f"DATE '{day.isoformat()}'" for day in days)
    return f"t.local_day IN ({literals})"


def _writer(rows: DataFrame, table: Table, properties: Mapping[str, str]) -> DataFrameWriterV2:
    writer = rows.writeTo(table.identifier)
    for key, value in properties.items():
        writer = writer.option(f"snapshot-property.{key}", value)
    return writer


def _set_properties(spark: SparkSession, table: Table) -> None:
    current = load(spark, table).properties()
    # `format-version` is part of the metadata, not of the properties, once the table exists.
    changed = {k: v for k, v in table.all_properties.items() if k != "format-version" and current.get(k) != v}
    if changed:
        rendered = ", ".join(f"'{key}'='{value}'" for key, value in sorted(changed.items()))
        spark.sql(f"ALTER TABLE {table.identifier} SET TBLPROPERTIES ({rendered})")


def _merge(rows: DataFrame, table: Table, predicate: str, matched: str, properties: Mapping[str, str]) -> None:
    spark = rows.sparkSession
    on = " AND ".join([f"t.`{key}` = s.`{key}`" for key in table.key] + [predicate])
    with conflicts(table), _snapshot_properties(spark, properties):
        spark.sql(
            f"MERGE INTO {table.identifier} t USING {{rows}} s ON {on} {matched} WHEN NOT MATCHED THEN INSERT *",
            rows=rows,
        )


@contextmanager
def _snapshot_properties(spark: SparkSession, properties: Mapping[str, str]) -> Iterator[None]:
    """MERGE takes no write options; its snapshot properties come from the session."""
    for key, value in properties.items():
        spark.conf.set(_SESSION_PROPERTY + key, value)
    try:
        yield
    finally:
        for key in properties:
            spark.conf.unset(_SESSION_PROPERTY + key)


@contextmanager
def conflicts(table: Table) -> Iterator[None]:
    """Turn Iceberg's refusal of a writer who was overtaken into ours."""
    try:
        yield
    except PySparkException as error:
        if any(name in str(error) for name in _CONFLICTS):
            raise _overtaken(table) from error
        raise
    except Exception as error:
        if any(name in str(error) for name in _CONFLICTS):
            raise _overtaken(table) from error
        raise


def _overtaken(table: Table) -> ConcurrentWriterError:
    return ConcurrentWriterError(
        f"another run wrote {table.identifier} while this one was working; nothing of this write was kept. "
        "Start the job again: it continues from what the other one left."
    )


def load(spark: SparkSession, table: Table) -> Any:
    """Iceberg's own Table object, freshly loaded; for what its Python and SQL do not tell."""
    jvm: Any = spark._jvm
    return jvm.org.apache.iceberg.spark.Spark3Util.loadIcebergTable(spark._jsparkSession, table.identifier)
