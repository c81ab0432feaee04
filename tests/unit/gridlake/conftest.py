"""A local Spark with an Iceberg catalog on disk: the session's options are the jobs' own."""

import os
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path

import pytest
from pyspark.sql import SparkSession

from gridlake.io.run import Run
from gridlake.io.session import AVRO_LIMITS, JOB_OPTIONS

JAR_PATTERNS = ("iceberg-spark-runtime-4.1_2.13-*.jar", "spark-avro_2.13-*.jar")


def _jars() -> list[Path]:
    """Connectors to add: none where Spark is the hosts' distribution, which holds them."""
    home = Path(os.environ.get("SPARK_HOME", "/nonexistent"))
    if all(list((home / "jars").glob(pattern)) for pattern in JAR_PATTERNS):
        return []
    folder = Path(os.environ.get("GRIDLAKE_TEST_JARS", home))
    found = [path for pattern in JAR_PATTERNS for path in sorted(folder.rglob(pattern))[-1:]]
    if len(found) != len(JAR_PATTERNS):
        pytest.fail(f"{folder} lacks one of {JAR_PATTERNS}; run `make mirror`, or point GRIDLAKE_TEST_JARS at the jars")
    return found


@pytest.fixture(scope="session")
def spark(tmp_path_factory: pytest.TempPathFactory) -> Iterator[SparkSession]:
    warehouse = tmp_path_factory.mktemp("warehouse")
    limits = " ".join(f"-D{key}={value}" for key, value in AVRO_LIMITS.items())
    builder = SparkSession.builder.master("local[2]").appName("gridlake-tests")
    options = JOB_OPTIONS | {
        "spark.jars": ",".join(map(str, _jars())),
        # Short-lived and small: the optimising compiler would cost more than it gives.
        "spark.driver.extraJavaOptions": f"-XX:TieredStopAtLevel=1 -XX:+UseSerialGC {limits}",
        "spark.driver.memory": "1g",
        "spark.ui.enabled": "false",
        "spark.sql.shuffle.partitions": "2",
        "spark.sql.catalog.lake.type": "hadoop",
        "spark.sql.catalog.lake.warehouse": str(warehouse),
        "spark.sql.warehouse.dir": str(warehouse / "unused"),
    }
    for key, value in options.items():
        builder = builder.config(key, value)
    session = builder.getOrCreate()
    session.sparkContext.setLogLevel("ERROR")
    yield session
    session.stop()


@pytest.fixture
def lake_is_empty(spark: SparkSession) -> None:
    """Drop what earlier tests have made."""
    for namespace in spark.sql("SHOW NAMESPACES IN lake").collect():
        for table in spark.sql(f"SHOW TABLES IN lake.{namespace[0]}").collect():
            spark.sql(f"DROP TABLE lake.{namespace[0]}.{table['tableName']} PURGE")


@pytest.fixture
def run() -> Run:
    return Run("curate", "run-1", "code-1", datetime(2016, 1, 2, tzinfo=UTC))
