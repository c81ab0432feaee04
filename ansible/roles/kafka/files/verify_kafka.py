"""Produce to and consume from every broker with acks=all: ``verify_kafka.py host:port[,host:port…]``.

A topic of its own has one partition for each broker, led by that broker and replicated to all others, so that every
broker takes part as leader and as follower. It is removed at the end, also after a failure.
"""

import hashlib
import sys
import time
import uuid

from kafka import KafkaConsumer, KafkaProducer, TopicPartition
from kafka.admin import KafkaAdminClient

RECORDS = 200


def assignments(brokers: list[int]) -> dict[int, list[int]]:
    """Partition to replicas: partition n is led by the n-th broker."""
    return {number: brokers[number:] + brokers[:number] for number in range(len(brokers))}


def exchange(bootstrap: list[str], topic: str, partitions: list[int]) -> int:
    """Send records to every partition, read them back, and return how many came back unchanged."""
    sent = {(p, n): hashlib.sha256(f"{topic} {p} {n}".encode()).digest() for p in partitions for n in range(RECORDS)}
    producer = KafkaProducer(bootstrap_servers=bootstrap, acks="all", enable_idempotence=True, linger_ms=5)
    pending = [producer.send(topic, value=value, partition=p) for (p, _), value in sent.items()]
    for future in pending:
        future.get(timeout=30)
    producer.close()
    consumer = KafkaConsumer(bootstrap_servers=bootstrap, enable_auto_commit=False, isolation_level="read_committed")
    places = [TopicPartition(topic, p) for p in partitions]
    consumer.assign(places)
    consumer.seek_to_beginning(*places)
    got: dict[tuple[int, int], bytes] = {}
    deadline = time.monotonic() + 30
    while len(got) < len(sent) and time.monotonic() < deadline:
        for batch in consumer.poll(timeout_ms=500).values():
            got.update({(record.partition, record.offset): record.value for record in batch})
    consumer.close()
    if got != sent:
        raise SystemExit(f"kafka: {len(sent)} records were acknowledged, {len(got)} came back, or not the same")
    return len(got)


def main() -> None:
    """Run the exchange and print one line with its figures."""
    bootstrap = sys.argv[1].split(",")
    admin = KafkaAdminClient(bootstrap_servers=bootstrap)
    brokers = sorted(broker["broker_id"] for broker in admin.describe_cluster()["brokers"])
    if len(brokers) < len(bootstrap):
        raise SystemExit(
            f"kafka: only brokers {brokers} of {len(bootstrap)} are alive; run `gridlake-health kafka` on each"
        )
    topic = f"verify.{uuid.uuid4().hex}"
    replicas = assignments(brokers)
    configs = {"min.insync.replicas": str(len(brokers))}
    admin.create_topics({topic: {"assignments": replicas, "configs": configs}}, wait_for_metadata=True)
    started = time.monotonic()
    try:
        records = exchange(bootstrap, topic, sorted(replicas))
    finally:
        admin.delete_topics([topic])
        admin.close()
    seconds = time.monotonic() - started
    print(
        f"kafka: {records} records through {len(brokers)} leaders, acknowledged by all {len(brokers)}, {seconds:.2f} s"
    )


if __name__ == "__main__":
    main()
