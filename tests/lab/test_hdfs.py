"""Claims about HDFS that take longer than a check of its daemons."""

import json
import time
import urllib.request

from cluster import Cluster


def namenode_bean(cluster: Cluster, name: str) -> dict[str, int]:
    url = f"http://{cluster.inventory.address('namenode')}:9870/jmx?qry=Hadoop:service=NameNode,name={name}"
    with urllib.request.urlopen(url, timeout=20) as answer:
        return dict(json.load(answer)["beans"][0])


def images(cluster: Cluster, group: str, folder: str) -> dict[str, str]:
    """Digest of each image that a host keeps, by its name."""
    host = cluster.inventory.hosts(group)[0]
    lines = cluster.figure(host, f"cd {folder}/current && md5sum $(ls fsimage_* | grep -v md5)").splitlines()
    return {name: digest for digest, name in (line.split() for line in lines)}


def test_a_running_namenode_gets_a_new_image_and_another_host_keeps_it(cluster: Cluster) -> None:
    # Its period is an hour: a short one makes it look after so many seconds, and the NameNode take what it brings.
    hosts = [cluster.inventory.hosts(group)[0] for group in ("namenode", "secondary_namenode")]
    only = f"ARGS=--limit {','.join(hosts)} --tags hdfs"
    try:
        cluster.make("cluster", f"{only} --extra-vars hdfs_checkpoint_seconds=10")
        # Both have been restarted by now, and a NameNode writes an image by itself at its start only.
        moment, deadline = time.time() * 1000, time.monotonic() + 60
        while namenode_bean(cluster, "FSNamesystem")["LastCheckpointTime"] <= moment:
            assert time.monotonic() < deadline, "no checkpoint within a minute, with a period of ten seconds"
            time.sleep(1)
    finally:
        cluster.make("cluster", only)
    kept = images(cluster, "secondary_namenode", "/data/hdfs/checkpoint")
    ours = images(cluster, "namenode", "/data/hdfs/name")
    both = set(kept) & set(ours)
    assert both, f"the NameNode has {sorted(ours)}, the copies are {sorted(kept)}"
    assert [name for name in both if kept[name] != ours[name]] == []
