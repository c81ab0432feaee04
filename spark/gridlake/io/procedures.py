"""Iceberg's maintenance procedures, which Spark calls by name."""

from datetime import UTC, datetime

from pyspark.sql import Row, SparkSession

from gridlake.catalog.table import CATALOG, Table
from gridlake.io import lake

Argument = str | int | bool | datetime | dict[str, str]


def call(spark: SparkSession, table: Table, procedure: str, **arguments: Argument) -> list[Row]:
    """Run one procedure on one table.

    Raises:
        ConcurrentWriterError: a writer committed in between; the table is as the writer left it.
    """
    # With the catalog's name, or Iceberg first looks for a catalog of the namespace's name and logs a stack trace.
    given = {"table": table.identifier, **arguments}
    rendered = ", ".join(f"{name} => {_literal(value)}" for name, value in given.items())
    with lake.conflicts(table):
        return list(spark.sql(f"CALL {CATALOG}.system.{procedure}({rendered})").collect())


def _literal(value: Argument) -> str:
    if isinstance(value, bool):
        return str(value).lower()
    if isinstance(value, int):
        return str(value)
    if isinstance(value, datetime):
        return f"TIMESTAMP '{value.astimezone(UTC):%Y-%m-%d %H:%M:%S.%f}'"
    if isinstance(value, dict):
        return f"map({', '.join(_literal(item) for pair in value.items() for item in pair)})"
    return "'" + value.replace("\\", "\\\\").replace("'", "\\'") + "'"
