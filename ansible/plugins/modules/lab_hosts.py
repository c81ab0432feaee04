#!/usr/bin/python
"""Brings the hosts of a lab inventory up or down on the machine that runs Ansible."""

from __future__ import annotations

import os
from dataclasses import replace
from ipaddress import IPv4Address, IPv4Network
from pathlib import Path
from typing import Any

from ansible.module_utils.basic import AnsibleModule
from ansible.module_utils.gridlake_lab.model import Changes, Lab, LabError
from ansible.module_utils.gridlake_lab.reconcile import destroy, down, remove, status, up

DOCUMENTATION = r"""
module: lab_hosts
short_description: Debian hosts as systemd-nspawn containers on one bridge
description:
  - Reconciles the hosts of one inventory, whatever state a killed run or a restarted machine left them in.
  - Runs on the controller, as root. A process counts as the lab's when it sits in the lab's control groups.
options:
  state:
    choices: [up, down, destroyed, removed, status]
    required: true
    type: str
    description: What is to hold afterwards.
  inventory: {required: true, type: str, description: Name of the inventory.}
  directory: {required: true, type: path, description: State of this inventory.}
  addresses: {required: true, type: dict, description: Address of each host.}
  memory_mb: {required: true, type: dict, description: Memory of each host in MiB.}
  domain: {required: true, type: str, description: Domain of the hosts' full names.}
  bridge: {required: true, type: str, description: Name of the bridge.}
  subnet: {required: true, type: str, description: Network of the lab.}
  gateway: {required: true, type: str, description: The controller's own address in it.}
  image: {type: path, description: "Root of the base image (state up)."}
  dist: {type: path, description: "Distributions, bound read-only to /srv/gridlake/dist (state up)."}
  programs: {type: path, description: "Directory with lab-init, lab-supervise and packages.txt (state up)."}
  host: {type: str, description: "Host that left the inventory (state removed)."}
  memory_needed_mb: {type: int, default: 16384, description: Memory that must be available.}
  disk_needed_mb: {type: int, default: 15360, description: Disk space that must be free for a new lab.}
  ready_timeout: {type: int, default: 120, description: Seconds until every host must answer.}
  stop_timeout: {type: int, default: 90, description: Seconds until a host that does not power off is killed.}
"""

RETURN = r"""
actions: {type: list, returned: always, description: What was changed, or would be in check mode.}
hosts: {type: list, returned: always, description: State of each host.}
"""

ARGUMENTS: dict[str, dict[str, Any]] = {
    "state": {"choices": ["up", "down", "destroyed", "removed", "status"], "required": True},
    **{name: {"required": True} for name in ("inventory", "domain", "bridge", "subnet", "gateway")},
    **{name: {"required": True, "type": "dict"} for name in ("addresses", "memory_mb")},
    "directory": {"required": True, "type": "path"},
    **{name: {"type": "path"} for name in ("image", "dist", "programs")},
    "host": {},
    "memory_needed_mb": {"type": "int", "default": 16384},
    "disk_needed_mb": {"type": "int", "default": 15360},
    "ready_timeout": {"type": "int", "default": 120},
    "stop_timeout": {"type": "int", "default": 90},
}


def _path(given: str | None) -> Path | None:
    return Path(given) if given else None


def _lab(given: dict[str, Any]) -> Lab:
    try:
        empty = Lab(
            inventory=given["inventory"],
            domain=given["domain"],
            directory=Path(given["directory"]),
            bridge=given["bridge"],
            subnet=IPv4Network(given["subnet"]),
            gateway=IPv4Address(given["gateway"]),
            hosts=(),
        )
        hosts = tuple(
            empty.host(name, str(address), int(given["memory_mb"].get(name, 0)))
            for name, address in sorted(given["addresses"].items())
        )
    except ValueError as error:
        raise LabError(f"the inventory's lab facts are wrong: {error}; correct its group_vars or hosts.yml") from error
    return replace(
        empty,
        hosts=hosts,
        image=_path(given["image"]),
        dist=_path(given["dist"]),
        programs=_path(given["programs"]),
        memory_needed_mb=given["memory_needed_mb"],
        disk_needed_mb=given["disk_needed_mb"],
        ready_timeout=given["ready_timeout"],
        stop_timeout=given["stop_timeout"],
    )


def main() -> None:
    """Entry point of the Ansible module."""
    module = AnsibleModule(argument_spec=ARGUMENTS, supports_check_mode=True)
    # Directories made on the way into a host must be readable there, whatever the caller's mask.
    os.umask(0o022)
    changes = Changes(check_mode=module.check_mode)
    warnings: list[str] = []
    try:
        lab = _lab(module.params)
        verb = {"up": up, "down": down, "destroyed": destroy}.get(module.params["state"])
        if verb is not None:
            warnings = verb(lab, changes)
        elif module.params["state"] == "removed":
            warnings = remove(lab, changes, module.params["host"] or "")
        hosts = status(lab)
    except LabError as error:
        module.fail_json(msg=str(error))
    for text in warnings:
        module.warn(text)
    module.exit_json(changed=bool(changes.done), actions=changes.done, hosts=hosts)


if __name__ == "__main__":
    main()
