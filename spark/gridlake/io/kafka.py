"""Kafka at the edge: which offsets there are, and the records between two of them."""

import json
from collections.abc import Mapping
from typing import Any

from pyspark.sql import DataFrame, SparkSession
from pyspark.sql import functions as F

from gridlake.errors import SourceError
from gridlake.ledger import Available, PartitionRange, Source

_DESERIALIZER = "org.apache.kafka.common.serialization.ByteArrayDeserializer"


def available(spark: SparkSession, bootstrap: str, topic: str) -> Available:
    """Which topic it is, and the earliest and end offset of every partition, asked of the brokers now."""
    jvm: Any = spark._jvm
    properties = jvm.java.util.Properties()
    for key, value in (
        ("bootstrap.servers", bootstrap),
        ("key.deserializer", _DESERIALIZER),
        ("value.deserializer", _DESERIALIZER),
        ("allow.auto.create.topics", "false"),
    ):
        properties.setProperty(key, value)
    consumer = jvm.org.apache.kafka.clients.consumer.KafkaConsumer(properties)
    try:
        infos = consumer.partitionsFor(topic)
        if not infos:
            raise SourceError(
                f"Kafka at {bootstrap} has no topic {topic}; create it from kafka/topics.yml: make cluster"
            )
        partitions = jvm.java.util.ArrayList()
        for info in infos:
            partitions.add(jvm.org.apache.kafka.common.TopicPartition(topic, info.partition()))
        earliest, ends = consumer.beginningOffsets(partitions), consumer.endOffsets(partitions)
        ranges = {p.partition(): PartitionRange(int(earliest[p]), int(ends[p])) for p in partitions}
    finally:
        consumer.close()
    return Available(_source(jvm, bootstrap, topic), ranges)


def _source(jvm: Any, bootstrap: str, topic: str) -> Source:
    properties = jvm.java.util.Properties()
    properties.setProperty("bootstrap.servers", bootstrap)
    admin = jvm.org.apache.kafka.clients.admin.AdminClient.create(properties)
    try:
        names = jvm.java.util.ArrayList()
        names.add(topic)
        described = admin.describeTopics(names).allTopicNames().get()
        return Source(admin.describeCluster().clusterId().get(), described[topic].topicId().toString())
    finally:
        admin.close()


def records(spark: SparkSession, bootstrap: str, topic: str, ranges: Mapping[int, PartitionRange]) -> DataFrame:
    """The records of these ranges, in the columns of a raw table but for `batch`; a lost offset fails the read."""
    reader = (
        spark.read.format("kafka")
        .option("kafka.bootstrap.servers", bootstrap)
        .option("subscribe", topic)
        .option("includeHeaders", "true")
        .option("failOnDataLoss", "true")
        .option("startingOffsets", _offsets(topic, {p: r.start for p, r in ranges.items()}))
        .option("endingOffsets", _offsets(topic, {p: r.end for p, r in ranges.items()}))
    )
    return reader.load().select(
        "topic", "partition", "offset", "key", "headers", F.col("timestamp").alias("kafka_time"), "value"
    )


def _offsets(topic: str, offsets: Mapping[int, int]) -> str:
    return json.dumps({topic: {str(partition): offset for partition, offset in offsets.items()}})
