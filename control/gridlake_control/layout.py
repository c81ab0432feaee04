"""Laying files out for an archive: linked from the mirror, never changed there."""

import os
import shutil
import subprocess
import zipfile
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path

from gridlake_control.errors import AssemblyError
from gridlake_control.pins import Coordinate, DistributionPin


@dataclass(frozen=True)
class Inputs:
    """What a recipe may use: its pin, its locked files, its launchers."""

    pin: DistributionPin
    artifacts: dict[Coordinate, Path]
    sdist: Path | None
    launchers: Path

    def artifact(self, name: str, classifier: str = "") -> Path:
        """The one locked file of this artifact."""
        found = [path for c, path in self.artifacts.items() if (c.artifact, c.classifier) == (name, classifier)]
        if len(found) != 1:
            raise AssemblyError(
                f"{self.pin.name}: {len(found)} locked files are {name}, one is needed; run `make lock`"
            )
        return found[0]


def link(source: Path, target: Path) -> None:
    """Put a file in place without copying its bytes where the file system allows it."""
    target.parent.mkdir(parents=True, exist_ok=True)
    try:
        os.link(source, target)
    except OSError:  # another file system, or one without hard links
        shutil.copyfile(source, target)


def link_all(sources: Iterable[Path], directory: Path) -> None:
    """Put files side by side; two of the same name are an error, as one would shadow the other."""
    for source in sources:
        if (directory / source.name).exists():
            raise AssemblyError(f"two files want to be {directory.name}/{source.name}; exclude one in the pin file")
        link(source, directory / source.name)


def unzip(archive: Path, prefix: str, directory: Path) -> None:
    """Unpack what lies under a prefix of a jar, without the prefix."""
    with zipfile.ZipFile(archive) as jar:
        members = [info for info in jar.infolist() if info.filename.startswith(prefix) and not info.is_dir()]
        for info in members:
            target = directory / info.filename.removeprefix(prefix)
            target.parent.mkdir(parents=True, exist_ok=True)
            target.write_bytes(jar.read(info))
    if not members:
        raise AssemblyError(f"{archive.name} holds nothing under {prefix}; was it pinned to another version?")


def untar(archive: Path, directory: Path, *members: str, strip: int = 1) -> None:
    """Unpack a tarball (or some members of it), hard links kept, without its leading folder."""
    directory.mkdir(parents=True, exist_ok=True)
    command = ["tar", "-xf", str(archive), "-C", str(directory), "--no-same-owner", f"--strip-components={strip}"]
    if members:
        command += ["--wildcards", *members]
    result = subprocess.run(command, capture_output=True, text=True, check=False)
    if result.returncode != 0:
        raise AssemblyError(f"{archive.name} cannot be unpacked: {result.stderr.strip()}")


def copy_launchers(source: Path, stage: Path) -> tuple[str, ...]:
    """Copy a launcher tree over the stage; the names in its bin/ are what hosts find on their PATH."""
    shutil.copytree(source, stage, symlinks=True, dirs_exist_ok=True)
    return tuple(sorted(path.name for path in source.glob("bin/*")))
