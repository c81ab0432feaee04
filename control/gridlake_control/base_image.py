"""The base image: the Debian tree that lab hosts are overlays of.

`python -m gridlake_control.base_image` builds <cache>/base/debian13-<stamp> with mmdebstrap, or finds it there,
and prints its path. The stamp covers the package list and the recipe below, so a change of either makes a new tree.
"""

import fcntl
import hashlib
import json
import os
import shutil
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from gridlake_control import paths, pins
from gridlake_control.errors import ControlError, PinError, place_refusals

PACKAGE_LIST = Path("usr/share/gridlake/packages.json")
_BUILDING = ".building-"
_MOUNTS = Path("/proc/self/mounts")
# mmdebstrap mounts /proc, /sys and parts of /dev in the tree: here they end with it, however it ends.
_OWN_MOUNTS = ("unshare", "--mount", "--propagation=private")
# $1 is the tree. The JREs' postinst links man pages into a folder that the path exclusion leaves out.
_ESSENTIAL_HOOKS = (
    'mkdir -p "$1/usr/share/man/man1" "$1/etc/postgresql-common"',
    # Installing PostgreSQL must not make a cluster: the role makes it, on the disk of the host.
    'echo "create_main_cluster = false" > "$1/etc/postgresql-common/createcluster.conf"',
)
_CUSTOMIZE_HOOKS = (
    # Every host gets its own identity at its first boot, and mmdebstrap leaves the controller's name and resolver.
    'rm -f "$1"/etc/ssh/ssh_host_* "$1/etc/hostname" && : > "$1/etc/machine-id" && : > "$1/etc/resolv.conf"',
    # Timers that want the network or a disk of their own, neither of which a lab host has.
    'systemctl --quiet --root="$1" mask apt-daily.timer apt-daily-upgrade.timer fstrim.timer e2scrub_all.timer',
)
_EXCLUDED = ("/usr/share/doc/*", "/usr/share/man/*", "/usr/share/info/*", "/usr/share/locale/*")


class BaseImageError(ControlError):
    """The base image cannot be built."""


@dataclass(frozen=True)
class BaseImage:
    """What the tree is made of."""

    suite: str
    packages: tuple[str, ...]

    @property
    def stamp(self) -> str:
        """Twelve hex digits over everything that decides the content, except Debian's own updates."""
        recipe = (self.suite, sorted(self.packages), _ESSENTIAL_HOOKS, _CUSTOMIZE_HOOKS, _EXCLUDED)
        return hashlib.sha512(json.dumps(recipe).encode()).hexdigest()[:12]

    @property
    def path(self) -> Path:
        """Where the tree is, once it is built."""
        return paths.cache() / "base" / f"debian13-{self.stamp}"


def load(pin_file: Path = paths.PIN_FILE) -> BaseImage:
    """Read the base image of the pin file."""
    entry = pins.part("base_image", pin_file)
    if set(entry) != {"suite", "packages"} or not entry["packages"]:
        raise PinError(
            f"{pin_file}: pins.base_image needs `suite` and `packages` and nothing else, has {sorted(entry)}"
        )
    return BaseImage(suite=entry["suite"], packages=tuple(entry["packages"]))


def ensure(image: BaseImage) -> Path:
    """Build the tree unless it is there; the tree appears complete or not at all."""
    if image.path.is_dir():
        return image.path
    _refuse_without_means()
    image.path.parent.mkdir(parents=True, exist_ok=True)
    with _sole_builder(image.path.parent) as lock:
        if image.path.is_dir():
            return image.path
        for remains in image.path.parent.glob(f"{_BUILDING}*"):
            _clear(remains)
        unfinished = image.path.parent / f"{_BUILDING}{image.stamp}"
        _bootstrap(image, unfinished, lock)
        _record_packages(image, unfinished)
        unfinished.rename(image.path)
    return image.path


def _refuse_without_means() -> None:
    if os.geteuid() != 0:
        raise BaseImageError("the base image holds files of many owners, so only root can build it; run this as root")
    if shutil.which("mmdebstrap") is None:
        raise BaseImageError("mmdebstrap is not installed; run `make packages` or `apt-get install mmdebstrap`")


@contextmanager
def _sole_builder(folder: Path) -> Iterator[int]:
    with (folder / ".lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        yield lock.fileno()


def _clear(remains: Path) -> None:
    """Remove a tree, after what is mounted in it: the removal would go on into the machine's own /sys."""
    points = [Path(line.split()[1]) for line in _MOUNTS.read_text(encoding="utf-8").splitlines()]
    for point in sorted((point for point in points if point.is_relative_to(remains)), reverse=True):
        done = subprocess.run(["umount", str(point)], check=False, capture_output=True, text=True)
        if done.returncode:
            raise BaseImageError(f"{point} is still mounted by an earlier build ({done.stderr.strip()}); unmount it")
    shutil.rmtree(remains)


def _bootstrap(image: BaseImage, target: Path, lock: int) -> None:
    command = [
        *_OWN_MOUNTS,
        "mmdebstrap",
        "--quiet",
        "--mode=root",
        "--variant=minbase",
        f"--include={','.join(image.packages)}",
    ]
    command += [f"--dpkgopt=path-exclude={pattern}" for pattern in _EXCLUDED]
    command += [f"--essential-hook={hook}" for hook in _ESSENTIAL_HOOKS]
    command += [f"--customize-hook={hook}" for hook in _CUSTOMIZE_HOOKS]
    command += [image.suite, str(target)]
    if source := os.environ.get("GRIDLAKE_APT_SOURCE"):
        command.append(source)
    log = paths.cache() / "base" / "mmdebstrap.log"
    with log.open("wb") as stream:
        # It holds the lock too: where only this process is killed, the next build waits until its tree stands still.
        finished = subprocess.run(
            command,
            stdin=subprocess.DEVNULL,
            stdout=stream,
            stderr=subprocess.STDOUT,
            check=False,
            pass_fds=(lock,),
        )
    if finished.returncode != 0:
        last = log.read_text(encoding="utf-8", errors="replace").strip().splitlines()[-8:]
        raise BaseImageError(
            "mmdebstrap failed; whole log in "
            f"{log}, its last lines:\n  " + "\n  ".join(last) + "\n"
            "If the archive cannot be reached, set GRIDLAKE_APT_SOURCE to a Debian mirror or an apt source line."
        )


def _record_packages(image: BaseImage, tree: Path) -> None:
    query = ["dpkg-query", f"--admindir={tree}/var/lib/dpkg", "--show", "--showformat=${Package}\t${Version}\n"]
    listing = subprocess.run(query, check=True, capture_output=True, text=True).stdout
    versions = dict(line.split("\t", 1) for line in listing.splitlines())
    record = tree / PACKAGE_LIST
    record.parent.mkdir(parents=True)
    record.write_text(json.dumps({"suite": image.suite, "packages": versions}, indent=1) + "\n", encoding="utf-8")


def main() -> int:
    """Build or find the base image and print its path."""
    try:
        with place_refusals():
            print(ensure(load()))
    except ControlError as error:
        print(f"base image: {error}", file=sys.stderr)
        return 1
    return 0


if __name__ == "__main__":
    sys.exit(main())
