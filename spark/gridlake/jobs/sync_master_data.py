"""Copy the asset register into the lake; a register that has not changed makes no snapshot."""

import argparse
from collections.abc import Callable
from pathlib import Path

from pyspark.sql import DataFrame, SparkSession
from pyspark.sql import functions as F

from gridlake.catalog.assets import SOURCE_SCHEMA, TABLES
from gridlake.catalog.table import Table
from gridlake.errors import SourceError
from gridlake.io import assets, lake
from gridlake.io.run import Run
from gridlake.settings import Settings
from gridlake.transforms.comparison import differing_rows

Summary = dict[str, object]


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Options of the job."""
    parser.add_argument("--user", default="assets_reader", help="PostgreSQL user")
    parser.add_argument("--password-file", type=Path, required=True, help="file with the user's password (--files)")


def run(spark: SparkSession, settings: Settings, run: Run, arguments: argparse.Namespace) -> Summary:
    """Copy every table; the summary tells per table how many rows it has and whether it changed."""
    secret = assets.password(arguments.password_file)
    return copy_tables(spark, run, lambda table: assets.rows(spark, settings.assets_url, arguments.user, secret, table))


def copy_tables(spark: SparkSession, run: Run, source: Callable[[Table], DataFrame]) -> Summary:
    """Replace each copy by its source where the two differ."""
    summary: Summary = {}
    for table in TABLES:
        lake.ensure(spark, table)
        rows = source(table).persist()
        copied = lake.read(spark, table, lake.snapshot_id(spark, table))
        count = rows.count()
        if count == 0 and not copied.isEmpty():
            raise SourceError(
                f"{SOURCE_SCHEMA}.{table.name} in PostgreSQL is empty while {table.identifier} is not; "
                "the copy was kept. Load the asset register, or empty the copy by hand if that is meant."
            )
        changed = not differing_rows(rows, copied).isEmpty()
        if changed:
            lake.replace(rows.coalesce(1), table, F.lit(True), run.snapshot_properties)
        rows.unpersist()
        summary[table.qualified_name] = {"rows": count, "changed": changed}
    return summary
