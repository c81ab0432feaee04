"""From whatever state the lab is in, one that a killed run left included, to the state that was asked for."""

from __future__ import annotations

import fcntl
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import asdict, dataclass

from . import cgroup, identity, network, overlay, preflight, readiness, supervisor
from .model import Changes, Host, Lab, LabError

_LOCK_TIMEOUT = 120.0


@dataclass(frozen=True)
class Status:
    """One line of `lab_status`."""

    host: str
    state: str
    address: str
    memory_used_mb: int
    memory_limit_mb: int | None
    uptime_seconds: int | None
    cpu_seconds: float
    leader: int | None


def status(lab: Lab) -> list[dict[str, object]]:
    """What is there now, without touching it."""
    return [asdict(_status(lab, host)) for host in lab.existing_hosts()]


def _status(lab: Lab, host: Host) -> Status:
    pid = supervisor.leader(lab, host)
    if pid is not None:
        state = "broken" if not _healthy(lab, host) else "frozen" if cgroup.frozen(lab, host) else "running"
    elif supervisor.alive(lab, host):
        state = "starting"
    elif cgroup.exists(lab, host) or overlay.mounts_below(host.directory):
        state = "broken"
    else:
        state = "stopped" if host.image_record.exists() else "absent"
    return Status(
        host=host.name,
        state=state,
        address=host.address,
        memory_used_mb=cgroup.used_mb(lab, host),
        memory_limit_mb=cgroup.limit_mb(lab, host),
        uptime_seconds=round(supervisor.uptime_seconds(pid)) if pid is not None else None,
        cpu_seconds=round(cgroup.cpu_seconds(lab, host), 1),
        leader=pid,
    )


def _healthy(lab: Lab, host: Host) -> bool:
    """Runs, would come back after its own reboot, and its file system can be reached from here."""
    return supervisor.supervised(lab, host) and bool(overlay.mounts_below(host.root))


def up(lab: Lab, changes: Changes) -> list[str]:
    """Every host of the inventory runs and answers; returns warnings."""
    _hosts_to_start(lab)  # before the lock, so that a refused run leaves no file at all
    with _alone(lab, changes):
        while True:
            starting = _hosts_to_start(lab)
            _start(lab, starting, changes)
            if changes.check_mode:
                return _older_images(lab)
            warnings, ended = readiness.wait(lab, lab.hosts)
            if not ended:
                return _older_images(lab) + warnings
            # A host that was running when we came was on its way down, told so by a run that was killed: start it now.
            if own := [text for host in starting if (text := ended.get(host.name))]:
                raise LabError("\n".join(own))


def _hosts_to_start(lab: Lab) -> tuple[Host, ...]:
    starting = tuple(host for host in lab.hosts if not _healthy(lab, host))
    if found := preflight.problems(lab, starting):
        raise LabError("the lab cannot start:\n" + "\n".join(f"- {text}" for text in found))
    return starting


def _start(lab: Lab, starting: tuple[Host, ...], changes: Changes) -> None:
    """What the hosts need, then the hosts themselves."""
    identity.ensure_keys(lab, changes)
    network.ensure(lab, changes)
    for host in starting:
        _clear(lab, host, changes)
        overlay.ensure(lab, host, changes)
    for host in lab.hosts:
        if overlay.mounts_below(host.root):  # not so for a new host in check mode
            identity.ensure_files(lab, host, changes)
    for host in lab.hosts:
        if cgroup.frozen(lab, host):
            changes.make(f"{host.name}: thawed", cgroup.thaw, lab, host)
        if host in starting:
            changes.make(f"{host.name}: started", supervisor.start, lab, host)
        elif cgroup.limit_mb(lab, host) != host.memory_mb:
            changes.make(f"{host.name}: memory set to {host.memory_mb} MiB", cgroup.set_limit, lab, host)
    if not changes.check_mode:
        identity.ensure_client(lab, changes)


def _older_images(lab: Lab) -> list[str]:
    older = [host.name for host in lab.hosts if lab.image is not None and overlay.image_of(lab, host) != lab.image]
    if not older:
        return []
    return [f"{', '.join(older)} keep the base image that they were made from; only `make lab-destroy` renews it"]


def _clear(lab: Lab, host: Host, changes: Changes) -> None:
    """Takes away what is left of a host that does not run properly; its files stay."""
    if supervisor.alive(lab, host):
        supervisor_less = "its supervisor is gone" if not supervisor.supervised(lab, host) else "it lost its mounts"
        changes.make(f"{host.name}: stopped, for {supervisor_less}", _stop, lab, [host])
    _forget(lab, host, changes)
    if (link := network.leftover(lab, host)) is not None:
        changes.make(f"{host.name}: left link {link} removed", network.unplug, link)


