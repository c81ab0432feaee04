"""What a killed demo may leave: processes on the controller, processes on hosts, applications on YARN."""

import json
import re
import threading
import time
from collections.abc import Sequence
from pathlib import Path
from types import TracebackType
from typing import Any

from cluster import Cluster

# Inherited by whatever a demo starts on the controller, also by what leaves its process group.
MARK = "GRIDLAKE_DEMO_RUN"
# Runs on a host.
LIST_STRAYS = """
import os, sys
from pathlib import Path
since, until = map(float, sys.argv[1:])
booted = next(int(line.split()[1]) for line in open("/proc/stat") if line.startswith("btime"))
for process in Path("/proc").glob("[0-9]*"):
    try:
        started = booted + int((process / "stat").read_text().rpartition(")")[2].split()[19]) / os.sysconf("SC_CLK_TCK")
        environment = (process / "environ").read_bytes()
        command = (process / "cmdline").read_bytes()
    except OSError:
        continue
    if since <= started <= until and b"SSH_CONNECTION=" in environment:
        print(command.replace(b"\\0", b" ").decode())
"""


def started_by(mark: str) -> dict[int, str]:
    """Command lines of processes on the controller that a demo has started, by process id.

    Two kinds that outlive it on purpose are not its orphans: the hosts of the lab, which have an environment of their
    own, and idle masters of ssh connections, which the next play uses again and which are left out here.
    """
    found = {}
    for process in Path("/proc").glob("[0-9]*"):
        try:
            environment = (process / "environ").read_bytes().split(b"\0")
            command = (process / "cmdline").read_bytes().replace(b"\0", b" ").decode(errors="replace").strip()
        except OSError:  # ended meanwhile
            continue
        if f"{MARK}={mark}".encode() in environment and not re.match(r"ssh: \S+ \[mux\]$", command):
            found[int(process.name)] = command
    return found


class Orphans:
    """Watches what a killed demo left, while the next one runs."""

    def __init__(self, mark: str) -> None:
        self.mark, self.seen, self.last_seen = mark, started_by(mark), 0.0
        self._killed, self._ended = time.monotonic(), threading.Event()
        self._thread = threading.Thread(target=self._watch, daemon=True)

    def _watch(self) -> None:
        while True:
            if left := started_by(self.mark):
                self.seen |= left
                self.last_seen = time.monotonic() - self._killed
            if self._ended.wait(0.5):
                return

    def __enter__(self) -> "Orphans":
        """Begin to watch."""
        self._thread.start()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        """End with one more look."""
        self._ended.set()
        self._thread.join()


def applications(cluster: Cluster, since: float) -> list[dict[str, Any]]:
    """YARN's applications that started after a Unix time."""
    manager, port = (
        cluster.inventory.address("resourcemanager"),
        cluster.inventory.settings["yarn_resourcemanager_http_port"],
    )
    gateway = cluster.inventory.hosts("gateway")[0]
    # Who may not view an application gets it without its times.
    query = f"user.name=yarn&startedTimeBegin={int(since * 1000)}"
    url = f"http://{manager}:{port}/ws/v1/cluster/apps?{query}"
    found = json.loads(cluster.figure(gateway, f"curl --silent --show-error --fail '{url}'"))
    return list((found["apps"] or {"app": []})["app"])


def doubled(found: Sequence[dict[str, Any]]) -> list[str]:
    """Jobs of which two applications ran at the same time."""
    last: dict[str, dict[str, Any]] = {}
    both = []
    for application in sorted(found, key=lambda application: application["startedTime"]):
        before = last.get(application["name"])
        if before and (before["finishedTime"] or float("inf")) > application["startedTime"]:
            both.append(f"{before['id']} and {application['id']} of {application['name']}")
        last[application["name"]] = application
    return both


def strays(cluster: Cluster, since: float, until: float) -> list[str]:
    """Processes on hosts that were started through ssh in a span of Unix time: the head-end and Ansible's modules."""
    found = []
    for host in cluster.inventory.hosts("all"):
        listed = cluster.figure(host, f"python3 - {since} {until} <<'SCRIPT'\n{LIST_STRAYS}\nSCRIPT")
        found += [f"{host}: {line}" for line in listed.splitlines()]
    return found
