"""The hosts' file systems: one base image below, what a host has written above."""

from __future__ import annotations

import shutil
import time
from pathlib import Path

from .model import Changes, Host, Lab, LabError, run


def mounts_below(directory: Path) -> list[Path]:
    """Mount points at or below the directory, the deepest first."""
    points = []
    for line in Path("/proc/self/mountinfo").read_text().splitlines():
        point = Path(line.split()[4].encode().decode("unicode_escape"))
        if point == directory or directory in point.parents:
            points.append(point)
    return sorted(points, key=lambda point: len(point.parts), reverse=True)


def image_of(lab: Lab, host: Host) -> Path:
    """The image that the host was made from; a new host gets the current one.

    An existing host never changes its image: its package database and accounts, copied up at the first write, would
    hide those of the new one.
    """
    if host.image_record.exists():
        return Path(host.image_record.read_text().strip())
    if lab.image is None:
        raise LabError(f"{host.name} is new and no base image was given: pass `image`")
    return lab.image


def ensure(lab: Lab, host: Host, changes: Changes) -> None:
    """The host's root is mounted, once."""
    if mounts_below(host.root):
        return
    changes.make(f"{host.name}: file system mounted", _mount, lab, host)


def _mount(lab: Lab, host: Host) -> None:
    for directory in (host.upper, host.work, host.root, host.data):
        directory.mkdir(parents=True, exist_ok=True)
    for directory in (host.upper, host.data):
        directory.chmod(0o755)
    image = image_of(lab, host)
    host.image_record.write_text(f"{image}\n")
    options = f"lowerdir={image},upperdir={host.upper},workdir={host.work}"
    run(["mount", "-t", "overlay", f"gridlake-{lab.machine(host)}", "-o", options, host.root])


def release(host: Host, changes: Changes) -> None:
    """Nothing of the host is mounted any more."""
    for point in mounts_below(host.directory):
        changes.make(f"{host.name}: {point.name} unmounted", _unmount, point)


def _unmount(point: Path, timeout: float = 10.0) -> None:
    deadline = time.monotonic() + timeout
    while True:
        try:
            run(["umount", point])
            return
        except LabError as error:
            if time.monotonic() > deadline:
                users = " ".join(_users(point)) or "unknown"
                raise LabError(f"{point} is in use by processes {users}: leave it and run again ({error})") from error
            time.sleep(0.1)


def _users(point: Path) -> list[str]:
    """Processes with their working directory or root in the mount."""
    found = []
    for process in Path("/proc").glob("[0-9]*"):
        for link in ("cwd", "root"):
            try:
                place = (process / link).readlink()
            except OSError:  # ended meanwhile
                continue
            if place == point or point in place.parents:
                found.append(process.name)
                break
    return found


def erase(directory: Path) -> None:
    """Removes a lab's files, never through a mount."""
    if mounted := mounts_below(directory):
        raise LabError(f"{mounted[0]} is still mounted: unmount it, then run again; nothing was deleted")
    if directory.exists():
        shutil.rmtree(directory)
