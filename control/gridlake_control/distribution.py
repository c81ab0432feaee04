"""Distributions: one deterministic archive for each service, rebuilt only when its inputs change.

An archive has no leading folder: a host unpacks it into /opt/<name>-<version>.
"""

import hashlib
import importlib
import shutil
import subprocess
import zipfile
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Protocol

from gridlake_control import layout, lock, manifest, paths
from gridlake_control.errors import AssemblyError, MirrorError
from gridlake_control.lock import LockedFile
from gridlake_control.pins import DistributionPin

# Each with the modules whose text is part of what it is made from.
RECIPES: Mapping[str, tuple[str, ...]] = {
    "hadoop": ("hadoop",),
    "kafka": ("kafka",),
    "hive-metastore": ("hive_metastore",),
    "trino": ("trino",),
    "spark": ("spark", "spark_jars"),
    "spark-yarn-archive": ("spark_yarn_archive", "spark_jars"),
}
# Part of every inputs hash: raise it when the packing below changes.
_PACKING = "packing 1"


class Recipe(Protocol):
    """What a module of `recipes` offers."""

    PIN: str
    ARCHIVE: str

    def lay_out(self, inputs: layout.Inputs, stage: Path) -> tuple[str, ...]:
        """Fill the stage; the commands for the PATH."""


@dataclass(frozen=True)
class Plan:
    """One archive to be made: from what, and how."""

    name: str
    version: str
    suffix: str
    inputs: str
    lay_out: Callable[[Path], tuple[str, ...]]


def plans(pins: Mapping[str, DistributionPin], locked: Sequence[LockedFile], mirror: Path) -> Iterator[Plan]:
    """Every archive, in the order in which the lab needs them."""
    for name, modules in RECIPES.items():
        sources = [Path(__file__).parent / "recipes" / f"{module}.py" for module in modules]
        recipe: Recipe = importlib.import_module(f"gridlake_control.recipes.{modules[0]}")
        pin, launchers = pins[recipe.PIN], paths.LAUNCHERS / name
        files = sorted(entry for entry in locked if entry.distribution == pin.name)
        facts = [_PACKING, pin.version, *(f"{entry.sha512} {entry.name}" for entry in files)]
        digest = inputs_hash([*sources, Path(layout.__file__), launchers], facts)
        yield Plan(name, pin.version, recipe.ARCHIVE, digest, _Layout(recipe, pin, files, mirror, launchers))


def build(plan: Plan) -> bool:
    """Make the archive and enter it in the manifest, unless it is there already; whether anything was done."""
    if manifest.current(plan.name, plan.inputs):
        return False
    directory = paths.dist()
    directory.mkdir(parents=True, exist_ok=True)
    # A fixed name: what a killed run left is removed by the next one.
    scratch = directory / f".{plan.name}.building"
    shutil.rmtree(scratch, ignore_errors=True)
    stage, built = scratch / "stage", scratch / "archive"
    stage.mkdir(parents=True)
    try:
        link_bin = plan.lay_out(stage)
        pack(stage, built, plan.suffix)
        size = sum({s.st_ino: s.st_size for s in (path.lstat() for path in stage.rglob("*"))}.values())
        file = f"{plan.name}-{plan.version}.{plan.suffix}"
        entry = manifest.Distribution(plan.version, file, lock.sha512(built), size, link_bin, plan.inputs)
        built.rename(directory / file)
        manifest.record(plan.name, entry)
    finally:
        shutil.rmtree(scratch)
    return True


def inputs_hash(sources: Sequence[Path], facts: Sequence[str]) -> str:
    """Hash of everything that an archive is made of: files and trees by name, mode and content, and facts as text."""
    digest = hashlib.sha512()
    for fact in facts:
        digest.update(f"{fact}\n".encode())
    for source in sources:
        for path in sorted((source, *source.rglob("*"))):
            name = path.name if path == source else str(path.relative_to(source))
            if path.is_file():
                digest.update(f"{name} {path.stat().st_mode & 0o100:o} {lock.sha512(path)}\n".encode())
    return digest.hexdigest()


def pack(stage: Path, target: Path, suffix: str) -> None:
    """Pack a directory so that the same content gives the same bytes: sorted, no times, owner root."""
    if suffix == "zip":
        _zip(stage, target)
    elif suffix == "tar.zst":
        _tar_zst(stage, target)
    else:
        raise AssemblyError(f"no packing is known for .{suffix}; a recipe says tar.zst or zip")


@dataclass(frozen=True)
class _Layout:
    """A recipe with its inputs; each file is hashed again where it enters an archive: hosts get what was locked."""

    recipe: Recipe
    pin: DistributionPin
    files: Sequence[LockedFile]
    mirror: Path
    launchers: Path

    def __call__(self, stage: Path) -> tuple[str, ...]:
        for entry in self.files:
            path = self.mirror / entry.path
            if not path.is_file():
                raise MirrorError(f"{path} is missing; run `make mirror`")
            if (found := lock.sha512(path)) != entry.sha512:
                raise MirrorError(lock.mismatch(path, entry, found))
        artifacts = {entry.coordinate: self.mirror / entry.path for entry in self.files if entry.coordinate}
        sdist = next((self.mirror / entry.path for entry in self.files if entry.name == self.pin.sdist), None)
        return self.recipe.lay_out(layout.Inputs(self.pin, artifacts, sdist, self.launchers), stage)


def _tar_zst(stage: Path, target: Path) -> None:
    """Hard links inside the stage stay hard links."""
    tar = ["tar", "--sort=name", "--mtime=@0", "--owner=0", "--group=0", "--numeric-owner", "--format=gnu"]
    tar += ["--mode=u+rwX,go+rX,go-w", "-C", str(stage), "-cf", "-", "."]
    with target.open("wb") as output, subprocess.Popen(tar, stdout=subprocess.PIPE) as packing:
        packed = subprocess.run(["zstd", "-q", "-T0", "-3"], stdin=packing.stdout, stdout=output, check=False)
    if packing.returncode or packed.returncode:
        raise AssemblyError(f"packing failed (tar {packing.returncode}, zstd {packed.returncode}); is the disk full?")


def _zip(stage: Path, target: Path) -> None:
    """Stored, as jars are compressed already, with a fixed time and mode."""
    with zipfile.ZipFile(target, "w", zipfile.ZIP_STORED) as archive:
        for path in sorted(stage.rglob("*")):
            if path.is_file():
                info = zipfile.ZipInfo(str(path.relative_to(stage)), (1980, 1, 1, 0, 0, 0))
                info.external_attr = 0o644 << 16
                with path.open("rb") as source, archive.open(info, "w") as sink:
                    shutil.copyfileobj(source, sink, 1 << 20)
