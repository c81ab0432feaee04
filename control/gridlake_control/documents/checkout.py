"""What the checkout itself says: pins, settings, topics, hosts, and which tables, DAGs, jobs and commands exist."""

import re
from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import Any

import yaml

from gridlake.catalog import assets, curated, ops, raw, settlement_tables
from gridlake.catalog.reasons import Reason
from gridlake.catalog.table import Table
from gridlake_control import paths, pins, sizing
from gridlake_control.documents.quantity import Quantity
from gridlake_control.errors import ControlError
from gridlake_control.inventory import Inventory


class CheckoutError(ControlError):
    """A document names a thing of the platform that cannot exist."""


class Settings:
    """Settings of the lab; `settings.hdfs_replication` is a quantity."""

    _UNITS = (("_seconds", "seconds"), ("_minutes", "minutes"), ("_hours", "hours"), ("_days", "days"))

    def __init__(self, values: dict[str, Any]) -> None:
        """Take settings by name."""
        self._values = values

    def __getattr__(self, name: str) -> Quantity:
        """One setting, its unit from the ending of its name."""
        if name.startswith("_") or name not in self._values:
            raise CheckoutError(f"no setting {name} in hadoop_conf/platform.yml")
        unit = next((unit for ending, unit in self._UNITS if name.endswith(ending)), "count")
        value = self._values[name]
        return Quantity(value, "text" if isinstance(value, str) else unit, f"setting {name}")


def in_short(hosts: Sequence[str]) -> str:
    """Hosts in a row: worker1-3 where they are one name with consecutive numbers, else all of them."""
    stem = hosts[0].rstrip("0123456789")
    first = hosts[0].removeprefix(stem)
    if len(hosts) == 1 or not first:
        return ", ".join(hosts)
    last = int(first) + len(hosts) - 1
    series = [f"{stem}{number}" for number in range(int(first), last + 1)]
    return f"{hosts[0]}-{last}" if list(hosts) == series else ", ".join(hosts)


@dataclass(frozen=True)
class Topic:
    """One topic of kafka/topics.yml."""

    name: str
    partitions: Quantity
    replication: Quantity
    days: Quantity


@dataclass(frozen=True)
class Checkout:
    """Facts of one checkout, for one inventory."""

    inventory: Inventory

    @cached_property
    def settings(self) -> Settings:
        """hadoop_conf/platform.yml with the inventory's overrides."""
        return Settings(self.inventory.settings)

    def pin(self, distribution: str) -> Quantity:
        """Version of a distribution."""
        known = {name: pin.version for name, pin in pins.load().items()}
        document = yaml.safe_load(paths.PIN_FILE.read_text(encoding="utf-8"))["pins"]
        known |= {name: entry["version"] for name, entry in document["python"]["environments"].items()}
        if distribution not in known:
            raise CheckoutError(f"no pin {distribution!r}; known are {', '.join(known)}")
        return Quantity(known[distribution], "text", f"pin of {distribution}")

    def hosts(self, group: str) -> Quantity:
        """How many hosts are in a group."""
        return Quantity(len(self._members(group)), "count", f"group {group} of inventory {self.inventory.name}")

    def names(self, group: str) -> str:
        """Hosts of a group; in short where they are one name with consecutive numbers."""
        return in_short(self._members(group))

    @property
    def racks(self) -> Quantity:
        """How many racks the DataNodes stand on."""
        found = {self.inventory.variables(host)["rack"] for host in self._members("datanode")}
        return Quantity(len(found), "count", f"racks of inventory {self.inventory.name}")

    def _members(self, group: str) -> list[str]:
        found = self.inventory.hosts(group)
        if not found:
            raise CheckoutError(f"inventory {self.inventory.name} has no host in group {group}")
        return found

    def topic(self, name: str) -> Topic:
        """One topic."""
        document = yaml.safe_load((paths.CHECKOUT / "kafka" / "topics.yml").read_text(encoding="utf-8"))
        for entry in document["topics"]:
            if entry["name"] == name:
                origin = f"{name} in kafka/topics.yml"
                return Topic(
                    name,
                    Quantity(entry["partitions"], "count", origin),
                    Quantity(entry["replication_factor"], "count", origin),
                    Quantity(int(entry["configs"]["retention.ms"]) // 86_400_000, "days", origin),
                )
        raise CheckoutError(f"no topic {name!r} in kafka/topics.yml")

    @cached_property
    def specs(self) -> list[Table]:
        """Tables of the catalog that jobs make."""
        return [*raw.TABLES, *curated.TABLES, *assets.TABLES, *ops.TABLES, *settlement_tables.TABLES]

    @cached_property
    def models(self) -> list[tuple[Path, dict[str, Any]]]:
        """Tables that dbt makes, each with the file that describes it."""
        files = sorted((paths.CHECKOUT / "sql" / "models").glob("*/*/*.yml"))
        read = [(path, yaml.safe_load(path.read_text(encoding="utf-8"))) for path in files]
        return [(path, model) for path, document in read for model in document.get("models", ())]

    @cached_property
    def tables(self) -> dict[str, tuple[str, ...]]:
        """Tables that code of this checkout makes, with their columns."""
        found = {spec.qualified_name: spec.column_names for spec in self.specs}
        for path, model in self.models:
            found[f"{path.parts[-3]}.{model['name']}"] = tuple(column["name"] for column in model["columns"])
        return found

    @cached_property
    def targets(self) -> set[str]:
        """Targets of the Makefile."""
        return set(re.findall(r"^([a-z][a-z-]*):", (paths.CHECKOUT / "Makefile").read_text(encoding="utf-8"), re.M))

    def exists(self, kind: str, name: str) -> bool:
        """Whether a table, DAG, job, command or page exists already."""
        match kind:
            case "table":
                return name in self.tables
            case "dag":
                return (paths.CHECKOUT / "dags" / f"{name}.py").is_file()
            case "job":
                return (paths.CHECKOUT / "spark" / "gridlake" / "jobs" / f"{name}.py").is_file()
            case "command":
                return name in self.targets
            case "playbook":
                return (paths.CHECKOUT / "ansible" / "playbooks" / f"{name}.yml").is_file()
            case "role":
                return (paths.CHECKOUT / "ansible" / "roles" / name).is_dir()
        raise CheckoutError(f"{kind!r} is no kind of thing; known are table, dag, job, command, playbook, role")

    def column(self, table: str, name: str) -> str:
        """A column of a table that exists."""
        if name not in self.tables.get(table, ()):
            raise CheckoutError(f"{table} has no column {name}")
        return f"`{name}`"

    def reason(self, name: str) -> str:
        """A reason for a rejection that exists."""
        if name not in Reason.__members__:
            raise CheckoutError(f"no reason {name} in gridlake.catalog.reasons")
        return f"`{name}`"

    @property
    def reasons(self) -> Quantity:
        """How many reasons for a rejection there are."""
        return Quantity(len(Reason), "count", "gridlake.catalog.reasons")

    @cached_property
    def smallest(self) -> dict[str, Quantity]:
        """The smallest layout of the sizing page."""
        layout, settings = sizing.LAYOUTS[0], sizing.read("platform.yml")
        disks = sum(kind.count * kind.data_disks * kind.disk_tb for kind in layout if "datanode" in kind.groups)
        origin = "docs/on-prem-sizing.md"
        return {
            "nodes": Quantity(sum(kind.count for kind in layout), "count", origin),
            "usable": Quantity(disks / int(settings["hdfs_replication"]), "TB", origin),
            "blocks": Quantity(sizing.blocks(layout, settings), "count", origin),
        }
