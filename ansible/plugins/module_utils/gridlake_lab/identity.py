"""What makes a copy of the base image one particular host: name, address, keys, and who may log in."""

from __future__ import annotations

import uuid
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from .model import Changes, Host, Lab, run, write_if_different

# As tmpfs, /tmp would count against the memory of whatever spills into it.
_MASKED = ("tmp.mount",)
_NAMED = 4  # files that a message names; a new host gets a dozen


@dataclass(frozen=True)
class File:
    """A file of a host, by its path in the host."""

    path: str
    content: str
    mode: int = 0o644


def ensure_keys(lab: Lab, changes: Changes) -> None:
    """The lab's key and one host key for each host exist; they live until the lab is destroyed."""
    wanted = [(lab.ssh / "id_ed25519", f"gridlake-{lab.inventory}")]
    wanted += [(_host_key(host), host.name) for host in lab.hosts]
    for path, comment in wanted:
        if not path.with_suffix(".pub").exists():
            changes.make(f"key {path.name} of {comment} made", _make_key, path, comment)


def _host_key(host: Host) -> Path:
    return host.directory / "ssh_host_ed25519_key"


def _make_key(path: Path, comment: str) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    path.unlink(missing_ok=True)  # half a pair from a killed run
    run(["ssh-keygen", "-q", "-t", "ed25519", "-N", "", "-C", comment, "-f", path])


def _public(path: Path) -> str:
    kind, key = path.with_suffix(".pub").read_text().split()[:2]
    return f"{kind} {key}"


def ensure_client(lab: Lab, changes: Changes) -> None:
    """`ssh -F config <host>` works and trusts exactly these hosts' keys."""
    known = "".join(
        f"{host.name},{host.name}.{lab.domain},{host.address} {_public(_host_key(host))}\n" for host in lab.hosts
    )
    blocks = [f"Host {host.name} {host.name}.{lab.domain}\n  HostName {host.address}\n" for host in lab.hosts]
    config = (
        "# Written by the lab role.\n"
        + "".join(blocks)
        + "Host *\n"
        + "  User root\n"
        + f"  IdentityFile {lab.ssh / 'id_ed25519'}\n"
        + "  IdentitiesOnly yes\n"
        + "  PasswordAuthentication no\n"
        + f"  UserKnownHostsFile {lab.ssh / 'known_hosts'}\n"
        + "  GlobalKnownHostsFile /dev/null\n"
        + "  StrictHostKeyChecking yes\n"
        # A lab that is down, or a host that stands still, is told within a minute instead of never.
        + "  ConnectTimeout 10\n"
        + "  ServerAliveInterval 15\n"
        + "  ServerAliveCountMax 3\n"
    )
    for name, content in (("known_hosts", known), ("config", config)):
        if _ensure_file(lab.ssh / name, content, 0o644, changes.check_mode):
            changes.done.append(f"{lab.ssh / name} written")


def ensure_files(lab: Lab, host: Host, changes: Changes) -> None:
    """The host's own files are in its mounted file system."""
    written = []
    for file in _files(lab, host):
        if _ensure_file(host.root / file.path.lstrip("/"), file.content, file.mode, changes.check_mode):
            written.append(file.path)
    for name, target in _links():
        path = host.root / name.lstrip("/")
        if not path.is_symlink() or str(path.readlink()) != target:
            written.append(name)
            if not changes.check_mode:
                _link(path, target)
    if written:
        what = " ".join(written) if len(written) <= _NAMED else f"{len(written)} files"
        changes.done.append(f"{host.name}: written {what}")


def _ensure_file(path: Path, content: str, mode: int, check_mode: bool) -> bool:
    if check_mode:
        return not path.is_file() or path.read_text() != content
    return write_if_different(path, content, mode)


def _link(path: Path, target: str) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    path.unlink(missing_ok=True)
    path.symlink_to(target)


def _files(lab: Lab, host: Host) -> Iterator[File]:
    if lab.programs is not None:
        yield File("/usr/local/sbin/lab-init", (lab.programs / "lab-init").read_text(), 0o755)
    yield File("/etc/hostname", f"{host.name}\n")
    yield File("/etc/hosts", hosts_file(lab))
    yield File("/etc/machine-id", _machine_id(host), 0o444)
    yield File("/etc/resolv.conf", "# The lab has no name server and no way out: names are in /etc/hosts.\n")
    yield File("/etc/locale.conf", "LANG=C.UTF-8\n")
    yield File(
        "/etc/systemd/network/10-lab.network",
        "# No gateway: packages come from the base image, artifacts from /srv/gridlake/dist.\n"
        "[Match]\nName=host0\n\n"
        f"[Network]\nAddress={host.address}/{lab.subnet.prefixlen}\nLinkLocalAddressing=no\nIPv6AcceptRA=no\n",
    )
    yield File(
        "/etc/ssh/sshd_config.d/10-gridlake-lab.conf",
        "HostKey /etc/ssh/ssh_host_ed25519_key\n"
        "PermitRootLogin prohibit-password\nPasswordAuthentication no\nUseDNS no\n",
    )
    yield File("/etc/ssh/ssh_host_ed25519_key", _host_key(host).read_text(), 0o600)
    yield File("/etc/ssh/ssh_host_ed25519_key.pub", _host_key(host).with_suffix(".pub").read_text())
    yield File("/root/.ssh/authorized_keys", (lab.ssh / "id_ed25519.pub").read_text(), 0o600)


def hosts_file(lab: Lab) -> str:
    """Names of all hosts, the full one first; loopback is localhost only, or a daemon would bind to it by its name."""
    entries = [(str(lab.gateway), "controller"), *((host.address, host.name) for host in lab.hosts)]
    lines = ["127.0.0.1 localhost", "::1 localhost ip6-localhost ip6-loopback"]
    lines += [f"{address} {name}.{lab.domain} {name}" for address, name in entries]
    return "\n".join(lines) + "\n"


def _machine_id(host: Host) -> str:
    record = host.directory / "machine-id"
    if not record.exists():
        write_if_different(record, f"{uuid.uuid4().hex}\n", 0o444)
    return record.read_text()


def _links() -> Iterator[tuple[str, str]]:
    system = "/etc/systemd/system"
    yield "/etc/localtime", "/usr/share/zoneinfo/Etc/UTC"
    yield (
        f"{system}/multi-user.target.wants/systemd-networkd.service",
        "/usr/lib/systemd/system/systemd-networkd.service",
    )
    for unit in _MASKED:
        yield f"{system}/{unit}", "/dev/null"
