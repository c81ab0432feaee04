"""Starting and ending the hosts' containers, each under a supervisor that outlives the play that started it."""

from __future__ import annotations

import os
import re
import shutil
import signal
import subprocess
from pathlib import Path

from . import cgroup, overlay
from .model import Host, Lab, LabError, run

# systemd in a container: SIGRTMIN+4 powers off in order, SIGRTMIN+3 (sent by nspawn when it is told to end) halts.
POWER_OFF = signal.SIGRTMIN + 4
INIT = "/usr/local/sbin/lab-init"
# Where systemd-nspawn keeps directories named for the container, which it takes away itself unless it is killed.
RECORDS = Path("/run/systemd/nspawn")


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
    if lab.dist is None:
        raise LabError("starting a host needs `dist`, the directory with the distributions")
    lab.dist.mkdir(parents=True, exist_ok=True)  # empty until the mirror has assembled the first one
    groups = cgroup.create(lab, host)
    command = ["sh", str(_installed(lab)), str(cgroup.supervisor_group(lab, host)), *_container(lab, host)]
    environment = {
        "PATH": "/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin",
        "LANG": "C.UTF-8",
        "LAB_GROUPS": " ".join(str(group) for group in groups),
        # /tmp is on disk, see the masked tmp.mount.
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


def power_off(lab: Lab, host: Host) -> bool:
    """Asks for an orderly end and returns at once; False where there is nobody to ask, only a half-started container.

    The supervisor is told first, so that it does not start the host again.
    """
    cgroup.thaw(lab, host)
    supervisors = cgroup.supervisor_name(lab, host)
    for pid in cgroup.processes(supervisors):
        cgroup.send(supervisors, pid, signal.SIGTERM)
    init = leader(lab, host)
    if init is None:
        return False
    cgroup.send(cgroup.group_name(lab, host), init, POWER_OFF)
    return True


def finish(lab: Lab, host: Host, timeout: float) -> bool:
    """Waits for the end, then enforces it; whether the host ended by itself."""
    # The supervisor before its host, or it would start the host again.
    names = (cgroup.supervisor_name(lab, host), cgroup.group_name(lab, host))
    ended = all(cgroup.wait_empty(name, timeout) for name in reversed(names))
    for name in names:
        cgroup.kill(name)
        cgroup.remove(name)
    return ended


def records(lab: Lab, host: Host) -> list[Path]:
    """What a killed systemd-nspawn has left of the container."""
    return sorted(RECORDS.glob(f"*/{lab.machine(host)}"))


def forget(lab: Lab, host: Host) -> None:
    """Takes the container's records away."""
    for record in records(lab, host):
        for point in overlay.mounts_below(record):
            run(["umount", point])
        shutil.rmtree(record)
