"""Everything that keeps a lab from starting, found before anything is touched and told in one list."""

from __future__ import annotations

import os
import platform
import re
import shutil
from collections import Counter
from ipaddress import AddressValueError, IPv4Address
from pathlib import Path

from . import cgroup, network, overlay
from .model import Host, Lab

_NAME = re.compile(r"[a-z][a-z0-9-]{0,30}")
# A lab that already has its files only needs room to go on.
_DISK_RESERVE_MB = 2048


def problems(lab: Lab, starting: tuple[Host, ...]) -> list[str]:
    """Each with its cause and the next step; memory and disk count only where a host is about to start."""
    if platform.system() != "Linux":
        return [f"the lab needs Linux, this is {platform.system()}: use a Debian machine, or inventory `onprem`"]
    missing = _programs(lab)
    found = privileges() + missing + _facts(lab) + _places(lab)
    if not any(text.startswith("program ip ") for text in missing):
        found += network.problems(lab)
    if starting:
        found += _memory(lab) + _disk(lab) + _images(lab, starting)
    return found


def privileges() -> list[str]:
    """Whether this process may do what a lab needs."""
    if os.geteuid() == 0:
        return []
    return [f"uid {os.geteuid()} may not mount, nor make control groups and bridges: run it as root (sudo make ...)"]


def _programs(lab: Lab) -> list[str]:
    if lab.programs is None:
        return []
    found = []
    for line in (lab.programs / "packages.txt").read_text().splitlines():
        program, package = line.split() if line and not line.startswith("#") else ("", "")
        if program and shutil.which(program, path=f"{os.environ.get('PATH', '')}:/usr/sbin:/sbin") is None:
            found.append(f"program {program} is missing: apt-get install {package}")
    return found


def _facts(lab: Lab) -> list[str]:
    found = []
    for name in (lab.inventory, *(host.name for host in lab.hosts)):
        if not _NAME.fullmatch(name):
            found.append(f"name {name!r} is no host name (a-z, 0-9, -): rename it in the inventory")
    if not lab.hosts:
        found.append("the inventory has no host: fill its hosts.yml")
    counted = Counter([str(lab.gateway), *(host.address for host in lab.hosts)])
    found += [f"address {address} is given {n} times: one address, one host" for address, n in counted.items() if n > 1]
    for host in lab.hosts:
        try:
            inside = IPv4Address(host.address) in lab.subnet
        except AddressValueError:
            inside = False
        if not inside:
            found.append(f"{host.name}: address {host.address!r} is not in {lab.subnet}: correct `ansible_host`")
        if host.memory_mb < 256:
            found.append(f"{host.name}: {host.memory_mb} MiB do not carry a Debian host: raise `lab_memory_mb`")
    return found


def _places(lab: Lab) -> list[str]:
    found = []
    for place in (lab.directory, lab.image, lab.dist):
        if place is not None and re.search(r"[\s:,\\]", str(place)):
            found.append(f"path {place!s} has a blank, colon, comma or backslash: overlayfs and nspawn take none")
    roots = {host.root for host in lab.existing_hosts()}
    for point in overlay.mounts_below(lab.directory):
        if point not in roots:
            found.append(f"{point} is mounted inside the lab's state and not by the lab: unmount it (umount {point})")
    return found


def _memory(lab: Lab) -> list[str]:
    meminfo = dict(line.split(":", 1) for line in Path("/proc/meminfo").read_text().splitlines())
    available = int(meminfo["MemAvailable"].split()[0]) >> 10
    own = sum(cgroup.used_mb(lab, host) for host in lab.existing_hosts())
    if available + own >= lab.memory_needed_mb:
        return []
    return [
        f"memory: {available} MiB are available and the running lab has {own}, {lab.memory_needed_mb} are needed: "
        "end other programs or take a larger machine"
    ]


def _disk(lab: Lab) -> list[str]:
    places = [(lab.directory, "GRIDLAKE_STATE")]
    if lab.dist is not None:
        places.append((lab.dist, "GRIDLAKE_CACHE"))
    found: dict[int, str] = {}
    new = sum(not host.image_record.exists() for host in lab.hosts)
    # A host that joins asks for its share, not for a whole lab's.
    needed = max(lab.disk_needed_mb * new // max(1, len(lab.hosts)), min(lab.disk_needed_mb, _DISK_RESERVE_MB))
    for place, variable in places:
        existing = next(path for path in (place, *place.parents) if path.exists())
        free = shutil.disk_usage(existing).free >> 20
        if free < needed:
            text = f"disk: {free} MiB free at {existing}, {needed} are needed: make room or set {variable} elsewhere"
            found.setdefault(existing.stat().st_dev, text)
    return list(found.values())


def _images(lab: Lab, starting: tuple[Host, ...]) -> list[str]:
    found = []
    for host in starting:
        image = overlay.image_of(lab, host)
        if not (image / "usr/lib/systemd/systemd").exists():
            if image == lab.image:
                text = f"base image {image} is not there: `make mirror` builds it"
            else:
                text = (
                    f"{host.name} was made from base image {image}, which is gone: bring it back, "
                    f"or make the lab anew (make lab-destroy INVENTORY={lab.inventory} CONFIRM={lab.inventory})"
                )
            found.append(text)
    return sorted(set(found))
