"""The locks: the sha512 of every file, by distribution; coordinates only, never an address."""

import hashlib
import re
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path

from gridlake_control import paths
from gridlake_control.errors import LockError, PinError
from gridlake_control.pins import Coordinate

MAVEN_LOCK = paths.LOCKS / "maven.lock"
SDIST_LOCK = paths.LOCKS / "sdist.lock"
_SECTION = re.compile(r"\[([a-z][a-z0-9-]*)\]")
_ENTRY = re.compile(r"([0-9a-f]{128})  (\S+)")
_HEADER = (
    "# sha512 of every file, by distribution. Written by `make lock` from hadoop_conf/pins.yml; read the difference.\n"
)


@dataclass(frozen=True, order=True)
class LockedFile:
    """One file of one distribution, by Maven coordinate or by the name of a source package."""

    distribution: str
    name: str
    sha512: str

    @property
    def coordinate(self) -> Coordinate | None:
        """The Maven coordinate; None for a source package."""
        return Coordinate.parse(self.name) if ":" in self.name else None

    @property
    def path(self) -> Path:
        """Where the file lies, relative to the mirror."""
        coordinate = self.coordinate
        return Path("maven") / coordinate.repository_path if coordinate else Path("sdist") / self.name


def sha512(path: Path) -> str:
    """Hash a file of any size."""
    with path.open("rb") as stream:
        return hashlib.file_digest(stream, "sha512").hexdigest()


def mismatch(path: Path, entry: LockedFile, found: str) -> str:
    """The message for a file that is not the one that was locked."""
    return (
        f"{path} is not the file that was locked.\n"
        f"  artifact  {entry.name}\n  expected  {entry.sha512}\n  found     {found}\n"
        "Delete the file and run `make mirror` again; if the hash differs again, the source serves other bytes "
        "than it did when the lock was made: find out why before you run `make lock`."
    )


def read(*lock_files: Path) -> tuple[LockedFile, ...]:
    """Read locks (both when none is named); a malformed line is an error that names file and line."""
    return tuple(entry for lock_file in lock_files or (MAVEN_LOCK, SDIST_LOCK) for entry in _read_one(lock_file))


def write(lock_file: Path, entries: Iterable[LockedFile]) -> None:
    """Write entries sorted, so that the difference of two locks is the difference of what they lock."""
    lines, section = [_HEADER], ""
    for entry in sorted(set(entries)):
        if entry.distribution != section:
            section = entry.distribution
            lines.append(f"\n[{section}]\n")
        lines.append(f"{entry.sha512}  {entry.name}\n")
    lock_file.parent.mkdir(parents=True, exist_ok=True)
    lock_file.write_text("".join(lines), encoding="utf-8")


def _read_one(lock_file: Path) -> list[LockedFile]:
    try:
        lines = lock_file.read_text(encoding="utf-8").splitlines()
    except FileNotFoundError as error:
        raise LockError(f"no lock {lock_file}; restore it from version control or run `make lock`") from error
    except UnicodeDecodeError as error:
        raise LockError(
            f"{lock_file} is no text ({error}); restore it from version control or run `make lock`"
        ) from error
    entries: dict[tuple[str, str], LockedFile] = {}
    section = ""
    for number, line in enumerate(lines, start=1):
        if not line or line.startswith("#"):
            continue
        if heading := _SECTION.fullmatch(line):
            section = heading[1]
            continue
        match = _ENTRY.fullmatch(line)
        if match is None or not section:
            raise LockError(
                f"{lock_file}:{number}: expected `<sha512>  <name>` under a [distribution], found {line!r}; "
                "restore the lock from version control or run `make lock`"
            )
        entry = LockedFile(section, match[2], match[1])
        try:
            entry.path  # noqa: B018 - a malformed coordinate shows here, with its line
        except PinError as error:
            raise LockError(f"{lock_file}:{number}: {error}") from error
        if (section, entry.name) in entries:
            raise LockError(f"{lock_file}:{number}: {entry.name} is locked twice for {section}; run `make lock`")
        entries[section, entry.name] = entry
    if not entries:
        raise LockError(f"{lock_file} locks nothing; restore it from version control or run `make lock`")
    return list(entries.values())
