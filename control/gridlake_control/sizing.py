"""How large to build it: `python -m gridlake_control.sizing` writes docs/on-prem-sizing.md from the settings.

Rules of thumb, each with where it comes from; heaps are rounded up to whole GiB:

- blocks = raw disk of all DataNodes / hdfs_replication / (hdfs_block_size_mb / 2): on average a block is half full.
- NameNode: 1 GiB of heap per million objects, at least 1 GiB, where objects = 2 x blocks (a file and its block).
  Cloudera's hardware requirements give 1 GB per million blocks; objects instead of blocks leave room for small files
  and snapshots.
- SecondaryNameNode: as the NameNode, whose namespace it loads to merge it.
- DataNode: 4 GiB, and 1 GiB for every million replicas above 4 million on the host (the same requirements).
- ResourceManager: 1 GiB, the default of Hadoop's YARN_HEAPSIZE, and 1 GiB for every 20 NodeManagers (own estimate).
- NodeManager: 1 GiB, the same default; the external shuffle service would need more.
- Kafka: 1 GiB, the default of kafka-server-start, up to 6 GiB on hosts of its own (the example in Kafka's operations
  guide); what the host has beyond it is page cache, which serves the consumers.
- Hive Metastore: 2 GiB, and 1 GiB for every 10 hosts that connect to it (own estimate).
- Spark History Server: 1 GiB, the default of SPARK_DAEMON_MEMORY, and 1 GiB for every 20 NodeManagers (own estimate).
- Page cache of Kafka: half of a host of its own, else 4 GiB (own estimate: what its consumers are behind).
- Trino: Trino's guide gives a server of its own 70 to 85 % of the host: 5/8, since its JVM takes more than the heap;
  1/4 beside others.
- YARN containers: what remains of a worker after its daemons and an eighth for the operating system and its page cache.
  What a JVM takes beside its heap: `ansible/plugins/filter/jvm_memory.py`, for preflight, units and this page.
"""

import math
import sys
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

import yaml

from gridlake_control import paths

# Ansible's filters cannot import this package, so it imports theirs.
sys.path.append(str(paths.CHECKOUT / "ansible" / "plugins" / "filter"))
from jvm_memory import daemons_memory_mb, jvm_memory_mb

TARGET = paths.CHECKOUT / "docs" / "on-prem-sizing.md"
CONF = paths.CHECKOUT / "hadoop_conf"
MIB_PER_GIB = 1024
BYTES_PER_TB = 10**12
MILLION = 10**6

Settings = Mapping[str, Any]


@dataclass(frozen=True)
class Kind:
    """Hosts that are alike: their names are the name and a number."""

    name: str
    first: int
    count: int
    groups: tuple[str, ...]
    memory_gib: int
    data_disks: int
    disk_tb: float

    @property
    def hosts(self) -> list[str]:
        """Names of the hosts."""
        return [f"{self.name}{number}" for number in range(self.first, self.first + self.count)]

    @property
    def title(self) -> str:
        """Names in short."""
        return self.hosts[0] if self.count == 1 else f"{self.hosts[0]} to {self.hosts[-1]}"


Layout = tuple[Kind, ...]
WORKER = ("datanode", "nodemanager", "trino_worker")

LAYOUTS: tuple[Layout, ...] = (
    (
        Kind(
            "master",
            1,
            1,
            (
                *("namenode", "resourcemanager", "spark_history", "postgresql", "hive_metastore"),
                *("trino_coordinator", "airflow", "gateway"),
            ),
            *(96, 2, 1),
        ),
        Kind("worker", 1, 1, (*WORKER, "kafka", "secondary_namenode"), 64, 4, 4),
        Kind("worker", 2, 2, (*WORKER, "kafka"), 64, 4, 4),
    ),
    (
        Kind("master", 1, 1, ("namenode", "resourcemanager", "spark_history"), 64, 2, 1),
        Kind("master", 2, 1, ("postgresql", "hive_metastore", "trino_coordinator"), 64, 2, 1),
        Kind("edge", 1, 1, ("secondary_namenode", "airflow", "gateway"), 32, 2, 1),
        Kind("worker", 1, 3, (*WORKER, "kafka"), 128, 8, 4),
        Kind("worker", 4, 4, WORKER, 128, 8, 4),
    ),
    (
        Kind("master", 1, 1, ("namenode",), 128, 2, 1),
        Kind("master", 2, 1, ("secondary_namenode", "resourcemanager", "spark_history"), 64, 2, 1),
        Kind("master", 3, 1, ("postgresql", "hive_metastore"), 64, 2, 2),
        Kind("master", 4, 1, ("trino_coordinator",), 128, 2, 1),
        Kind("edge", 1, 1, ("airflow", "gateway"), 64, 2, 1),
        Kind("edge", 2, 1, ("gateway",), 64, 2, 1),
        Kind("broker", 1, 3, ("kafka",), 64, 4, 4),
        Kind("worker", 1, 31, WORKER, 256, 12, 8),
    ),
)


