"""Sends a window's readings to Kafka with several processes, each simulating its share of the substations.

Sending is at-least-once: the same request sent again produces new records with identical bytes, which the lake
recognises as duplicates. A ledger file remembers what a cluster has acknowledged, so that `--once` can leave it out.
"""

from __future__ import annotations

import sys
from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import as_completed
from dataclasses import dataclass
from functools import cache
from typing import Any

from kafka import KafkaProducer
from kafka.errors import KafkaError
from kafka.partitioner.default import murmur2
from kafka.producer.future import FutureRecordMetadata

from headend import broker, bundle, transformer, transport, workers
from headend.broker import Offsets
from headend.errors import DeliveryError
from headend.faults import Plan
from headend.fleet import Fleet
from headend.grid import Grid
from headend.local_days import Window
from headend.request import ALWAYS, Arrivals, Request

_CLOSE_S = 10
_SUBSTATION_DAYS_PER_TASK = 70  # about 12,000 messages in flight per process: bounded memory, frequent progress

Produced = Counter[tuple[str, int]]
"""Acknowledged records by topic and partition, those among them that were sent twice."""

Sent = tuple[str, bytes | None, bytes | None]
"""Topic, key and payload."""

_Record = tuple[str, int, FutureRecordMetadata]


@dataclass(frozen=True)
class Task:
    """A few substations that one process simulates and sends."""

    request: Request
    grids: tuple[int, ...]
    bootstrap: str


def tasks(request: Request, grids: Sequence[Grid], bootstrap: str) -> list[Task]:
    """Cut the work into tasks of bounded size."""
    numbers = [grid.number for grid in grids]
    size = max(1, _SUBSTATION_DAYS_PER_TASK // request.window.days)
    return [Task(request, tuple(numbers[begin : begin + size]), bootstrap) for begin in range(0, len(numbers), size)]


def deliver(work: Sequence[Task], processes: int, done: Callable[[Task, Produced], None]) -> Produced:
    """Run all tasks; `done` is called as soon as Kafka has acknowledged every record of one."""
    total: Produced = Counter()
    with workers.pool(processes) as pool:
        running = {pool.submit(run, task): task for task in work}
        try:
            for finished in as_completed(running):
                produced = finished.result()
                total += produced
                done(running[finished], produced)
        except BaseException:
            pool.shutdown(wait=False, cancel_futures=True)
            raise
    return total


def run(task: Task) -> Produced:
    """Simulate and send one task and wait for every acknowledgement; a producer that failed is replaced once."""
    first: list[_Record] = []
    try:
        _send(task, _producer(task.bootstrap), first)
        return _acknowledged(first)
    except DeliveryError as error:
        # An idempotent producer that has given up one batch may refuse everything after it. What it did send is sent
        # again as new records: duplicates are harmless, a gap is not.
        sys.stderr.write(f"send: {error.cause}; a new producer sends these substations again\n")
        _producer(task.bootstrap).close(timeout=_CLOSE_S)
        _producer.cache_clear()
    again: list[_Record] = []
    _send(task, _producer(task.bootstrap), again)
    return _acknowledged(first) + _acknowledged(again)


def _send(task: Task, producer: KafkaProducer, records: list[_Record]) -> None:
    """Send a task's messages and wait; `records` fills with what was handed to the producer, whatever becomes of it."""
    asked = task.request
    fleet = workers.fleet(asked.seed, asked.losses)
    try:
        partitions = {topic: len(producer.partitions_for(topic) or ()) for topic in broker.TOPICS}
        grids = [fleet.grids[number - 1] for number in task.grids]
        for topic, key, message in messages(fleet, grids, asked.window, asked.plan, asked.arrivals):
            partition = partition_of(key or b"", partitions[topic])
            records.append((topic, partition, producer.send(topic, key=key, value=message, partition=partition)))
        producer.flush()
    except (KafkaError, ZeroDivisionError) as error:
        raise DeliveryError(f"Kafka refused records: {error}", "check the brokers, then send again") from error
    failed = [future.exception for _, _, future in records if not future.succeeded()]
    if failed:
        raise DeliveryError(
            f"{len(failed)} of {len(records)} records were not acknowledged, the first because of: {failed[0]!r}",
            "check the brokers (min.insync.replicas of 2 must be alive), then send again; duplicates are harmless",
        )


def _acknowledged(records: Sequence[_Record]) -> Produced:
    return Counter((topic, partition) for topic, partition, future in records if future.succeeded())


def by_topic(produced: Produced, before: Offsets, after: Offsets) -> dict[str, Any]:
    """Records and offsets of every partition; a partition that was not there before begins at zero."""
    return {
        topic: {
            "records_produced": sum(count for (name, _), count in produced.items() if name == topic),
            "partitions": {
                partition: {
                    "records_produced": produced[topic, partition],
                    "start_offset": before[topic].get(partition, (0, 0))[1],
                    "end_offset": end,
                }
                for partition, (_, end) in partitions.items()
            },
        }
        for topic, partitions in after.items()
    }


def messages(
    fleet: Fleet, grids: Sequence[Grid], window: Window, plan: Plan, arrivals: Arrivals = ALWAYS
) -> Iterator[Sent]:
    """All that some substations send, one after the other: day by day; with faults or in waves, as it arrives.

    In a world with losses they come mixed, all in order of arrival.
    """
    if fleet.losses is None:
        for grid in grids:
            yield from _of_substation(fleet, grid, window, plan, arrivals)
        return
    # Whose bundles stand side by side is not to tell where a point that the register puts elsewhere really is.
    mixed = [one for grid in grids for one in transport.stream(fleet, grid, window, plan, arrivals).messages]
    mixed.sort(key=lambda one: (one.arrives_at, one.key or b""))
    yield from ((one.topic, one.key, one.value) for one in mixed)


def _of_substation(fleet: Fleet, grid: Grid, window: Window, plan: Plan, arrivals: Arrivals) -> Iterator[Sent]:
    if plan or arrivals:
        for record in transport.stream(fleet, grid, window, plan, arrivals).messages:
            yield record.topic, record.key, record.value
        return
    readings = fleet.readings(grid, window)
    keys = [point.encode() for point in readings.metering_point_ids]
    for day in range(window.days):
        for key, message in zip(keys, bundle.encode_day(readings, window, day), strict=True):
            yield bundle.TOPIC, key, message
    substation = readings.substation_id.encode()
    for message in transformer.encode(readings):
        yield transformer.TOPIC, substation, message


@cache
def partition_of(key: bytes, partitions: int) -> int:
    """Kafka's default partition of a key, computed once per key: a metering point sends a bundle every day."""
    return int((murmur2(key) & 0x7FFFFFFF) % partitions)


@cache
def _producer(bootstrap: str) -> KafkaProducer:
    return broker.producer(bootstrap)
