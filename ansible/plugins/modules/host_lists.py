"""Hosts that leave: a master reads its list again where what it does with its hosts is not what the list says."""

from __future__ import annotations

import json
import subprocess
import time
import urllib.request
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from ansible.module_utils.basic import AnsibleModule

DOCUMENTATION = r"""
module: host_lists
short_description: Let the NameNode or the ResourceManager take hosts out of service, or back
description:
  - The daemon is asked what it does with each host. So a run that was killed between writing the list and having it
    read is made good by the next one, which no handler could do.
  - It also remembers which hosts were on the list when it was last read, since a host that the daemon does not know
    cannot be judged. One that left the inventory stays on the daemon's list until it is really gone; taken back into
    service while it counts as living, its replicas would count, too.
options:
  master: {description: Kind of the daemon, type: str, choices: [namenode, resourcemanager], required: true}
  address: {description: "Its HTTP server, host:port", type: str, required: true}
  members: {description: Full names of all hosts that it commands, type: list, elements: str, required: true}
  leaving: {description: Full names of those that are to leave, type: list, elements: str, required: true}
  refresh: {description: Command that makes it read its list, type: list, elements: str, required: true}
  timeout: {description: Seconds until all of `leaving` must have begun to, type: int}
"""

LEAVES = "DECOMMISSION"
# States of a node that the ResourceManager does not change at a refresh, whatever the list says.
LOST = {"LOST", "SHUTDOWN", "REBOOTED"}


@dataclass(frozen=True)
class Hosts:
    """What a master does with its hosts: the state of those that can be judged, and which of all are there."""

    states: Mapping[str, str]
    living: frozenset[str]

    def differing(self, members: Sequence[str], leaving: Sequence[str]) -> list[str]:
        """Hosts that leave and should not, or should and do not."""
        judged = [host for host in dict.fromkeys([*members, *leaving]) if host in self.states]
        return [host for host in judged if self.states[host].startswith(LEAVES) != (host in leaving)]


def get(url: str) -> dict[str, Any]:
    """One JSON document of the daemon."""
    request = urllib.request.Request(url, headers={"Accept": "application/json"})  # noqa: S310 - http, to the daemon
    with urllib.request.urlopen(request, timeout=20) as answer:  # noqa: S310 - as above
        found: dict[str, Any] = json.load(answer)
    return found


def namenode_hosts(document: dict[str, Any]) -> Hosts:
    """DataNodes, from the bean NameNodeInfo."""
    (bean,) = document["beans"]
    living, dead = json.loads(bean["LiveNodes"]), json.loads(bean["DeadNodes"])
    states = {name.rpartition(":")[0]: str(node["adminState"]).upper() for name, node in (dead | living).items()}
    return Hosts(states, frozenset(name.rpartition(":")[0] for name in living))


def resourcemanager_hosts(document: dict[str, Any]) -> Hosts:
    """NodeManagers, from cluster/nodes."""
    nodes = (document["nodes"] or {}).get("node", [])
    states = {node["nodeHostName"]: node["state"] for node in nodes if node["state"] not in LOST}
    return Hosts(states, frozenset(host for host, state in states.items() if state != "DECOMMISSIONED"))


MASTERS = {
    "namenode": ("jmx?qry=Hadoop:service=NameNode,name=NameNodeInfo", namenode_hosts),
    "resourcemanager": ("ws/v1/cluster/nodes", resourcemanager_hosts),
}


def needed(hosts: Hosts, recorded: Sequence[str], members: Sequence[str], leaving: Sequence[str]) -> tuple[bool, bool]:
    """Whether the list is to be read again, and whether that changes what becomes of a host of the inventory."""
    changes = bool(hosts.differing(members, leaving)) or not {*leaving} <= {*recorded}
    removed = {*recorded} - {*leaving} - {*members}
    return changes or ({*recorded} != {*leaving} and not removed & hosts.living), changes


def main() -> None:
    """Ask, have the list read where that is needed, and wait until it is obeyed."""
    module = AnsibleModule(
        argument_spec={
            "master": {"type": "str", "choices": sorted(MASTERS), "required": True},
            "address": {"type": "str", "required": True},
            "members": {"type": "list", "elements": "str", "required": True},
            "leaving": {"type": "list", "elements": "str", "required": True},
            "refresh": {"type": "list", "elements": "str", "required": True},
            "timeout": {"type": "int", "default": 60},
        },
        supports_check_mode=True,
    )
    wanted = module.params
    members, leaving = wanted["members"], wanted["leaving"]
    record = Path("/var/lib/gridlake/host_lists") / wanted["master"]
    path, hosts_of = MASTERS[wanted["master"]]
    url = f"http://{wanted['address']}/{path}"
    try:
        hosts = hosts_of(get(url))
    except OSError as error:
        if module.check_mode:
            module.exit_json(changed=True, msg=f"no {wanted['master']} to compare with ({error})")
        module.fail_json(msg=f"{url}: {error}; see gridlake-health {wanted['master']}")
    recorded = record.read_text(encoding="utf-8").split() if record.exists() else []
    read_again, changes = needed(hosts, recorded, members, leaving)
    if not read_again or module.check_mode:
        module.exit_json(changed=changes)
    done = subprocess.run(wanted["refresh"], check=False, capture_output=True, text=True)
    if done.returncode != 0:
        said = done.stderr.strip()[-600:]
        module.fail_json(msg=f"{' '.join(wanted['refresh'])} ended with {done.returncode}: {said}")
    # A host that comes back is in service once its daemon has started, by another task; one that leaves obeys now.
    deadline = time.monotonic() + wanted["timeout"]
    while refused := [host for host in hosts_of(get(url)).differing(members, leaving) if host in leaving]:
        if time.monotonic() > deadline:
            module.fail_json(
                msg=f"{', '.join(refused)} should leave, but the {wanted['master']} keeps them after "
                f"{wanted['timeout']} s; does its list in /etc/hadoop name them?"
            )
        time.sleep(0.5)
    # Last, so that a killed run is done again.
    record.parent.mkdir(parents=True, exist_ok=True)
    record.write_text("\n".join(leaving), encoding="utf-8")
    module.exit_json(changed=changes)


if __name__ == "__main__":
    main()
