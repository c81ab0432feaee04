"""A copy of the base image to build in and throw away: an overlay, entered with systemd-nspawn.

Mounts live in a mount namespace of their own, so a killed build leaves nothing but files, which the next one removes.
"""

import fcntl
import os
import shutil
import subprocess
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from gridlake_control import paths
from gridlake_control.errors import ControlError

# $1 lower, $2 upper, $3 work, $4 merged; the rest is the command line of systemd-nspawn.
_ENTER = (
    'mount -t overlay gridlake-build -o "lowerdir=$1,upperdir=$2,workdir=$3" "$4" && shift 4 && '
    'exec systemd-nspawn "$@"'
)
_MACHINE = "gridlake-build-"
# How this machine reaches package archives travels with the build: proxies, certificates, pip's settings.
_PASSED_ON = ("PIP_", "http_proxy", "https_proxy", "no_proxy", "HTTP_PROXY", "HTTPS_PROXY", "NO_PROXY", "SSL_CERT_FILE")
_PASSED_ON_FILES = ("/etc/ssl/certs/ca-certificates.crt", "/etc/pip.conf", "~/.config/pip/pip.conf", "~/.pip/pip.conf")


class BuildError(ControlError):
    """A command failed inside the throwaway copy."""


@dataclass(frozen=True)
class ThrowawayRoot:
    """The copy, while it exists."""

    base: Path
    folder: Path

    @property
    def changes(self) -> Path:
        """What the build has written, as a tree seen from outside."""
        return self.folder / "upper"

    def run(self, purpose: str, script: str, binds: Mapping[Path, str], arguments: Sequence[str] = ()) -> None:
        """Run a shell script inside; `binds` maps paths outside to writable paths inside."""
        layers = [str(self.base), *(str(self.folder / name) for name in ("upper", "work", "merged"))]
        nspawn = [f"--directory={self.folder / 'merged'}", f"--machine={_MACHINE}{os.getpid()}"]
        nspawn += [
            "--quiet",
            "--pipe",
            "--as-pid2",
            "--register=no",
            "--keep-unit",
            "--link-journal=no",
            "--timezone=off",
        ]
        nspawn += ["--resolv-conf=copy-host", "--setenv=DEBIAN_FRONTEND=noninteractive", "--setenv=LC_ALL=C.UTF-8"]
        nspawn += [f"--bind={outside}:{inside}" for outside, inside in binds.items()]
        nspawn += _machine_settings()
        shell = ["/bin/bash", "-euo", "pipefail", "-c", script, purpose, *arguments]
        command = [
            "unshare",
            "--mount",
            "--propagation=private",
            "sh",
            "-c",
            _ENTER,
            "enter",
            *layers,
            *nspawn,
            "--",
            *shell,
        ]
        log = self.folder / "log"
        with log.open("wb") as stream:
            done = subprocess.run(
                command, stdin=subprocess.DEVNULL, stdout=stream, stderr=subprocess.STDOUT, check=False
            )
        if done.returncode != 0:
            kept = paths.cache() / "base" / "build.log"
            shutil.copy(log, kept)
            said = log.read_text(encoding="utf-8", errors="replace").strip().splitlines()
            # nspawn cleans up after every run with a line that looks like the error and is not.
            last = [line for line in said if "/run/systemd/nspawn/propagate" not in line][-12:]
            raise BuildError(f"{purpose} failed; whole log in {kept}, its last lines:\n  " + "\n  ".join(last))


@contextmanager
def throwaway_root(base: Path) -> Iterator[ThrowawayRoot]:
    """Hold the only throwaway copy of this cache; a second build waits for the first."""
    if os.geteuid() != 0:
        raise BuildError("building needs a root file system of its own, which only root can mount; run this as root")
    folder = paths.cache() / "base" / ".throwaway"
    folder.mkdir(parents=True, exist_ok=True)
    with (paths.cache() / "base" / ".throwaway.lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        _remove_remains()
        shutil.rmtree(folder)
        for name in ("upper", "work", "merged"):
            (folder / name).mkdir(parents=True)
        root = ThrowawayRoot(base, folder)
        apt = subprocess.run(["apt-config", "dump", "Acquire"], check=True, capture_output=True, text=True).stdout
        settings = root.changes / "etc/apt/apt.conf.d/99controller"
        settings.parent.mkdir(parents=True)
        settings.write_text(apt, encoding="utf-8")
        try:
            yield root
        finally:
            shutil.rmtree(folder)


def _remove_remains() -> None:
    """Remove the folders that systemd-nspawn keeps for machines and that killed builds have left."""
    for remains in Path("/run/systemd/nspawn/propagate").glob(f"{_MACHINE}*"):
        if not Path("/proc", remains.name.removeprefix(_MACHINE)).exists():
            shutil.rmtree(remains)


def _machine_settings() -> list[str]:
    passed = {key: value for key, value in os.environ.items() if key.startswith(_PASSED_ON)}
    files = {Path(name).expanduser() for name in _PASSED_ON_FILES}
    files |= {Path(value) for value in passed.values() if value.startswith("/")}
    return [f"--setenv={key}={value}" for key, value in sorted(passed.items())] + [
        f"--bind-ro={path}" for path in sorted(files) if path.exists()
    ]
