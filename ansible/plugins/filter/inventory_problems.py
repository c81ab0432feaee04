"""What is wrong with an inventory, found before any host is touched.

A pure function over inventory and settings: it sees no facts, so it can neither be slow nor be wrong about a host that
is down.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from typing import Any

Groups = Mapping[str, list[str]]
HostVariables = Mapping[str, Mapping[str, Any]]

EXACTLY_ONE = (
    "namenode",
    "secondary_namenode",
    "resourcemanager",
    "postgresql",
    "hive_metastore",
    "trino_coordinator",
    "airflow",
    "spark_history",
)
AT_LEAST_ONE = ("datanode", "nodemanager", "kafka", "trino_worker", "gateway")
# Besides, an inventory may bundle groups of daemons under these names.
BUNDLES = {"masters", "workers", "edges"}
KNOWN_GROUPS = {*EXACTLY_ONE, *AT_LEAST_ONE, *BUNDLES, "decommissioned", "all", "ungrouped"}

# Variables of a host that an inventory may set beside the settings of hadoop_conf and Ansible's own.
HOST_VARIABLES = {
    "fqdn": "fully qualified name",
    "domain": "domain of the hosts",
    "rack": "rack path of a storage host, such as /rack1",
    "memory_mb": "memory that the platform may plan with",
    "kafka_node_id": "fixed KRaft node id",
    "accept_insecure": "accept a cluster without Kerberos and TLS",
}
MAGIC = {"groups", "group_names", "inventory_hostname", "inventory_hostname_short", "inventory_file", "inventory_dir"}
MAGIC |= {
    "omit",
    "playbook_dir",
    "hostvars",
    "environment",
    "role_path",
    "role_name",
    "role_names",
    "vars",
    "play_hosts",
}
# Lists and mappings that roles take beside the settings: their defaults, a contract test holds them together.
ROLE_VARIABLES = {"base_apt_source", "base_apt_files", "base_users", "postgresql_databases", "kafka_topics_file"}
ROLE_VARIABLES |= {"trino_accounts", "trino_shell_accounts", "airflow_pools", "airflow_variables"}
# Files of hadoop_conf/sites; `<site>_overrides` changes values of their keys, for all hosts or for one.
SITES = (
    *("core_site", "hdfs_site", "yarn_site", "mapred_site", "capacity_scheduler"),
    *("metastore_site", "spark_defaults", "kafka_server"),
)
OVERRIDES = {f"{site}_overrides": site for site in SITES}
PREFIXES = ("ansible_", "lab_")
# Java takes no host name with an underscore for one, and Hadoop compares names that DNS has made small.
_LABEL = r"[a-z0-9]([a-z0-9-]*[a-z0-9])?"
_HOST_NAME = re.compile(rf"{_LABEL}(\.{_LABEL})*")


def _groups(groups: Groups) -> Iterator[str]:
    for group in sorted(name for name, members in groups.items() if "localhost" in members and name != "all"):
        yield f"group {group} holds localhost, which is the controller and is left out; write the host's own name"
    for group in EXACTLY_ONE:
        count = len(groups.get(group, []))
        if count != 1:
            yield f"group {group} has {count} hosts; give it exactly one"
    for group in AT_LEAST_ONE:
        if not groups.get(group):
            yield f"group {group} is empty or missing; add at least one host to it"
    for group in sorted(set(groups) - KNOWN_GROUPS):
        if groups[group]:
            yield f"group {group} means nothing to the platform; known groups: {', '.join(sorted(KNOWN_GROUPS))}"


def _leaving(groups: Groups) -> Iterator[str]:
    can_leave = {*groups.get("datanode", []), *groups.get("nodemanager", [])}
    for host in sorted(set(groups.get("decommissioned", [])) - can_leave):
        yield (
            f"{host}: in group decommissioned, but neither datanode nor nodemanager, and only these leave; move its "
            "daemons to other hosts, or keep it in the two groups until it has left"
        )


def _checkpoints(groups: Groups) -> Iterator[str]:
    for host in sorted({*groups.get("secondary_namenode", [])} & {*groups.get("namenode", [])}):
        yield (
            f"{host}: in group secondary_namenode beside namenode, so one disk could take the image and its only copy; "
            "use another host"
        )


def _node_ids(groups: Groups, hosts: HostVariables) -> Iterator[str]:
    holders: dict[int, list[str]] = {}
    for position, host in enumerate(groups.get("kafka", []), start=1):
        holders.setdefault(int(hosts.get(host, {}).get("kafka_node_id", position)), []).append(host)
    for node_id, holding in holders.items():
        if len(holding) > 1:
            yield f"{', '.join(holding)} would all be Kafka's node {node_id}; give each its own kafka_node_id"


def _quorums(groups: Groups, settings: Mapping[str, Any]) -> Iterator[str]:
    brokers, leaving = len(groups.get("kafka", [])), groups.get("decommissioned", [])
    datanodes = len([host for host in groups.get("datanode", []) if host not in leaving])
    if brokers and brokers % 2 == 0:
        yield (
            f"group kafka has {brokers} hosts: an even quorum tolerates no more failures than {brokers - 1}; "
            "use an odd number"
        )
    if brokers and int(settings["kafka_replication"]) > brokers:
        yield (
            f"kafka_replication is {settings['kafka_replication']} but group kafka has {brokers} hosts; "
            "lower it or add brokers"
        )
    if int(settings["kafka_min_insync_replicas"]) > int(settings["kafka_replication"]):
        yield "kafka_min_insync_replicas exceeds kafka_replication: no write could ever succeed; lower it"
    if groups.get("datanode") and int(settings["hdfs_replication"]) > datanodes:
        staying = f"{datanodes} hosts that stay" if leaving else f"{datanodes} hosts"
        yield (
            f"hdfs_replication is {settings['hdfs_replication']} but group datanode has {staying}; "
            "lower it or add DataNodes"
        )


def _queues(settings: Mapping[str, Any]) -> Iterator[str]:
    shares = {name: int(value) for name, value in settings.items() if re.fullmatch(r"yarn_queue_\w+_percent", name)}
    if shares and sum(shares.values()) != 100:
        told = " + ".join(f"{name} {share}" for name, share in sorted(shares.items()))
        yield f"{told} is {sum(shares.values())}, and the ResourceManager starts with 100 only; correct the shares"


def _places(hosts: HostVariables) -> Iterator[str]:
    """Names and addresses that two hosts share, or that nothing can be called by."""
    names: dict[str, list[str]] = {}
    addresses: dict[tuple[str, str], list[str]] = {}
    for host in sorted(set(hosts) - {"localhost"}):
        variables = hosts[host]
        names.setdefault(str(variables.get("fqdn", host)), []).append(host)
        # Behind a jump host several may have one address, each with a port of its own.
        place = (str(variables.get("ansible_host", host)), str(variables.get("ansible_port", "22")))
        addresses.setdefault(place, []).append(host)
    for name, of in names.items():
        if not _HOST_NAME.fullmatch(name):
            yield f"{', '.join(of)}: {name!r} is no host name; use a-z, 0-9, hyphens and dots"
        if len(of) > 1:
            yield f"{', '.join(of)} are all called {name}; give each its own fqdn"
    for (address, port), of in addresses.items():
        if len(of) > 1:
            yield f"{', '.join(of)} all have address {address}, port {port}; correct ansible_host"


def _ports(
    groups: Groups, hosts: HostVariables, settings: Mapping[str, Any], daemons: Mapping[str, Mapping[str, Any]]
) -> Iterator[str]:
    """Two daemons of one host that want the same port."""
    clashes: dict[str, list[str]] = {}
    for host in sorted(set(hosts) - {"localhost"}):
        own = {name for group, daemon in daemons.items() if host in groups.get(group, []) for name in daemon["ports"]}
        by_port: dict[int, list[str]] = {}
        for name in sorted(own):
            by_port.setdefault(int(hosts[host].get(name, settings[name])), []).append(name)
        for port, wanted in sorted(by_port.items()):
            if len(wanted) > 1:
                clashes.setdefault(f"{' and '.join(wanted)} are both {port}; change one", []).append(host)
    yield from (f"{', '.join(on)}: {clash}" for clash, on in clashes.items())


def _hosts(
    groups: Groups, hosts: HostVariables, settings: Mapping[str, Any], memory_mb: Mapping[str, int]
) -> Iterator[str]:
    known = {*settings, *HOST_VARIABLES, *ROLE_VARIABLES, *OVERRIDES, *MAGIC}
    for host in sorted(hosts):
        variables = hosts[host]
        if host == "localhost":
            continue
        for name in sorted(set(variables) - known):
            if not name.startswith(PREFIXES):
                yield (
                    f"{host}: unknown variable {name}; remove it, or correct it to a setting of "
                    "hadoop_conf/platform.yml"
                )
        if host in groups.get("datanode", []) and not str(variables.get("rack", "")).startswith("/"):
            yield f"{host}: a DataNode needs a rack; set `rack: /rack1` (or its real one) in the inventory"
        memory = variables.get("memory_mb", variables.get("lab_memory_mb"))
        if memory is not None and memory_mb[host] > int(memory):
            yield (
                f"{host}: its daemons need {memory_mb[host]} MiB but the host has {memory}; "
                "lower their heaps, or move some of them"
            )


def _overrides(hosts: HostVariables, sites: Mapping[str, Mapping[str, Any]]) -> Iterator[str]:
    """Overrides that would be refused where their file is rendered, when other services have been changed already."""
    seen_on: dict[str, list[str]] = {}
    for host in sorted(set(hosts) - {"localhost"}):
        for variable, site in OVERRIDES.items():
            given = hosts[host].get(variable, {})
            if not isinstance(given, Mapping):
                problem = (
                    f"{variable} is {given!r}, no mapping of key to value; with -e give all of it as one JSON object"
                )
                seen_on.setdefault(problem, []).append(host)
                continue
            for key in sorted(set(given) - set(sites[site])):
                problem = (
                    f"{variable}: no file of hadoop_conf/sites has the key {key} for it; correct the key, or "
                    "add it there with value, why and read_by"
                )
                seen_on.setdefault(problem, []).append(host)
    yield from (f"{problem} (set for {', '.join(names)})" for problem, names in seen_on.items())


def inventory_problems(
    groups: Groups,
    hosts: HostVariables,
    settings: Mapping[str, Any],
    inventory: str,
    sites: Mapping[str, Mapping[str, Any]],
    memory_mb: Mapping[str, int],
    daemons: Mapping[str, Mapping[str, Any]],
) -> list[str]:
    """Every problem of the inventory, each a sentence with the cause and the next step; empty when there is none.

    ``memory_mb`` is what each host's daemons need, from the filter ``daemons_memory_mb``.
    """
    if not set(hosts) - {"localhost"}:
        return ["the inventory has no host; write hosts into its hosts.yml"]
    problems = [
        *_groups(groups),
        *_leaving(groups),
        *_checkpoints(groups),
        *_quorums(groups, settings),
        *_node_ids(groups, hosts),
        *_queues(settings),
        *_places(hosts),
        *_ports(groups, hosts, settings, daemons),
        *_hosts(groups, hosts, settings, memory_mb),
        *_overrides(hosts, sites),
    ]
    named = {str(variables["lab_inventory"]) for variables in hosts.values() if "lab_inventory" in variables}
    if named - {inventory}:
        problems.append(
            f"lab_inventory is {', '.join(sorted(named))}, but the inventory's folder is {inventory}, and two labs "
            "would share their hosts; a lab of its own has its own lab_inventory, lab_bridge, lab_subnet and addresses"
        )
    insecure_is_accepted = any(variables.get("accept_insecure") is True for variables in hosts.values())
    if not inventory.startswith("lab") and not insecure_is_accepted:
        problems.append(
            f"inventory {inventory} is not a lab and the platform has no Kerberos and TLS yet: "
            "anyone on its network can read and write everything; set accept_insecure: true if that network is yours "
            "alone"
        )
    return problems


class FilterModule:
    """Names under which Ansible offers these functions."""

    def filters(self) -> dict[str, Any]:
        """Filters by name."""
        return {"inventory_problems": inventory_problems}
