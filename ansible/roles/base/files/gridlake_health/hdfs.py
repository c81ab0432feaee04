"""HDFS: its daemons by JMX, the whole by what the NameNode knows of its DataNodes."""

import json
import time
import urllib.request
from collections.abc import Callable, Mapping
from typing import Any

from . import UnhealthyError


def bean(host: str, port: int, name: str) -> dict[str, Any]:
    """One JMX bean of a Hadoop daemon over its web server."""
    url = f"http://{host}:{port}/jmx?qry=Hadoop:{name}"
    with urllib.request.urlopen(url, timeout=10) as answer:
        beans = json.load(answer)["beans"]
    if not beans:
        raise UnhealthyError(f"{url} has no such bean yet; the daemon is still starting")
    found: dict[str, Any] = beans[0]
    return found


def namenode(settings: Mapping[str, Any], host: str) -> str:
    """The NameNode serves clients; safe mode is no illness, as it waits for DataNodes that start later."""
    port = int(settings["hdfs_namenode_http_port"])
    status = bean(host, port, "service=NameNode,name=NameNodeStatus")
    if status["State"] not in {"active", "standby"}:
        raise UnhealthyError(f"state is {status['State']!r}; read journalctl -u hdfs-namenode")
    names = bean(host, port, "service=NameNode,name=FSNamesystemState")
    return f"{status['State']}, {names['FilesTotal']} files, {names['BlocksTotal']} blocks"


def secondary_namenode(settings: Mapping[str, Any], host: str) -> str:
    """It answers, and has given the NameNode an image in the last two periods, or is younger than that."""
    info = bean(
        host, int(settings["hdfs_secondary_namenode_http_port"]), "service=SecondaryNameNode,name=SecondaryNameNodeInfo"
    )
    (namenode,) = settings["hosts"]["namenode"]
    names = bean(namenode, int(settings["hdfs_namenode_http_port"]), "service=NameNode,name=FSNamesystem")
    now, limit = time.time() * 1000, 2000 * int(settings["hdfs_checkpoint_seconds"])
    if now - max(int(info["StartTime"]), int(names["LastCheckpointTime"])) > limit:
        raise UnhealthyError(
            f"the NameNode's image is {(now - names['LastCheckpointTime']) / 3.6e6:.1f} h old; "
            "read journalctl -u hdfs-secondarynamenode"
        )
    age = (now - names["LastCheckpointTime"]) / 1000
    return f"image {age:.0f} s old, {names['TransactionsSinceLastCheckpoint']} edits since"


def datanode(settings: Mapping[str, Any], host: str) -> str:
    """The DataNode is registered with every NameNode and has reported lately."""
    info = bean(host, int(settings["hdfs_datanode_http_port"]), "service=DataNode,name=DataNodeInfo")
    actors = json.loads(info["BPServiceActorInfo"])
    limit = 10 * int(settings["hdfs_heartbeat_seconds"])
    for actor in actors:
        if actor["ActorState"] != "RUNNING" or int(actor["LastHeartbeat"]) > limit:
            raise UnhealthyError(
                f"{actor['NamenodeAddress']}: {actor['ActorState']}, last heartbeat {actor['LastHeartbeat']} s ago; "
                "is that NameNode up and does it accept this host?"
            )
    if not actors:
        raise UnhealthyError("not registered with any NameNode; read journalctl -u hdfs-datanode")
    return f"registered with {len(actors)} NameNode(s), last heartbeat {actors[0]['LastHeartbeat']} s ago"


def hdfs(settings: Mapping[str, Any], host: str) -> str:  # noqa: ARG001 - one signature for all checks
    """Safe mode is off, every DataNode of the inventory lives unless it leaves, no block is missing."""
    port = int(settings["hdfs_namenode_http_port"])
    namenodes = settings["hosts"]["namenode"]
    state = None
    for name in namenodes:
        if bean(name, port, "service=NameNode,name=NameNodeStatus")["State"] == "active":
            state = bean(name, port, "service=NameNode,name=FSNamesystemState")
            info = bean(name, port, "service=NameNode,name=NameNodeInfo")
    if state is None:
        raise UnhealthyError(f"no active NameNode among {namenodes}")
    if state["FSState"] != "Operational":
        raise UnhealthyError(f"the NameNode is in safe mode: {info['Safemode']}")
    live = {name.split(":")[0] for name in json.loads(info["LiveNodes"])}
    expected = set(settings["hosts"]["datanode"]) - set(settings["hosts"].get("decommissioned", []))
    if missing := sorted(expected - live):
        raise UnhealthyError(f"{len(expected & live)} of {len(expected)} DataNodes live; look at {', '.join(missing)}")
    if int(info["NumberOfMissingBlocks"]):
        raise UnhealthyError(
            f"{info['NumberOfMissingBlocks']} blocks are missing; "
            "`runuser --user hdfs -- hdfs fsck / -list-corruptfileblocks` names their files"
        )
    return f"{len(live)} DataNodes, {state['UnderReplicatedBlocks']} blocks under-replicated"


CHECKS: dict[str, Callable[[Mapping[str, Any], str], str]] = {
    "namenode": namenode,
    "secondary-namenode": secondary_namenode,
    "datanode": datanode,
    "hdfs": hdfs,
}
