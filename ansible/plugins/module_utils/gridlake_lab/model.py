"""The facts of a lab, where each thing lives on the controller, and the error that names the next step."""

from __future__ import annotations

import subprocess
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from ipaddress import IPv4Address, IPv4Network
from pathlib import Path
from typing import ParamSpec

P = ParamSpec("P")


class LabError(Exception):
    """The lab cannot go on; the text names the cause and the operator's next step."""


@dataclass(frozen=True)
class Host:
    """One host of the lab and its directories below the state of its inventory."""

    name: str
    address: str
    memory_mb: int
    directory: Path
    data: Path

    @property
    def upper(self) -> Path:
        """What this host has written over the base image."""
        return self.directory / "upper"

    @property
    def work(self) -> Path:
        """Overlayfs' own directory."""
        return self.directory / "work"

    @property
    def root(self) -> Path:
        """The merged file system, mounted while the host is up."""
        return self.directory / "root"

    @property
    def image_record(self) -> Path:
        """Names the base image that the host was made from, for as long as it lives."""
        return self.directory / "image"

    @property
    def console(self) -> Path:
        """What the host's init and the supervisor printed since the last start."""
        return self.directory / "console.log"


@dataclass(frozen=True)
class Lab:
    """One inventory's hosts, network and directories."""

    inventory: str
    domain: str
    directory: Path
    bridge: str
    subnet: IPv4Network
    gateway: IPv4Address
    hosts: tuple[Host, ...]
    image: Path | None = None
    dist: Path | None = None
    programs: Path | None = None
    memory_needed_mb: int = 16384
    disk_needed_mb: int = 15360
    ready_timeout: float = 120.0
    stop_timeout: float = 90.0

    @property
    def ssh(self) -> Path:
        """Lab key, known hosts and client configuration."""
        return self.directory / "ssh"

    @property
    def alias(self) -> str:
        """The mark on the bridge by which we know that it is ours."""
        return f"gridlake {self.directory}"

    def machine(self, host: Host) -> str:
        """The container's name, unique over the labs of one machine."""
        return f"{self.inventory}-{host.name}"

    def host(self, name: str, address: str = "", memory_mb: int = 0) -> Host:
        """A host with the directories that its name gives it."""
        return Host(name, address, memory_mb, self.directory / "hosts" / name, self.directory / "data" / name)

    def existing_hosts(self) -> tuple[Host, ...]:
        """The inventory's hosts and those that left it but still have files here."""
        named = {host.name: host for host in self.hosts}
        found = {path.name for path in (self.directory / "hosts").glob("*") if path.is_dir()}
        return tuple(named.get(name) or self.host(name) for name in sorted(found | named.keys()))


@dataclass
class Changes:
    """Does the steps, or only names them in check mode, and remembers what was done."""

    check_mode: bool
    done: list[str] = field(default_factory=list)

    def make(self, description: str, step: Callable[P, object], *args: P.args, **kwargs: P.kwargs) -> None:
        """One change of the machine."""
        self.done.append(description)
        if not self.check_mode:
            step(*args, **kwargs)


def run(command: Sequence[str | Path]) -> str:
    """The command's output; a failure carries the command and what it printed."""
    done = subprocess.run([str(part) for part in command], capture_output=True, text=True, check=False)
    if done.returncode != 0:
        reason = done.stderr.strip() or done.stdout.strip()
        raise LabError(f"`{' '.join(str(part) for part in command)}` ended with {done.returncode}: {reason}")
    return done.stdout


def write_if_different(path: Path, content: str, mode: int) -> bool:
    """Whole file or nothing, so that a killed run leaves no half file; a link in its place is replaced."""
    regular = path.is_file() and not path.is_symlink()
    if regular and path.read_text() == content and path.stat().st_mode & 0o7777 == mode:
        return False
    path.parent.mkdir(parents=True, exist_ok=True)
    draft = path.with_name(f".{path.name}.gridlake")
    draft.unlink(missing_ok=True)
    draft.touch(mode=0o600)
    draft.write_text(content)
    draft.chmod(mode)
    draft.replace(path)
    return True