def _forget(lab: Lab, host: Host, changes: Changes) -> None:
    """Of a host without processes, neither control groups nor records of its container are left."""
    if cgroup.exists(lab, host):
        changes.make(f"{host.name}: control groups removed", _remove_groups, lab, host)
    if supervisor.records(lab, host):
        changes.make(f"{host.name}: container's records removed", supervisor.forget, lab, host)


def _remove_groups(lab: Lab, host: Host) -> None:
    for name in (cgroup.supervisor_name(lab, host), cgroup.group_name(lab, host)):
        cgroup.remove(name)


def _stop(lab: Lab, hosts: list[Host]) -> list[str]:
    """All at once, so that the slowest decides; names hosts that had to be killed."""
    asked = {host.name: supervisor.power_off(lab, host) for host in hosts}
    deadline = time.monotonic() + lab.stop_timeout
    killed = []
    for host in hosts:
        patience = max(0.0, deadline - time.monotonic()) if asked[host.name] else 0.0
        if not supervisor.finish(lab, host, patience) and asked[host.name]:
            killed.append(host.name)
    return killed


def down(lab: Lab, changes: Changes) -> list[str]:
    """No process, mount, link or control group is left; the hosts' files are."""
    with _alone(lab, changes):
        return _down(lab, changes)


def _down(lab: Lab, changes: Changes) -> list[str]:
    killed: list[str] = []
    hosts = lab.existing_hosts()
    if running := [host for host in hosts if supervisor.alive(lab, host)]:
        names = ", ".join(host.name for host in running)
        changes.make(f"{names}: powered off", lambda: killed.extend(_stop(lab, running)))
    for host in hosts:
        overlay.release(host, changes)
        _forget(lab, host, changes)
    network.remove(lab, changes)
    if not changes.check_mode:
        cgroup.remove_parents(lab)
    return [f"{name} did not end within {lab.stop_timeout:.0f} s and was killed" for name in killed]


def destroy(lab: Lab, changes: Changes) -> list[str]:
    """Down, and the hosts' files, keys and secrets are gone as well."""
    with _alone(lab, changes):
        warnings = _down(lab, changes)
        if lab.directory.exists():
            changes.make(f"{lab.directory} deleted", overlay.erase, lab.directory)
        return warnings


def remove(lab: Lab, changes: Changes, name: str) -> list[str]:
    """A host that left the inventory is gone, with its files."""
    if any(host.name == name for host in lab.hosts):
        raise LabError(f"{name} is in the inventory {lab.inventory}: take it out there first; nothing was done")
    host = next((host for host in lab.existing_hosts() if host.name == name), None)
    if host is None:
        raise LabError(f"no host {name!r} has files in {lab.directory}: `make lab-status` names those that have")
    with _alone(lab, changes):
        killed: list[str] = []
        if supervisor.alive(lab, host):
            changes.make(f"{name}: powered off", lambda: killed.extend(_stop(lab, [host])))
        overlay.release(host, changes)
        _forget(lab, host, changes)
        if (link := network.leftover(lab, host)) is not None:
            changes.make(f"{name}: left link {link} removed", network.unplug, link)
        for directory in (host.data, host.directory):  # the directory last: by it the host is known
            if directory.exists():
                changes.make(f"{directory} deleted", overlay.erase, directory)
        return [f"{one} did not end within {lab.stop_timeout:.0f} s and was killed" for one in killed]


@contextmanager
def _alone(lab: Lab, changes: Changes) -> Iterator[None]:
    """One run at a time for each inventory; a play that was killed may still have its module at work."""
    if changes.check_mode:
        yield
        return
    if found := preflight.privileges():
        raise LabError(found[0])
    path = lab.directory.with_name(f"{lab.directory.name}.lock")
    path.parent.mkdir(parents=True, exist_ok=True)
    deadline = time.monotonic() + _LOCK_TIMEOUT
    with path.open("w") as handle:
        while True:
            try:
                fcntl.flock(handle, fcntl.LOCK_EX | fcntl.LOCK_NB)
                break
            except BlockingIOError:
                if time.monotonic() > deadline:
                    raise LabError(f"another run holds {path}: wait for it, or see who has it open") from None
                time.sleep(0.2)
        yield
