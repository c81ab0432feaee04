"""What is wrong with the hosts themselves, all of it, found before any of them is changed.

A pure function over the facts that the module ``host_preflight`` has read of every host of the play.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from typing import Any

import yaml

Facts = Mapping[str, Any]
HostFacts = Mapping[str, Facts]

DEBIAN = "13"
CONTROLLER = "the controller"


def _package(home: str) -> str:
    """Debian package of a JDK: /usr/lib/jvm/java-21-openjdk-amd64 comes with openjdk-21-jre-headless."""
    return re.sub(r"^/usr/lib/jvm/java-(\d+)-openjdk-\w+$", r"openjdk-\1-jre-headless", home)


def _software(host: str, facts: Facts, packages: Sequence[str]) -> Iterator[str]:
    if facts["debian"].partition(".")[0] != DEBIAN:
        yield (
            f"{host}: /etc/debian_version says {facts['debian'] or 'nothing'}; install Debian {DEBIAN}, "
            "for which the platform is built"
        )
    for home, is_there in facts["jdks"].items():
        if not is_there and _package(home) not in packages:
            yield (
                f"{host}: no JDK in {home}, and no package of the platform brings one; install it there, "
                "or set jdk21_home and jdk25_home"
            )


def _disks(host: str, facts: Facts, needed_mb: int) -> Iterator[str]:
    by_device: dict[int, tuple[list[str], int]] = {}
    for directory, disk in facts["disks"].items():
        by_device.setdefault(disk["device"], ([], disk["free_mb"]))[0].append(directory)
    for directories, free_mb in by_device.values():
        if free_mb < needed_mb:
            yield (
                f"{host}: {free_mb} MiB are free for {' and '.join(directories)}, preflight_disk_free_mb asks for "
                f"{needed_mb}; make room, or mount a disk there"
            )


def _memory(host: str, facts: Facts, needed_mb: int) -> Iterator[str]:
    if needed_mb > facts["memory_mb"]:
        yield (
            f"{host}: its daemons need {needed_mb} MiB, heaps and what JVMs take beside them, but the host has "
            f"{facts['memory_mb']}; lower the heaps, or move daemons to other hosts"
        )


def _ports(host: str, facts: Facts, opened: Mapping[str, tuple[int, str]]) -> Iterator[str]:
    for setting, (port, unit) in opened.items():
        for owner in facts["ports"].get(str(port), []):
            if owner.removesuffix(".service").partition("@")[0] != unit:
                yield (
                    f"{host}: port {port} ({setting}) belongs to {owner}, not to {unit}; stop it, "
                    f"or set another {setting}"
                )


def _names(facts: HostFacts) -> Iterator[str]:
    """What hosts see of a name, hosts that see the same wrong thing in one sentence."""
    seen_by: dict[str, list[str]] = {}
    addresses: dict[str, dict[str, list[str]]] = {}
    for host, of_host in facts.items():
        for name, found in of_host["names"].items():
            if not found["addresses"]:
                problem = f"{name} has no address; add it to the DNS"
            elif any(address.startswith("127.") for address in found["addresses"]):
                problem = (
                    f"{name} is {', '.join(found['addresses'])}: its daemons would hide on loopback; "
                    "take the name out of that line of /etc/hosts"
                )
            else:
                addresses.setdefault(name, {}).setdefault(", ".join(found["addresses"]), []).append(host)
                if found["reverse"] == name:
                    continue
                problem = (
                    f"{name} is {found['addresses'][0]}, but that address is called {found['reverse'] or 'nothing'}; "
                    "correct its PTR record, or write the full name first in /etc/hosts"
                )
            seen_by.setdefault(problem, []).append(host)
    yield from (f"{problem} (seen on {', '.join(hosts)})" for problem, hosts in seen_by.items())
    for name, views in addresses.items():
        if len(views) > 1:
            told = "; ".join(f"{address} on {', '.join(hosts)}" for address, hosts in views.items())
            yield f"{name} is not the same everywhere: {told}; give all hosts one DNS or one /etc/hosts"


def _clocks(facts: HostFacts, limit: float) -> Iterator[str]:
    """Who surely differs from most others: a clock is only known to the time that reading it took."""
    ahead = {host: (of["epoch"] - of["asked"][1], of["epoch"] - of["asked"][0]) for host, of in facts.items()}
    ahead[CONTROLLER] = (0.0, 0.0)
    wrong = {}
    for one, (least, most) in ahead.items():
        apart = [max(least - high, low - most) for other, (low, high) in ahead.items() if other != one]
        far = [seconds for seconds in apart if seconds > limit]
        if len(far) * 2 > len(apart):
            wrong[one] = min(far)
    if len(wrong) > 1:
        wrong.pop(CONTROLLER, None)
    for one, seconds in wrong.items():
        yield (
            f"{one}: its clock is at least {seconds:.0f} s away from those of most others, "
            f"preflight_clock_skew_seconds allows {limit:g}; let it follow the same NTP server (systemd-timesyncd or "
            "chrony)"
        )


def _clusters(facts: HostFacts, own: Mapping[str, Any]) -> Iterator[str]:
    """Hosts that another inventory made, or this one with passwords that are gone; a host without a mark is free."""
    if own["limited"] and not own["id"]:
        yield (
            f"{own['file']} is not there, so no run from here has made the whole cluster, and a host that joins would "
            "get other passwords than the rest has; run once without --limit, or bring the cluster's secrets there"
        )
    foreign: dict[tuple[str, str], list[str]] = {}
    for host, of_host in facts.items():
        mark = yaml.safe_load(of_host["cluster"]) or {}
        if mark and mark["id"] != own["id"]:
            foreign.setdefault((mark["inventory"], mark["id"]), []).append(host)
    for (inventory, identity), hosts in foreign.items():
        here = f"another cluster's, {own['id']}" if own["id"] else "not there"
        yield (
            f"{', '.join(hosts)}: in the cluster {identity} of inventory {inventory} (/etc/gridlake/cluster.yml), and "
            f"{own['file']} is {here}; run this with INVENTORY={inventory}, or bring that cluster's secrets to "
            f"{own['file'].rpartition('/')[0]}; to make the hosts anew, remove the mark and the data on them first"
        )


def host_problems(
    facts: HostFacts,
    groups: Mapping[str, list[str]],
    variables: Mapping[str, Mapping[str, Any]],
    settings: Mapping[str, Any],
    daemons: Mapping[str, Mapping[str, Any]],
    packages: Sequence[str],
    memory_needed_mb: Mapping[str, int],
    cluster: Mapping[str, Any],
) -> list[str]:
    """Every problem of the hosts, each a sentence with the cause and the next step; empty when there is none.

    ``variables`` are the inventory's, by host: they may override a setting for one of them.
    ``packages`` are the Debian packages that the role base installs, so their absence is no problem.
    ``memory_needed_mb`` comes from the filter ``daemons_memory_mb``.
    ``cluster`` is the ``id`` that this inventory's hosts are marked with, empty before the first run, its ``file``, and
    whether the run is ``limited`` to some hosts.
    """
    problems: list[str] = [*_clusters(facts, cluster)]
    for host, of_host in facts.items():
        own = {group: daemon for group, daemon in daemons.items() if host in groups.get(group, [])}

        def value(setting: str, host: str = host) -> int:
            return int(variables.get(host, {}).get(setting, settings[setting]))

        opened = {port: (value(port), daemon["unit"]) for daemon in own.values() for port in daemon["ports"]}
        problems += _software(host, of_host, packages)
        problems += _memory(host, of_host, memory_needed_mb[host])
        problems += _disks(host, of_host, value("preflight_disk_free_mb"))
        problems += _ports(host, of_host, opened)
    return [*problems, *_names(facts), *_clocks(facts, float(settings["preflight_clock_skew_seconds"]))]


class FilterModule:
    """Names under which Ansible offers these functions."""

    def filters(self) -> dict[str, Any]:
        """Filters by name."""
        return {"host_problems": host_problems}
