"""Control groups of the lab: one for each host and one for its supervisor.

They are the register of what the lab started: a process is ours exactly when it sits in one of these groups, which the
kernel keeps true through reboots of a host, killed runs and reused process ids.  Version 1 has a tree per controller
and a host needs its own group in each, or the containers' init processes would share the root's; version 2 has one
tree.
"""

from __future__ import annotations

import os
import signal
import time
from pathlib import Path

from .model import Host, Lab, LabError

ROOT = Path("/sys/fs/cgroup")
# cpuset is left out: a version 1 group takes no process before its CPUs are set, and nothing here uses it.
VERSION_1 = ("memory", "cpu", "cpuacct", "pids", "blkio", "devices", "freezer", "systemd", "unified")


def is_version_2() -> bool:
    """Whether the machine has the single tree."""
    return (ROOT / "cgroup.controllers").exists()


def trees() -> list[Path]:
    """The roots of all control group trees; cpu and cpuacct may be two names of one."""
    if is_version_2():
        return [ROOT]
    return sorted({(ROOT / name).resolve() for name in VERSION_1 if (ROOT / name / "cgroup.procs").exists()})


def _register() -> Path:
    """The tree that counts memory, in which processes are looked up."""
    return ROOT if is_version_2() else ROOT / "memory"


def group_name(lab: Lab, host: Host) -> str:
    """The host's group below the root of each tree."""
    return f"gridlake/{lab.inventory}/{host.name}"


def supervisor_name(lab: Lab, host: Host) -> str:
    """A sibling: in version 2 a group with children takes no process of its own."""
    return f"gridlake/{lab.inventory}/{host.name}.supervisor"


def create(lab: Lab, host: Host) -> list[Path]:
    """The host's group in every tree, with its memory limit set before any process enters."""
    groups = [tree / group_name(lab, host) for tree in trees()]
    for group in [*groups, _register() / supervisor_name(lab, host)]:
        group.mkdir(parents=True, exist_ok=True)
    if is_version_2():
        for parent in (ROOT, ROOT / "gridlake", ROOT / "gridlake" / lab.inventory):
            (parent / "cgroup.subtree_control").write_text("+memory +cpu +pids +io")
    set_limit(lab, host)
    return groups


def supervisor_group(lab: Lab, host: Host) -> Path:
    """Where the supervisor puts itself."""
    return _register() / supervisor_name(lab, host)


def _limit_file(lab: Lab, host: Host) -> Path:
    name = "memory.max" if is_version_2() else "memory.limit_in_bytes"
    return _register() / group_name(lab, host) / name


def limit_mb(lab: Lab, host: Host) -> int | None:
    """The memory limit in force, None where there is no group or no limit."""
    try:
        text = _limit_file(lab, host).read_text().strip()
    except FileNotFoundError:
        return None
    return None if text == "max" else int(text) >> 20


def set_limit(lab: Lab, host: Host) -> None:
    """The host's memory as the inventory says."""
    _limit_file(lab, host).write_text(str(host.memory_mb << 20))


def used_mb(lab: Lab, host: Host) -> int:
    """Memory that the host would not give back: processes and shared memory, no page cache."""
    try:
        lines = (_register() / group_name(lab, host) / "memory.stat").read_text().splitlines()
    except FileNotFoundError:
        return 0
    stat = {name: int(value) for name, _, value in (line.partition(" ") for line in lines)}
    names = ("anon", "shmem") if is_version_2() else ("total_rss", "total_shmem")
    return sum(stat.get(name, 0) for name in names) >> 20


def cpu_seconds(lab: Lab, host: Host) -> float:
    """Processor time of the host since it was brought up."""
    if is_version_2():
        stat = ROOT / group_name(lab, host) / "cpu.stat"
        return int(stat.read_text().split()[1]) / 1e6 if stat.exists() else 0.0
    usage = ROOT / "cpuacct" / group_name(lab, host) / "cpuacct.usage"
    return int(usage.read_text()) / 1e9 if usage.exists() else 0.0


def processes(name: str) -> list[int]:
    """Every process in the group and below it."""
    found: list[int] = []
    for directory, _, _ in os.walk(_register() / name):
        try:
            found += [int(line) for line in (Path(directory) / "cgroup.procs").read_text().split()]
        except OSError:  # the group went away under our eyes, and its processes with it
            continue
    return found


def _freezer(lab: Lab, host: Host) -> tuple[Path, str, str]:
    """The file, and what it holds while frozen and while not."""
    if is_version_2():
        return ROOT / group_name(lab, host) / "cgroup.freeze", "1", "0"
    return ROOT / "freezer" / group_name(lab, host) / "freezer.state", "FROZEN", "THAWED"


def frozen(lab: Lab, host: Host) -> bool:
    """Whether the host stands still, as a drill that was killed would leave it."""
    file, still, _ = _freezer(lab, host)
    return file.exists() and file.read_text().strip() == still


def thaw(lab: Lab, host: Host) -> None:
    """Lets the host go on: frozen processes take no signal, not even the last one."""
    file, _, moving = _freezer(lab, host)
    if file.exists():
        file.write_text(moving)


def send(name: str, pid: int, number: int) -> None:
    """Signals the process if it is still a member: the descriptor pins it before membership is looked up."""
    try:
        descriptor = os.pidfd_open(pid)
    except ProcessLookupError:
        return
    try:
        if pid in processes(name):
            signal.pidfd_send_signal(descriptor, number)
    except ProcessLookupError:
        return
    finally:
        os.close(descriptor)


def wait_empty(name: str, timeout: float) -> bool:
    """Whether the last process left within the time."""
    deadline = time.monotonic() + timeout
    while processes(name):
        if time.monotonic() > deadline:
            return False
        time.sleep(0.05)
    return True


def kill(name: str, timeout: float = 20.0) -> None:
    """Ends every member at once."""
    for pid in processes(name):
        send(name, pid, signal.SIGKILL)
    if not wait_empty(name, timeout):
        pids = " ".join(str(pid) for pid in processes(name))
        raise LabError(f"processes {pids} of {name} do not end even by SIGKILL; look at `ps -o pid,stat,wchan,cmd -p`")


def exists(lab: Lab, host: Host) -> bool:
    """Whether any group of the host is left."""
    names = (group_name(lab, host), supervisor_name(lab, host))
    return any((tree / name).exists() for tree in trees() for name in names)


def remove(name: str, timeout: float = 10.0) -> None:
    """Takes the group out of every tree; the kernel may hold an emptied one for a moment."""
    deadline = time.monotonic() + timeout
    for tree in trees():
        while (tree / name).exists():
            try:
                for directory, _, _ in os.walk(tree / name, topdown=False):
                    Path(directory).rmdir()
            except FileNotFoundError:
                continue
            except OSError as error:
                if time.monotonic() > deadline:
                    raise LabError(f"control group {tree / name} stays busy: {error}; see its cgroup.procs") from error
                time.sleep(0.05)


def remove_parents(lab: Lab) -> None:
    """The inventory's own level and, with the last lab gone, ours."""
    for tree in trees():
        for parent in (tree / "gridlake" / lab.inventory, tree / "gridlake"):
            if parent.exists() and not any(child.is_dir() for child in parent.iterdir()):
                parent.rmdir()
