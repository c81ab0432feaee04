"""Claims about values that an inventory may not give to settings."""

from typing import Any

import pytest
from setting_problems import setting_problems

DEFAULTS = {
    "hdfs_replication": 3,
    "hdfs_namenode_heap_mb": 256,
    "hdfs_namenode_http_port": 9870,
    "kafka_log_retention_bytes": 268435456,
    "trino_coordinator_works": True,
    "hdfs_data_dirs": "/data/hdfs/data",
}
NAMES = {**DEFAULTS, "namenode_host": "m.test", "kafka_hosts": "w1.test,w2.test"}


def problems(**given: Any) -> list[str]:
    """Problems of two hosts, of which one is given these values."""
    return setting_problems({"m": given, "w": {}, "localhost": {"hdfs_replication": "x"}}, DEFAULTS, NAMES)


@pytest.mark.parametrize(
    ("name", "value", "expected"),
    [
        ("hdfs_replication", "many", "hdfs_replication is 'many'; write a whole number without a unit (set for m)"),
        ("hdfs_replication", [3], "hdfs_replication is [3]; write a whole number without a unit (set for m)"),
        ("hdfs_replication", True, "hdfs_replication is True; write a whole number without a unit (set for m)"),
        ("hdfs_replication", 2.5, "hdfs_replication is 2.5; write a whole number without a unit (set for m)"),
        ("hdfs_replication", 0, "hdfs_replication is 0; write a number of 1 or more (set for m)"),
        (
            "hdfs_namenode_heap_mb",
            "512m",
            "hdfs_namenode_heap_mb is '512m'; write a whole number without a unit (set for m)",
        ),
        (
            "hdfs_namenode_http_port",
            70000,
            "hdfs_namenode_http_port is 70000; write a number from 1 to 65535 (set for m)",
        ),
        ("lab_memory_mb", "4G", "lab_memory_mb is '4G'; write a whole number without a unit (set for m)"),
        ("kafka_node_id", -1, "kafka_node_id is -1; write a number of 0 or more (set for m)"),
        ("trino_coordinator_works", "perhaps", "trino_coordinator_works is 'perhaps'; write true or false (set for m)"),
        (
            "hdfs_data_dirs",
            ["/data/1"],
            "hdfs_data_dirs is ['/data/1']; write a text such as '/data/hdfs/data', several in one separated by commas "
            "(set for m)",
        ),
        (
            "hdfs_site_overrides",
            {"dfs.replication": None},
            "hdfs_site_overrides: dfs.replication is None; write a text, a number, true or false, or take the key out "
            "(set for m)",
        ),
        (
            "hdfs_site_overrides",
            {"dfs.hosts": "@{kafka_hosts:no_port}"},
            "hdfs_site_overrides: dfs.hosts names @{kafka_hosts:no_port}, but no_port is neither a setting of "
            "hadoop_conf/platform.yml nor a group of the inventory; correct the name (set for m)",
        ),
    ],
)
def test_a_value_that_cannot_be_is_named_with_the_host_and_the_next_step(name: str, value: Any, expected: str) -> None:
    assert problems(**{name: value}) == [expected]


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("hdfs_replication", 2),
        ("hdfs_replication", "2"),  # as -e gives it
        ("kafka_log_retention_bytes", -1),  # Kafka's word for no limit
        ("trino_coordinator_works", "false"),
        ("hdfs_data_dirs", "/data/1,/data/2"),
        ("hdfs_site_overrides", {"dfs.hosts": "@{kafka_hosts:hdfs_namenode_http_port} @{namenode_host}"}),
        ("hdfs_site_overrides", "no mapping, which inventory_problems tells"),
        ("ansible_port", 22),
    ],
)
def test_values_that_can_be_are_no_problem(name: str, value: Any) -> None:
    assert problems(**{name: value}) == []


def test_what_all_hosts_share_is_told_once() -> None:
    given = {"hdfs_replication": "x"}
    assert setting_problems({"a": given, "b": given}, DEFAULTS, NAMES) == [
        "hdfs_replication is 'x'; write a whole number without a unit (set for a, b)"
    ]
