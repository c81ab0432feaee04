"""The mirror on the controller: `python -m gridlake_control.mirror fetch | lock | assemble | verify`."""

import json
import shutil
import subprocess
import sys
import time
from collections.abc import Callable, Sequence
from concurrent.futures import FIRST_COMPLETED, ThreadPoolExecutor, wait
from pathlib import Path

import click

from gridlake_control import distribution, licences, lock, maven, paths, pins
from gridlake_control.errors import ControlError, LockError, MirrorError, ResolutionError, place_refusals
from gridlake_control.lock import LockedFile
from gridlake_control.only_one import only_one

STAMPS = "verified.json"
_REPORT_SECONDS = 5
Download = Callable[[Sequence[LockedFile], Path], None]


def download(missing: Sequence[LockedFile], mirror: Path) -> None:
    """Get files with the package clients as the machine has them configured."""
    wanted: dict[str, list[pins.Coordinate]] = {}
    for entry in missing:
        if entry.coordinate:
            wanted.setdefault(entry.distribution, []).append(entry.coordinate)
    with ThreadPoolExecutor() as pool:
        running = {pool.submit(maven.fetch, wanted, mirror / "maven")}
        running |= {pool.submit(_download_sdist, entry.name, mirror) for entry in missing if not entry.coordinate}
        reported = 0
        while running:
            done, running = wait(running, timeout=_REPORT_SECONDS, return_when=FIRST_COMPLETED)
            for task in done:
                task.result()
            here = sum((mirror / entry.path).is_file() for entry in missing)
            if here != reported:
                click.echo(f"mirror: {here} of {len(missing)} downloaded")
            reported = here


def fetch(locked: Sequence[LockedFile], mirror: Path, get: Download = download) -> int:
    """Get what is missing and check every file against the lock; the number of files that were downloaded.

    A file is hashed again only when its size or time has changed since it was last found good.
    """
    missing = [entry for entry in locked if not (mirror / entry.path).is_file()]
    if missing:
        click.echo(f"mirror: {len(missing)} of {len(locked)} files to download")
        get(missing, mirror)
    check(locked, mirror, _read_stamps(mirror))
    return len({entry.path for entry in missing})


def check(locked: Sequence[LockedFile], mirror: Path, stamps: dict[str, list[object]]) -> None:
    """Compare files with the lock, in parallel; the first difference in lock order is the error."""
    fresh: dict[str, list[object]] = {}

    def one(entry: LockedFile) -> None:
        path = mirror / entry.path
        try:
            status = path.stat()
        except FileNotFoundError as error:
            raise MirrorError(f"{entry.name} did not arrive as {path}; run `make mirror` again") from error
        # The time of the last change to the inode cannot be set back.
        stamp: list[object] = [status.st_size, status.st_mtime_ns, status.st_ctime_ns, entry.sha512]
        if stamps.get(str(entry.path)) != stamp and (found := lock.sha512(path)) != entry.sha512:
            raise MirrorError(lock.mismatch(path, entry, found))
        fresh[str(entry.path)] = stamp

    with ThreadPoolExecutor() as pool:
        for result in [pool.submit(one, entry) for entry in locked]:
            result.result()
    if fresh != stamps:
        temporary = mirror / f"{STAMPS}.new"
        temporary.write_text(json.dumps(fresh), encoding="utf-8")
        temporary.rename(mirror / STAMPS)


def relock(mirror: Path) -> None:
    """Resolve the pins again and write both locks from what was downloaded."""
    distributions = pins.load()
    resolved = maven.resolve(list(distributions.values()), mirror / "maven")
    entries = [LockedFile(name, str(c), "") for name, coordinates in resolved.items() for c in coordinates]
    entries += [LockedFile(pin.name, pin.sdist, "") for pin in distributions.values() if pin.sdist]
    for entry in entries:
        if not entry.coordinate and not (mirror / entry.path).is_file():
            _download_sdist(entry.name, mirror)
    with ThreadPoolExecutor() as pool:
        hashes = list(pool.map(lambda entry: lock.sha512(mirror / entry.path), entries))
    hashed = [LockedFile(e.distribution, e.name, digest) for e, digest in zip(entries, hashes, strict=True)]
    lock.write(lock.MAVEN_LOCK, (entry for entry in hashed if entry.coordinate))
    lock.write(lock.SDIST_LOCK, (entry for entry in hashed if not entry.coordinate))
    declared = {c.release: licences.declared(c, mirror / "maven") for e in hashed if (c := e.coordinate)}
    licences.write({release: names for release, names in declared.items() if names})
    click.echo(f"mirror: locked {len(hashed)} files")


