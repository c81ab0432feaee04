"""The daemons of an inventory: unit, health check and hosts, from what the roles and hadoop_conf declare."""

from dataclasses import dataclass

import yaml
from cluster import CHECKOUT
from gridlake_health.__main__ import checks

from gridlake_control.inventory import Inventory


@dataclass(frozen=True)
class Daemon:
    """One kind of daemon; a unit of Debian's may be an instance, whose name only its host knows."""

    name: str
    unit: str
    check: str
    hosts: tuple[str, ...]


def of(inventory: Inventory) -> list[Daemon]:
    """Every kind of daemon that the inventory has hosts for."""
    declared = yaml.safe_load((CHECKOUT / "hadoop_conf" / "daemons.yml").read_text(encoding="utf-8"))[
        "platform_daemons"
    ]
    units = [(group, group, daemon["unit"]) for group, daemon in declared.items() if group != "airflow"]
    # Airflow's group is four daemons, of which hadoop_conf declares the one that opens a port.
    role = CHECKOUT / "ansible" / "roles" / "airflow" / "vars" / "main.yml"
    for daemon in yaml.safe_load(role.read_text(encoding="utf-8"))["__airflow_daemons"]:
        units.append((f"airflow-{daemon['name']}", "airflow", f"airflow-{daemon['name']}"))
    known = checks()
    found = []
    for name, group, unit in units:
        check = unit if unit in known else group.replace("_", "-")
        assert check in known, f"no health check for {name}: gridlake_health has neither {unit} nor {check}"
        if hosts := inventory.hosts(group):
            found.append(Daemon(name, unit, check, tuple(hosts)))
    return found


def by_host(daemons: list[Daemon]) -> dict[str, dict[str, str]]:
    """For each host its units, each with its check."""
    found: dict[str, dict[str, str]] = {}
    for daemon in daemons:
        for host in daemon.hosts:
            found.setdefault(host, {})[daemon.unit] = daemon.check
    return found
