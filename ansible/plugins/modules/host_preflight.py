"""What a host is like before the platform touches it: read only, from /proc, the name service and a few paths."""

from __future__ import annotations

import contextlib
import os
import re
import socket
import time
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

from ansible.module_utils.basic import AnsibleModule

DOCUMENTATION = r"""
module: host_preflight
short_description: Read what decides whether a host can carry its daemons
description:
  - Changes nothing and judges nothing; the filter C(host_problems) does, over the facts of all hosts together.
  - Its action adds C(asked), the controller's clock before and after, so that clocks can be compared however long the
    task took.
options:
  names: {description: Fully qualified names to look up and to look back, type: list, elements: str, required: true}
  directories: {description: Where free disk is of interest, type: list, elements: path, required: true}
  jdks: {description: Homes of the JDKs that should be there, type: list, elements: path, required: true}
"""

CLUSTER = Path("/etc/gridlake/cluster.yml")
LISTENING = "0A"
LOOKUPS_AT_ONCE = 8


def memory_mb() -> int:
    """Memory of the host, or the limit of the control group that its init lives in where that is lower."""
    # The kernel always has this line; without it there is nothing sensible to report, and the traceback says so.
    (total_kb,) = re.findall(r"MemTotal:\s+(\d+) kB", Path("/proc/meminfo").read_text())
    limits = [int(total_kb) << 10]
    for line in Path("/proc/1/cgroup").read_text().splitlines():
        _, controllers, group = line.split(":", 2)
        if controllers == "":
            tree, name = Path("/sys/fs/cgroup"), "memory.max"
        elif controllers == "memory":
            tree, name = Path("/sys/fs/cgroup/memory"), "memory.limit_in_bytes"
        else:
            continue
        own = tree / group.lstrip("/")
        for folder in (own, *own.parents):
            if folder.is_relative_to(tree) and (folder / name).exists():
                limit = (folder / name).read_text().strip()
                limits += [int(limit)] if limit.isdigit() else []
    return min(limits) >> 20


def disk(directory: str) -> dict[str, Any]:
    """Free space where a directory is or would be made."""
    existing = next(path for path in (Path(directory), *Path(directory).parents) if path.exists())
    space = os.statvfs(existing)
    return {
        "free_mb": space.f_bavail * space.f_frsize >> 20,
        "existing": str(existing),
        "device": existing.stat().st_dev,
    }


def name(full: str) -> dict[str, Any]:
    """Addresses of a name, and the name that the first of them has."""
    try:
        found = {str(entry[4][0]) for entry in socket.getaddrinfo(full, None, socket.AF_INET, socket.SOCK_STREAM)}
    except OSError:
        return {"addresses": [], "reverse": ""}
    addresses = sorted(found)
    try:
        return {"addresses": addresses, "reverse": socket.gethostbyaddr(addresses[0])[0]}
    except OSError:
        return {"addresses": addresses, "reverse": ""}


def listening() -> dict[str, int]:
    """Ports by the inode of the socket that listens on them."""
    found = {}
    for table in ("/proc/net/tcp", "/proc/net/tcp6"):
        for line in Path(table).read_text().splitlines()[1:] if Path(table).exists() else []:
            fields = line.split()
            if fields[3] == LISTENING:
                found[fields[9]] = int(fields[1].rpartition(":")[2], 16)
    return found


def links(process: Path) -> Iterator[str]:
    """What the descriptors of a process lead to; it may close one, or end, while it is being read."""
    try:
        descriptors = list((process / "fd").iterdir())
    except OSError:
        return
    for descriptor in descriptors:
        with contextlib.suppress(OSError):
            yield str(descriptor.readlink())


def unit(process: Path) -> str:
    """Systemd unit of a process, or what it is called where it has none."""
    try:
        found = re.findall(r"([^/\n]+\.(?:service|scope|socket))", (process / "cgroup").read_text())
        return str(found[-1]) if found else f"process {(process / 'comm').read_text().strip()} ({process.name})"
    except OSError:
        return f"process {process.name}"


def ports() -> dict[str, list[str]]:
    """Units that listen, by port; a port that stays open without a visible process has an unknown owner."""
    by_inode = listening()
    owners: dict[str, set[str]] = {inode: set() for inode in by_inode}
    for process in Path("/proc").glob("[0-9]*"):
        for link in links(process):
            inode = link.removeprefix("socket:[").removesuffix("]")
            if inode in owners:
                owners[inode].add(unit(process))
    still_open = listening()
    found: dict[str, set[str]] = {}
    for inode, port in sorted(by_inode.items(), key=lambda entry: entry[1]):
        if owners[inode] or inode in still_open:
            found.setdefault(str(port), set()).update(owners[inode] or {"an unknown process"})
    return {port: sorted(units) for port, units in found.items()}


def main() -> None:
    """Answer with the facts."""
    module = AnsibleModule(
        argument_spec={
            "names": {"type": "list", "elements": "str", "required": True},
            "directories": {"type": "list", "elements": "path", "required": True},
            "jdks": {"type": "list", "elements": "path", "required": True},
        },
        supports_check_mode=True,
    )
    wanted = module.params
    debian = Path("/etc/debian_version")
    with ThreadPoolExecutor(LOOKUPS_AT_ONCE) as pool:
        names = dict(zip(wanted["names"], pool.map(name, wanted["names"]), strict=True))
    module.exit_json(
        changed=False,
        memory_mb=memory_mb(),
        disks={directory: disk(directory) for directory in wanted["directories"]},
        names=names,
        ports=ports(),
        debian=debian.read_text().strip() if debian.exists() else "",
        cluster=CLUSTER.read_text() if CLUSTER.exists() else "",
        jdks={home: os.access(Path(home) / "bin" / "java", os.X_OK) for home in wanted["jdks"]},
        epoch=time.time(),
    )


if __name__ == "__main__":
    main()