def read(name: str) -> dict[str, Any]:
    """One file of hadoop_conf."""
    found: dict[str, Any] = yaml.safe_load((CONF / name).read_text(encoding="utf-8"))
    return found


def members(layout: Layout) -> dict[str, list[str]]:
    """Hosts by inventory group."""
    found: dict[str, list[str]] = {}
    for kind in layout:
        for group in kind.groups:
            found.setdefault(group, []).extend(kind.hosts)
    return found


def blocks(layout: Layout, settings: Settings) -> float:
    """Blocks that fit on the DataNodes."""
    raw = sum(kind.count * kind.data_disks * kind.disk_tb for kind in layout if "datanode" in kind.groups)
    mean_block = int(settings["hdfs_block_size_mb"]) * MIB_PER_GIB**2 / 2
    return raw * BYTES_PER_TB / int(settings["hdfs_replication"]) / mean_block


def heap_gib(group: str, kind: Kind, layout: Layout, settings: Settings) -> int:
    """Heap of a daemon on a host of this kind, by the rules above."""
    groups = members(layout)
    nodes = len({host for hosts in groups.values() for host in hosts})
    node_managers, datanodes = len(groups["nodemanager"]), len(groups["datanode"])
    replicas = blocks(layout, settings) * int(settings["hdfs_replication"]) / datanodes
    of_its_own = len(kind.groups) == 1
    namespace = max(1.0, 2 * blocks(layout, settings) / MILLION)
    rules = {
        "namenode": namespace,
        "secondary_namenode": namespace,
        "datanode": 4 + max(0.0, replicas / MILLION - 4),
        "resourcemanager": 1 + node_managers / 20,
        "nodemanager": 1,
        "kafka": 6 if of_its_own else 1,
        "hive_metastore": 2 + nodes / 10,
        "spark_history": 1 + node_managers / 20,
        "trino_coordinator": kind.memory_gib * (0.625 if of_its_own else 0.25),
        "trino_worker": kind.memory_gib * (0.625 if of_its_own else 0.25),
    }
    return math.ceil(rules[group])


def heaps(kind: Kind, layout: Layout, settings: Settings) -> dict[str, int]:
    """Heaps in MiB by setting, of everything that runs on a host of this kind."""
    daemons = read("daemons.yml")["platform_daemons"]
    return {
        daemons[group]["heap"]: heap_gib(group, kind, layout, settings) * MIB_PER_GIB
        for group in kind.groups
        if "heap" in daemons.get(group, {})
    }


def own_settings(kind: Kind, layout: Layout, settings: Settings) -> dict[str, int]:
    """Heaps of a host of this kind, and Kafka's page cache."""
    found = heaps(kind, layout, settings)
    if "kafka" in kind.groups:
        found["kafka_page_cache_mb"] = kind.memory_gib * MIB_PER_GIB // 2 if len(kind.groups) == 1 else 4 * MIB_PER_GIB
    return found


def container_mb(kind: Kind, layout: Layout, settings: Settings) -> int:
    """Memory that a worker lends to YARN's containers, in whole GiB."""
    own = dict(settings) | own_settings(kind, layout, settings)
    daemons = read("daemons.yml")["platform_daemons"]
    needed = daemons_memory_mb({group: ["one"] for group in kind.groups}, {"one": {}}, own, daemons)["one"]
    return math.floor(kind.memory_gib * 7 / 8 - needed / MIB_PER_GIB) * MIB_PER_GIB


def chosen(layout: Layout, settings: Settings) -> dict[str, int]:
    """Settings for the inventory: where kinds of hosts differ, the value that suits all of them."""
    found: dict[str, int] = {}
    for kind in layout:
        values = own_settings(kind, layout, settings)
        if "nodemanager" in kind.groups:
            values["yarn_container_memory_mb"] = container_mb(kind, layout, settings)
        for setting, value in values.items():
            found[setting] = min(value, found.get(setting, value))
    return found


