"""The cluster as its inventory describes it: hosts by group, addresses, settings and secrets."""

import json
import os
import subprocess
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import Any

import yaml

from gridlake_control import paths
from gridlake_control.errors import ControlError


class InventoryError(ControlError):
    """The inventory cannot be read or lacks what the caller needs."""


@dataclass(frozen=True)
class Inventory:
    """One inventory below ansible/inventories."""

    name: str

    @property
    def file(self) -> Path:
        """Its host file."""
        return paths.CHECKOUT / "ansible" / "inventories" / self.name / "hosts.yml"

    @cached_property
    def document(self) -> dict[str, Any]:
        """What ``ansible-inventory --list`` says, with group variables merged into every host."""
        if not self.file.is_file():
            known = sorted(path.parent.name for path in self.file.parents[1].glob("*/hosts.yml"))
            raise InventoryError(f"no inventory {self.name!r}; there are: {', '.join(known)}")
        environment = {**os.environ, "ANSIBLE_CONFIG": str(paths.CHECKOUT / "ansible" / "ansible.cfg")}
        listed = subprocess.run(
            ["ansible-inventory", "--inventory", str(self.file), "--list"],
            check=False,
            capture_output=True,
            text=True,
            env=environment,
        )
        if listed.returncode != 0:
            raise InventoryError(f"ansible-inventory cannot read {self.file}; correct it:\n{listed.stderr.strip()}")
        found: dict[str, Any] = json.loads(listed.stdout)
        return found

    def hosts(self, group: str) -> list[str]:
        """Host names of a group and of the groups in it, in inventory order."""
        entry = self.document.get(group, {})
        inherited = [host for child in entry.get("children", []) for host in self.hosts(child)]
        return list(dict.fromkeys([*entry.get("hosts", []), *inherited]))

    def variables(self, host: str) -> dict[str, Any]:
        """Variables that the inventory gives a host."""
        return dict(self.document["_meta"]["hostvars"].get(host, {}))

    def address(self, group: str) -> str:
        """Address of the first host of a group, as the controller reaches it."""
        hosts = self.hosts(group)
        if not hosts:
            raise InventoryError(f"inventory {self.name} has no host in group {group}; add one")
        return str(self.variables(hosts[0]).get("ansible_host", hosts[0]))

    @cached_property
    def settings(self) -> dict[str, Any]:
        """hadoop_conf/platform.yml with what the inventory overrides for all hosts."""
        settings = yaml.safe_load((paths.CHECKOUT / "hadoop_conf" / "platform.yml").read_text(encoding="utf-8"))
        first: dict[str, Any] = next(iter(self.document["_meta"]["hostvars"].values()), {})
        return {key: first.get(key, value) for key, value in settings.items()}

    @property
    def lab_state(self) -> Path:
        """Where the lab of this inventory lives."""
        return paths.state() / "lab" / self.name

    def secret(self, name: str) -> str:
        """A generated password; the roles write them, nobody prints them."""
        path = self.lab_state / "secrets" / name
        if not path.is_file():
            raise InventoryError(f"no secret {path}; run `make cluster INVENTORY={self.name}` first")
        return path.read_text(encoding="utf-8").strip()

    def ssh(self, host: str, *command: str) -> list[str]:
        """Argument vector that runs a command on a host as root."""
        return ["ssh", "-F", str(self.lab_state / "ssh" / "config"), host, "--", *command]
