"""Raw tables: Kafka records as they were, byte for byte."""

from gridlake.catalog.table import Column, Table

# `batch` counts ingest runs of one table. Every file's bounds of it are exact, also after compaction, which is what
# the fence against a second ingest and curation's pruning rest on; offsets of several partitions mix in one file.
_RECORD_COLUMNS = (
    Column("batch", "bigint", "ingest run of this table, counted from 1", nullable=False),
    Column("topic", "string", "Kafka topic", nullable=False),
    Column("partition", "int", "Kafka partition", nullable=False),
    Column("offset", "bigint", "Kafka offset", nullable=False),
    Column("key", "binary", "record key"),
    Column("headers", "array<struct<key: string, value: binary>>", "record headers"),
    Column("kafka_time", "timestamp", "the broker's LogAppendTime", nullable=False),
    Column("value", "binary", "payload, verbatim"),
)


def _raw_table(name: str) -> Table:
    return Table(
        namespace="raw",
        name=name,
        grain="one Kafka record",
        key=("topic", "partition", "offset"),
        columns=_RECORD_COLUMNS,
        owner_job="ingest",
        partition=("days(kafka_time)",),
        properties={
            # Each Kafka partition is read by one task in offset order: no shuffle, no sort.
            "write.distribution-mode": "none",
            "write.spark.fanout.enabled": "true",
            # Decoding is the expensive part of curation: half as large, so that every core has some.
            "read.split.target-size": "8388608",
        },
    )


METER_READING = _raw_table("meter_reading")
TRANSFORMER_READING = _raw_table("transformer_reading")

TABLES = (METER_READING, TRANSFORMER_READING)