def _layout(layout: Layout, settings: Settings) -> Iterator[str]:
    nodes = sum(kind.count for kind in layout)
    raw = sum(kind.count * kind.data_disks * kind.disk_tb for kind in layout if "datanode" in kind.groups)
    usable = raw / int(settings["hdfs_replication"])
    yield from (f"## {nodes} nodes", "")
    full = f"about {blocks(layout, settings) / MILLION:.1f} million blocks when full"
    yield f"{raw:g} TB raw, {usable:.0f} TB usable at replication {settings['hdfs_replication']}; {full}."
    yield from ("", "| hosts | inventory groups | memory | data disks | heaps |", "|---|---|---|---|---|")
    for kind in layout:
        own = {name.removesuffix("_heap_mb"): mb // MIB_PER_GIB for name, mb in heaps(kind, layout, settings).items()}
        told = ", ".join(f"{name} {gib} GiB" for name, gib in own.items()) or "none"
        disks = f"{kind.data_disks} x {kind.disk_tb:g} TB"
        yield f"| {kind.title} | {', '.join(kind.groups)} | {kind.memory_gib} GiB | {disks} | {told} |"
    yield from ("", "In the inventory's `group_vars/all.yml`:", "", "```yaml")
    yield from (f"{name}: {value}" for name, value in sorted(chosen(layout, settings).items()))
    yield from ("```", "")


def _ports(settings: Settings) -> Iterator[str]:
    yield from ("## Ports", "", "| port | setting | opened by | on group |", "|---|---|---|---|")
    rows: dict[str, tuple[str, list[str]]] = {}
    for group, daemon in read("daemons.yml")["platform_daemons"].items():
        for port in daemon["ports"]:
            rows.setdefault(port, (daemon["unit"], []))[1].append(group)
    for setting, (unit, groups) in sorted(rows.items(), key=lambda row: int(settings[row[0]])):
        yield f"| {settings[setting]} | `{setting}` | {unit} | {', '.join(groups)} |"


RULES = """\
## What decides
Heaps come from the rules of thumb at the head of `control/gridlake_control/sizing.py`, each with its source. They are
where to start, not what to end with: watch the daemons' memory and adjust. Each unit is limited to a quarter more than
its heap, {fixed} MiB, and what that daemon keeps beyond (`hadoop_conf/daemons.yml`): a NameNode with a heap of 8192 MiB
gets {namenode}. Preflight refuses a host whose units together may take more than its memory.

- Masters run once: there is no second NameNode or ResourceManager yet, so their disks are mirrored (RAID 1) and
  backed up.
- Data disks of workers and brokers are single disks (no RAID), each mounted by itself and listed in `hdfs_data_dirs`
  and `yarn_local_dirs`. The system has disks of its own. Preflight asks for {disk} MiB free on `/` and `/data`
  (`preflight_disk_free_mb`).
- Kafka is an odd number of hosts, at least `kafka_replication` ({kafka}) of them; DataNodes are at least
  `hdfs_replication` ({hdfs}) on more than one rack.
"""

NEEDS = """\
Between the hosts leave every port open: Spark's drivers, executors and shuffles take any free one. To people open only
the web pages and services they use; the controller needs SSH (22) to every host.

## What the hosts need
- **Debian 13** with Python. The role base installs the packages of `hadoop_conf/pins.yml`, both JDKs among them, with
  apt, from `base_apt_source` if that is set.
  A JDK elsewhere is named by `jdk21_home` ({jdk21}) or `jdk25_home` ({jdk25}).
- **SSH and sudo**: the controller's key, and root without a password (`ansible_user` and `ansible_become` in the
  inventory).
- **NTP**: chrony or systemd-timesyncd, one source for all. Preflight refuses a clock more than {skew} s away from most
  others (`preflight_clock_skew_seconds`).
- **DNS both ways**: the full name gives an address, the address gives the full name, on every host alike and never on
  loopback (Debian's 127.0.1.1 line in /etc/hosts must go). Preflight asks every host for every name.
- **No way to the internet**: the controller delivers everything but Debian's packages.
- **A network of its own**: there is no Kerberos and no TLS between daemons yet; see `accept_insecure` in the inventory.
"""


def document() -> str:
    """The whole page."""
    settings = read("platform.yml")
    lines = [
        "# Sizing on your own machines",
        "Generated by `python -m gridlake_control.sizing` from `hadoop_conf`; do not edit, `make check` compares.",
        "",
    ]
    values = {"fixed": jvm_memory_mb(0), "namenode": jvm_memory_mb(8192), "disk": settings["preflight_disk_free_mb"]}
    values |= {"kafka": settings["kafka_replication"], "hdfs": settings["hdfs_replication"]}
    lines += [RULES.format(**values)]
    for layout in LAYOUTS:
        lines += _layout(layout, settings)
    lines += [*_ports(settings), ""]
    skew = settings["preflight_clock_skew_seconds"]
    lines += [NEEDS.format(jdk21=settings["jdk21_home"], jdk25=settings["jdk25_home"], skew=skew)]
    return "\n".join(lines)


def main() -> int:
    """Write the page."""
    TARGET.write_text(document(), encoding="utf-8")
    print(TARGET.relative_to(paths.CHECKOUT))
    return 0


if __name__ == "__main__":
    sys.exit(main())
