"""Claims about a changed setting: one key on the hosts, exactly its readers restarted, one host at a time, and back."""

import difflib
import json
from itertools import pairwise

import pytest
from cluster import Cluster

KEY = "dfs.heartbeat.interval"
OVERRIDE = json.dumps({"hdfs_site_overrides": {KEY: "2"}})
# Every daemon that the platform runs, with the microseconds at which it last went down and came up.
DAEMONS = (
    "cd /var/lib/gridlake/daemons && for unit in *; do echo $unit $(systemctl show --value"
    " --property=ActiveExitTimestampMonotonic --property=ActiveEnterTimestampMonotonic $unit); done"
)
FILES = "find /etc -xdev -type f -print0 | sort -z | xargs -0 sha256sum"
REGISTERED = (
    "journalctl --unit hdfs-datanode --boot --grep 'successfully registered with NN' --lines 1 --output json"
    " --output-fields MESSAGE"
)

Restarts = dict[tuple[str, str], tuple[int, int]]


def hosts(cluster: Cluster) -> list[str]:
    found = cluster.inventory.hosts("all")
    assert len(found) > 3
    return found


def times(cluster: Cluster) -> Restarts:
    """(host, daemon) -> when it last went down and came up, on the one clock that all hosts of a lab share."""
    found: Restarts = {}
    for host in hosts(cluster):
        for line in cluster.figure(host, DAEMONS).splitlines():
            unit, up, down = line.split()
            found[host, unit] = (int(down), int(up))
    return found


def files(cluster: Cluster) -> dict[str, list[str]]:
    """Digest and name of every file below /etc, by host."""
    return {host: cluster.figure(host, FILES).splitlines() for host in hosts(cluster)}


@pytest.fixture(scope="module")
def expected(cluster: Cluster) -> set[tuple[str, str]]:
    """Who reads the key, by hand: the NameNode and the DataNodes."""
    datanodes = cluster.inventory.hosts("datanode")
    assert len(datanodes) == 3
    return {(cluster.inventory.hosts("namenode")[0], "hdfs-namenode"), *((host, "hdfs-datanode") for host in datanodes)}


def test_one_key_changes_and_only_its_readers_restart_one_at_a_time(
    cluster: Cluster, expected: set[tuple[str, str]]
) -> None:
    xml = "cat /etc/hadoop/hdfs-site.xml"
    before, files_before, xml_before = times(cluster), files(cluster), cluster.figure("worker1", xml)
    assert len(before) > 15
    try:
        cluster.make("cluster", f"ARGS=--extra-vars '{OVERRIDE}'")
        after, files_after, xml_after = times(cluster), files(cluster), cluster.figure("worker1", xml)
        registered = {
            host: int(json.loads(cluster.figure(host, REGISTERED))["__MONOTONIC_TIMESTAMP"])
            for host in cluster.inventory.hosts("datanode")
        }
    finally:
        cluster.make("cluster", "ARGS=--tags hdfs,yarn")

    secondary = cluster.inventory.hosts("secondary_namenode")
    for host, lines in files_after.items():
        changed = [line.split()[1] for line in sorted(set(lines) ^ set(files_before[host]))]
        # The SecondaryNameNode has files of its own with every key, this one too, which it does not read.
        own = ["/etc/hadoop/secondary/hdfs-site.xml"] if host in secondary else []
        assert sorted(set(changed)) == ["/etc/hadoop/hdfs-site.xml", *own], f"{host}: {changed}"
    difference = list(difflib.ndiff(xml_before.splitlines(), xml_after.splitlines()))
    at = next(position for position, line in enumerate(difference) if line[0] != " ")
    assert difference[at - 1].strip() == f"<name>{KEY}</name>"
    assert [line.split() for line in difference if line[0] in "+-"] == [
        ["-", "<value>3</value>"],
        ["+", "<value>2</value>"],
    ]

    assert {daemon for daemon in after if after[daemon] != before[daemon]} == expected
    restarts = sorted((*after[daemon], *daemon) for daemon in expected)
    for (_, up, host, unit), (next_down, *_, next_host, next_unit) in pairwise(restarts):
        healthy = registered[host] if unit == "hdfs-datanode" else up
        assert up <= healthy <= next_down, f"{next_unit} on {next_host} went down before {unit} on {host} was back"

    assert files(cluster) == files_before
    back = times(cluster)
    assert {daemon for daemon in back if back[daemon] != after[daemon]} == expected
