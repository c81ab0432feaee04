"""Spark's service check, the part that runs on YARN: write a small Iceberg table, which Trino's check reads."""

import sys

from pyspark.sql import SparkSession

TABLE, ROWS, FILES = "lake.ops.service_check", 10_000, 16


def main() -> int:
    """Replace the table by one with known content and read it back."""
    spark = SparkSession.builder.appName("service-check").getOrCreate()
    spark.sql("CREATE NAMESPACE IF NOT EXISTS lake.ops")
    # Dropped with its files: replacing it would keep every earlier check as a snapshot.
    spark.sql(f"DROP TABLE IF EXISTS {TABLE} PURGE")
    rows = spark.range(0, ROWS, 1, FILES).selectExpr("id AS number", "id % 10 AS bucket")
    rows.writeTo(TABLE).using("iceberg").tableProperty("format-version", "2").create()
    found = spark.table(TABLE).count()
    spark.stop()
    return 0 if found == ROWS else 1


if __name__ == "__main__":
    sys.exit(main())
