"""The asset register in PostgreSQL, read over JDBC."""

from pathlib import Path

from pyspark.sql import DataFrame, SparkSession

from gridlake.catalog.assets import SOURCES
from gridlake.catalog.table import Table
from gridlake.errors import SourceError


def password(file: Path) -> str:
    """The password, from a file that spark-submit --files has put beside the job; never from a command line."""
    try:
        return file.read_text(encoding="utf-8").strip()
    except FileNotFoundError as error:
        raise SourceError(f"no password file {file}; submit the job with --files <folder>/{file.name}") from error


def rows(spark: SparkSession, url: str, user: str, secret: str, table: Table) -> DataFrame:
    """All rows of the source table, in the columns and types of its copy."""
    reader = (
        spark.read.format("jdbc")
        .option("url", url)
        .option("driver", "org.postgresql.Driver")
        .option("user", user)
        .option("password", secret)
        .option("fetchsize", "10000")
        .option("query", SOURCES[table.name].query(table))
    )
    return reader.load().selectExpr(*(f"CAST(`{c.name}` AS {c.type}) AS `{c.name}`" for c in table.columns))
