"""Starting and ending the hosts' containers, each under a supervisor that outlives the play that started it."""

from __future__ import annotations

import os
import re
import shutil
import signal
import subprocess
from pathlib import Path

from . import cgroup
from .model import Host, Lab, LabError

# systemd in a container: SIGRTMIN+4 powers off in order, SIGRTMIN+3 (sent by nspawn when it is told to end) halts.
POWER_OFF = signal.SIGRTMIN + 4
INIT = "/usr/local/sbin/lab-init"


def leader(lab: Lab, host: Host) -> int | None:
    """The host's init as the controller sees it: the one member that is process 1 of a namespace below ours."""
    for pid in cgroup.processes(cgroup.group_name(lab, host)):
        try:
            status = Path(f"/proc/{pid}/status").read_text()
        except OSError:  # ended meanwhile
            continue
        if re.search(r"^NSpid:\t\d+\t1$", status, re.MULTILINE):
            return pid
    return None


def supervised(lab: Lab, host: Host) -> bool:
    """Whether a supervisor watches over the host."""
    return bool(cgroup.processes(cgroup.supervisor_name(lab, host)))


def alive(lab: Lab, host: Host) -> bool:
    """Whether any process of the host is left, its supervisor included."""
    return supervised(lab, host) or bool(cgroup.processes(cgroup.group_name(lab, host)))


def uptime_seconds(pid: int) -> float:
    """How long the process has been running."""
    started = int(Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[19])
    return float(Path("/proc/uptime").read_text().split()[0]) - started / os.sysconf("SC_CLK_TCK")


def start(lab: Lab, host: Host) -> None:
    """Sets the supervisor off in a session of its own, without terminal, environment or open files of ours."""
    groups = cgroup.create(lab, host)
    command = ["sh", str(_installed(lab)), str(cgroup.supervisor_group(lab, host)), *_container(lab, host)]
    environment = {
        "PATH": "/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin",
        "LANG": "C.UTF-8",
        "LAB_GROUPS": " ".join(str(group) for group in groups),
        # /tmp in the overlay: as tmpfs, a spilling job's files would count against the host's memory.
        "SYSTEMD_NSPAWN_TMPFS_TMP": "0",
    }
    with host.console.open("w") as console:
        subprocess.Popen(
            command,
            stdin=subprocess.DEVNULL,
            stdout=console,
            stderr=subprocess.STDOUT,
            cwd="/",
            env=environment,
            start_new_session=True,
        )


def _installed(lab: Lab) -> Path:
    """A copy beside the state: a shell reads its script as it goes, so a checkout must not change under it."""
    if lab.programs is None:
        raise LabError("starting a host needs `programs`, the directory with lab-supervise and lab-init")
    target = lab.directory / "lab-supervise"
    draft = target.with_suffix(".draft")
    shutil.copyfile(lab.programs / "lab-supervise", draft)
    draft.replace(target)
    return target


def _container(lab: Lab, host: Host) -> list[str]:
    return [
        "systemd-nspawn",
        "--quiet",
        f"--directory={host.root}",
        f"--machine={lab.machine(host)}",
        "--kill-signal=SIGRTMIN+3",
        f"--network-bridge={lab.bridge}",
        "--register=no",
        "--keep-unit",
        "--console=pipe",
        "--link-journal=no",
        "--resolv-conf=off",
        "--timezone=off",
        f"--bind={host.data}:/data",
        f"--bind-ro={lab.dist}:/srv/gridlake/dist",
        INIT,
    ]


def power_off(lab: Lab, host: Host) -> None:
    """Asks for an orderly end and returns at once; the supervisor is told first, so that it does not start again."""
    cgroup.thaw(lab, host)
    supervisors = cgroup.supervisor_name(lab, host)
    for pid in cgroup.processes(supervisors):
        cgroup.send(supervisors, pid, signal.SIGTERM)
    if (pid := leader(lab, host)) is not None:
        cgroup.send(cgroup.group_name(lab, host), pid, POWER_OFF)


def finish(lab: Lab, host: Host, timeout: float) -> bool:
    """Waits for the end, then enforces it; whether the host ended by itself."""
    names = (cgroup.group_name(lab, host), cgroup.supervisor_name(lab, host))
    # Without a leader nobody was asked to end: what is left is a half-started container.
    orderly = leader(lab, host) is not None or not cgroup.processes(names[0])
    ended = orderly and all(cgroup.wait_empty(name, timeout) for name in names)
    for name in names if ended else reversed(names):  # the supervisor first, or it would start the host again
        cgroup.kill(name)
        cgroup.remove(name)
    return ended
