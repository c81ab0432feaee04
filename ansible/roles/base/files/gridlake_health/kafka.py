"""Kafka: does the broker answer, count as alive, and keep every replica that is its to keep?"""

from collections.abc import Callable, Mapping
from typing import Any

from gridlake_health import UnhealthyError
from gridlake_health._kafka_wire import Connection, KafkaRefusedError


def kafka(settings: Mapping[str, Any], host: str) -> str:
    """Ask one broker about itself and the cluster.

    A broker that has just started is healthy only when its replicas are in sync again: what restarts brokers one by one
    waits for this, or the next restart would leave partitions without enough replicas.
    """
    address = (host, int(settings["kafka_broker_port"]))
    try:
        with Connection(*address, timeout=5) as connection:
            apis, cluster = connection.api_count(), connection.cluster()
    except KafkaRefusedError as error:
        raise UnhealthyError(str(error)) from error
    own = [number for number, found in cluster.brokers.items() if found == address]
    if not own:
        raise UnhealthyError(
            "the broker answers but the controller does not count it as alive; wait, or look at the quorum"
        )
    partitions = [
        (f"{name}-{number}", partition)
        for name, by_number in cluster.topics.items()
        for number, partition in by_number.items()
    ]
    behind = [name for name, p in partitions if own[0] in p.replicas and own[0] not in p.in_sync]
    leaderless = [name for name, p in partitions if p.leader < 0]
    if behind or leaderless:
        named = ", ".join((leaderless + behind)[:3])
        raise UnhealthyError(
            f"{len(behind)} replicas behind, {len(leaderless)} partitions without leader ({named}); wait for them"
        )
    short = sum(1 for _, p in partitions if len(p.in_sync) < len(p.replicas))
    alive = f"{len(cluster.brokers)} of {len(settings['hosts']['kafka'])} brokers"
    return f"node {own[0]}, {alive}, {len(partitions)} partitions, {short} under-replicated, {apis} APIs"


CHECKS: dict[str, Callable[[Mapping[str, Any], str], str]] = {"kafka": kafka}
