"""The Kafka cluster as the head-end sees it: producers, partitions, offsets, identity."""

from __future__ import annotations

from kafka import KafkaAdminClient, KafkaConsumer, KafkaProducer, TopicPartition
from kafka.errors import KafkaError

from headend import bundle, transformer
from headend.errors import DeliveryError

TOPICS = (bundle.TOPIC, transformer.TOPIC)
_CHECK_BROKERS = "check the brokers with `make verify`, and --bootstrap"

Offsets = dict[str, dict[int, tuple[int, int]]]
"""Topic -> partition -> (first retained offset, end offset)."""


def producer(bootstrap: str) -> KafkaProducer:
    """An idempotent, non-transactional producer: offsets stay dense, so a loss shows by subtraction."""
    try:
        return KafkaProducer(
            bootstrap_servers=bootstrap.split(","),
            client_id="headend",
            acks="all",
            enable_idempotence=True,
            allow_auto_create_topics=False,
            compression_type="lz4",
            linger_ms=50,
            batch_size=128 * 1024,  # below the topics' max.message.bytes
        )
    except KafkaError as error:
        raise DeliveryError(f"no Kafka broker answers at {bootstrap}: {error}", _CHECK_BROKERS) from error


def cluster_id(bootstrap: str) -> str:
    """The identity that Kafka got when its storage was formatted."""
    try:
        admin = KafkaAdminClient(bootstrap_servers=bootstrap.split(","), client_id="headend")
        try:
            return str(admin.describe_cluster()["cluster_id"])
        finally:
            admin.close()
    except KafkaError as error:
        raise DeliveryError(f"no Kafka broker answers at {bootstrap}: {error}", _CHECK_BROKERS) from error


def offsets(bootstrap: str) -> Offsets:
    """First and end offset of every partition of the head-end's topics."""
    try:
        consumer = KafkaConsumer(bootstrap_servers=bootstrap.split(","), client_id="headend", group_id=None)
        try:
            found: Offsets = {}
            for topic in TOPICS:
                partitions = [TopicPartition(topic, number) for number in sorted(_partitions(consumer, topic))]
                first, end = consumer.beginning_offsets(partitions), consumer.end_offsets(partitions)
                found[topic] = {place.partition: (first[place], end[place]) for place in partitions}
            return found
        finally:
            consumer.close()
    except KafkaError as error:
        raise DeliveryError(f"cannot read offsets from {bootstrap}: {error}", _CHECK_BROKERS) from error


def _partitions(consumer: KafkaConsumer, topic: str) -> set[int]:
    numbers: set[int] | None = consumer.partitions_for_topic(topic)
    if not numbers:
        raise DeliveryError(
            f"Kafka has no topic {topic}", "apply kafka/topics.yml first: `make cluster` creates the topics"
        )
    return numbers
