"""The Spark session of every job."""

from pyspark.sql import SparkSession

from gridlake.catalog.table import CATALOG
from gridlake.settings import Settings

# A string or array length is read before its content. Without bounds, a message of twenty bytes can make Avro ask for
# gigabytes, and the executor dies of it. A day bundle has at most 100 items, and no text in it comes near 64 KiB.
AVRO_LIMITS = {
    "org.apache.avro.limits.collectionItems.maxLength": "4096",
    "org.apache.avro.limits.string.maxLength": "65536",
    "org.apache.avro.limits.bytes.maxLength": "65536",
}

# What transforms and writers rest on, wherever a session comes from.
JOB_OPTIONS = {
    "spark.sql.session.timeZone": "UTC",
    "spark.sql.ansi.enabled": "true",
    "spark.sql.extensions": "org.apache.iceberg.spark.extensions.IcebergSparkSessionExtensions",
    f"spark.sql.catalog.{CATALOG}": "org.apache.iceberg.spark.SparkCatalog",
    # A cached table hides the commits of others, and with them the ledger.
    f"spark.sql.catalog.{CATALOG}.cache-enabled": "false",
    # Master data of one area is some 15 MB; a broadcast saves a shuffle of every reading.
    "spark.sql.autoBroadcastJoinThreshold": "64m",
}


def start_session(job: str, settings: Settings) -> SparkSession:
    """Session on the cluster's catalog; executors get Avro's limits beside the options that the site gives them."""
    builder = SparkSession.builder.appName(f"gridlake-{job}")
    for key, value in JOB_OPTIONS.items():
        builder = builder.config(key, value)
    builder = builder.config(f"spark.sql.catalog.{CATALOG}.type", "hive")
    builder = builder.config(f"spark.sql.catalog.{CATALOG}.uri", settings.metastore_uri)
    builder = builder.config(f"spark.sql.catalog.{CATALOG}.warehouse", settings.warehouse)
    builder = builder.config("spark.executor.extraJavaOptions", executor_options(_site_option()))
    return builder.getOrCreate()


def executor_options(site: str) -> str:
    """The site's JVM options with Avro's limits appended."""
    limits = " ".join(f"-D{key}={value}" for key, value in AVRO_LIMITS.items())
    return f"{site} {limits}".strip()


def _site_option() -> str:
    """What spark-defaults.conf and --conf say: spark-submit makes both system properties of the driver's JVM."""
    from pyspark import SparkConf

    return SparkConf().get("spark.executor.extraJavaOptions", "") or ""
