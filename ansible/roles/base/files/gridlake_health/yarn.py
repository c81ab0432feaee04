"""YARN: its daemons and the whole over their REST interfaces."""

import json
import urllib.error
import urllib.request
from collections.abc import Callable, Mapping
from typing import Any

from . import UnhealthyError


def rest(host: str, port: int, path: str) -> dict[str, Any]:
    """One answer of a daemon's web service; an empty one where it knows no such thing."""
    request = urllib.request.Request(f"http://{host}:{port}/ws/v1/{path}", headers={"Accept": "application/json"})
    try:
        with urllib.request.urlopen(request, timeout=10) as answer:
            found: dict[str, Any] = json.load(answer)
    except urllib.error.HTTPError as error:
        if error.code != 404:
            raise
        return {}
    return found


def _nodes(settings: Mapping[str, Any]) -> dict[str, dict[str, Any]]:
    """The ResourceManager's nodes by host name."""
    manager = settings["hosts"]["resourcemanager"][0]
    found = rest(manager, int(settings["yarn_resourcemanager_http_port"]), "cluster/nodes")
    return {node["nodeHostName"]: node for node in (found["nodes"] or {}).get("node", [])}


def resourcemanager(settings: Mapping[str, Any], host: str) -> str:
    """The ResourceManager has started and is active."""
    info = rest(host, int(settings["yarn_resourcemanager_http_port"]), "cluster/info").get("clusterInfo", {})
    if info.get("state") != "STARTED" or info.get("haState") not in {"ACTIVE", "STANDBY"}:
        seen = f"{info.get('state')}, {info.get('haState')}"
        raise UnhealthyError(f"state is {seen}; read journalctl -u yarn-resourcemanager if that lasts")
    return f"started, {info['haState'].lower()}"


def nodemanager(settings: Mapping[str, Any], host: str) -> str:
    """The NodeManager calls itself healthy and the ResourceManager runs it."""
    info = rest(host, int(settings["yarn_nodemanager_http_port"]), "node/info").get("nodeInfo", {})
    if not info.get("nodeHealthy"):
        raise UnhealthyError(f"not healthy: {info.get('healthReport') or 'no report'}; disks full?")
    node = _nodes(settings).get(host)
    if node is None:
        raise UnhealthyError("the ResourceManager does not know this host; do its name and /etc/hosts agree?")
    if node["state"] != "RUNNING":
        raise UnhealthyError(
            f"the ResourceManager calls this node {node['state']}; read journalctl -u yarn-nodemanager"
        )
    return (
        f"running, {info['totalPmemAllocatedContainersMB']} MiB and {info['totalVCoresAllocatedContainers']} vcores "
        "for containers"
    )


def yarn(settings: Mapping[str, Any], host: str) -> str:  # noqa: ARG001 - one signature for all checks
    """Every NodeManager of the inventory runs, unless its host leaves."""
    nodes, leaving = _nodes(settings), settings["hosts"].get("decommissioned", [])
    expected = [name for name in settings["hosts"]["nodemanager"] if name not in leaving]
    absent = [name for name in expected if nodes.get(name, {}).get("state") != "RUNNING"]
    if absent:
        raise UnhealthyError(
            f"{len(expected) - len(absent)} of {len(expected)} nodes running; look at {', '.join(absent)}"
        )
    memory = sum(node["usedMemoryMB"] + node["availMemoryMB"] for node in nodes.values() if node["state"] == "RUNNING")
    return f"{len(expected)} nodes running, {memory} MiB for containers"


CHECKS: dict[str, Callable[[Mapping[str, Any], str], str]] = {
    "resourcemanager": resourcemanager,
    "nodemanager": nodemanager,
    "yarn": yarn,
}
