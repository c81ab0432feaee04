"""Raw tables and their ledger: how far a topic has landed."""

from pyspark.sql import DataFrame, SparkSession
from pyspark.sql import functions as F

from gridlake.catalog import raw
from gridlake.catalog.messages import METER_READING, TRANSFORMER_READING, Message
from gridlake.catalog.table import Table
from gridlake.io import lake, references
from gridlake.ledger import Ledger

LEDGER_PROPERTY = "gridlake.ledger"
LEDGER_TAG = "ledger"

TABLE_OF_TOPIC: dict[str, Table] = {
    METER_READING.topic: raw.METER_READING,
    TRANSFORMER_READING.topic: raw.TRANSFORMER_READING,
}
MESSAGE_OF_TOPIC: dict[str, Message] = {m.topic: m for m in (METER_READING, TRANSFORMER_READING)}


def landed(spark: SparkSession, topic: str, at: int | None) -> Ledger:
    """The ledger in the newest snapshot that has one; else the tagged one; else the data's own highest offsets.

    Snapshots made by maintenance carry no ledger, and expiry takes those that do, except the tagged one. What others
    expire takes more: then the tag stays behind the rows, which count.
    """
    table = TABLE_OF_TOPIC[topic]
    recorded = lake.newest_property(spark, table, LEDGER_PROPERTY, at)
    if recorded is not None:
        return Ledger.from_json(recorded)
    proven, kept = landed_by_data(spark, topic, at), references.tagged(spark, table, LEDGER_TAG)
    carried = None if kept is None else lake.property_of(spark, table, LEDGER_PROPERTY, kept)
    tagged = Ledger.empty(topic) if carried is None else Ledger.from_json(carried)
    # An accepted gap at a partition's end has no row: there the ledger is ahead of what the rows prove.
    reaches = all(end <= tagged.ends.get(partition, 0) for partition, end in proven.ends.items())
    return tagged if tagged.batch == proven.batch and reaches else proven


def landed_by_data(spark: SparkSession, topic: str, at: int | None) -> Ledger:
    """The ledger that the rows themselves prove; offsets below the ends that are not there count as accepted gaps."""
    rows = (
        lake.read(spark, TABLE_OF_TOPIC[topic], at)
        .groupBy("partition")
        .agg((F.max("offset") + 1).alias("end"), F.max("batch").alias("batch"), F.count("*").alias("records"))
        .collect()
    )
    if not rows:
        return Ledger.empty(topic)
    ends = {row["partition"]: row["end"] for row in rows}
    gaps = sum(row["end"] - row["records"] for row in rows)
    return Ledger(topic, max(row["batch"] for row in rows), ends, gaps)


def slice_between(spark: SparkSession, topic: str, at: int | None, after: int, to: int) -> DataFrame:
    """Raw records of the batches after one and up to another; files of other batches are not opened."""
    batch = F.col("batch")
    return lake.read(spark, TABLE_OF_TOPIC[topic], at).where((batch > after) & (batch <= to))