def require_pins_locked(locked: Sequence[LockedFile]) -> None:
    """A pin that was changed without `make lock` would silently install the old version."""
    names = {(entry.distribution, entry.name) for entry in locked}
    for pin in pins.load().values():
        wanted = [str(c) for c in (*pin.roots, *pin.alone)] + ([pin.sdist] if pin.sdist else [])
        if absent := [name for name in wanted if (pin.name, name) not in names]:
            raise LockError(f"{pin.name} pins {', '.join(absent)}, which the lock does not hold; run `make lock`")


def _download_sdist(name: str, mirror: Path) -> None:
    """A source package by pip; it appears complete or not at all."""
    requirement = "==".join(name.removesuffix(".tar.gz").rsplit("-", 1))
    # A fixed name: what a killed run left is removed by the next one.
    scratch = mirror / "sdist" / f".{name}.downloading"
    shutil.rmtree(scratch, ignore_errors=True)
    scratch.mkdir(parents=True)
    command = [sys.executable, "-m", "pip", "download", "-q", "--no-deps", "--no-binary", ":all:"]
    try:
        result = subprocess.run([*command, "-d", scratch, requirement], capture_output=True, text=True, check=False)
        if result.returncode != 0 or not (scratch / name).is_file():
            raise ResolutionError(f"pip could not download {requirement} as {name}:\n{result.stderr.strip()}")
        (scratch / name).rename(mirror / "sdist" / name)
    finally:
        shutil.rmtree(scratch)


def _read_stamps(mirror: Path) -> dict[str, list[object]]:
    mirror.mkdir(parents=True, exist_ok=True)
    stamps = mirror / STAMPS
    if not stamps.exists():
        return {}
    try:
        content = json.loads(stamps.read_text(encoding="utf-8"))
    except ValueError:
        content = None
    if not isinstance(content, dict):
        # It only saves time, and a machine that lost its power may have left half of it.
        click.echo(f"mirror: {stamps} cannot be read, so every file is hashed again")
        return {}
    return content


class _Commands(click.Group):
    """Refusals are messages, not tracebacks."""

    def invoke(self, ctx: click.Context) -> object:
        try:
            with place_refusals():
                return super().invoke(ctx)
        except ControlError as error:
            raise click.ClickException(str(error)) from error


@click.group(cls=_Commands)
def main() -> None:
    """The mirror of every artifact, and the archives made of it."""


@main.command("fetch")
def fetch_command() -> None:
    """Download what is missing, check everything against the locks."""
    started, locked = time.monotonic(), lock.read()
    require_pins_locked(locked)
    with only_one(paths.mirror() / ".lock", "mirror"):
        count = fetch(locked, paths.mirror())
    click.echo(f"mirror: {len(locked)} files good, {count} downloaded, {time.monotonic() - started:.1f} s")


@main.command("lock")
def lock_command() -> None:
    """Resolve the pins again and rewrite the locks (explicit only: read the difference)."""
    with only_one(paths.mirror() / ".lock", "mirror"):
        relock(paths.mirror())


@main.command("assemble")
def assemble_command() -> None:
    """Make the archives that hosts install; those whose inputs have not changed stay."""
    locked = lock.read()
    require_pins_locked(locked)
    started = time.monotonic()
    with only_one(paths.dist() / ".assemble.lock", "dist"):
        for plan in distribution.plans(pins.load(), locked, paths.mirror()):
            outcome = "built" if distribution.build(plan) else "is current"
            click.echo(f"dist: {plan.name} {outcome}, {time.monotonic() - started:.1f} s")


@main.command("verify")
def verify_command() -> None:
    """Hash every file again, whatever was found before."""
    locked = lock.read()
    with only_one(paths.mirror() / ".lock", "mirror"):
        check(locked, paths.mirror(), {})
    click.echo(f"mirror: {len(locked)} files good")


if __name__ == "__main__":
    main()
