"""The hosts' Python environments, built once from locks and delivered like every other distribution.

Wheels are fetched into mirror/wheels and must match their lock; what PyPI has as source only is built to wheels once.
Each environment is made at its final path in a throwaway copy of the base image, since hosts carry no compiler.
"""

import argparse
import hashlib
import re
import shutil
import subprocess
import sys
import time
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from gridlake_control import base_image, lock, manifest, paths, pins
from gridlake_control.errors import AssemblyError, ControlError, LockError, MirrorError, PinError, place_refusals
from gridlake_control.throwaway_root import ThrowawayRoot, throwaway_root

_TOOLS = 'apt-get -qq update && apt-get -qq install -y --no-install-recommends "$@"'
# Parts at the same time: most of the time is waiting for the index.
_FETCH = """
running=()
for part in /build/part.*; do
  python3 -m pip -q download --no-deps --require-hashes --only-binary=:all: --dest /incoming -r "$part" & running+=($!)
done
for one in "${running[@]}"; do wait "$one"; done
"""
# One by one in parallel; Cython's output for krb5 and gssapi takes minutes to optimise and saves nobody a second.
_BUILD_WHEELS = """
export CFLAGS="-O0 -g0"
running=()
while read -r line; do
  echo "$line" > "/build/source.${#running[@]}"
  python3 -m pip -q wheel --no-deps --require-hashes --wheel-dir /built -r "/build/source.${#running[@]}" \
& running+=($!)
done < /build/source.txt
for one in "${running[@]}"; do wait "$one"; done
"""
# Bytecode is not checked against its source at import: unpacking may then change times, and imports are quicker.
_MAKE = """
rm -rf "$1"
python3 -m venv --without-pip "$1"
install=(python3 -m pip -q --python "$1/bin/python" install --no-index --no-deps --no-compile)
"${install[@]}" --require-hashes --find-links /wheels -r /build/wheels.txt
if [ -s /build/built.txt ]; then "${install[@]}" --find-links /built -r /build/built.txt; fi
cd "$1"/lib/python3*/site-packages
rm -rf pandas/tests numpy/tests numpy/*/tests pyarrow/tests
python3 -m compileall -q -j 0 --invalidation-mode unchecked-hash .
"""
_PACK = [
    "tar",
    "--sort=name",
    "--mtime=@0",
    "--owner=0",
    "--group=0",
    "--numeric-owner",
    "--use-compress-program=zstd -T0 -6",
]
_PARTS = 6
# Locks in the order of their resolution; what one environment must share with another is a constraint.
_RESOLUTIONS: Mapping[str, Sequence[str]] = {
    "controller": ("-c", "scientific.in"),
    "controller-data": ("--no-deps",),
    "spark-tests": ("-c", "controller.txt"),
    "airflow": ("-c", "scientific.in"),
    "dbt": (),
    "headend": ("-c", "scientific.in"),
    "power-flow-oracle": ("-c", "scientific.in"),
    "site": (),
    "deck-schema": (),
}
_REQUIREMENT = re.compile(r"^([A-Za-z0-9._-]+)==([^\s\\;]+)")
_HASH = re.compile(r"--hash=sha256:([0-9a-f]{64})")


@dataclass(frozen=True)
class Requirement:
    """One line of a lock: a release and the files that may be it."""

    name: str
    version: str
    sha256: frozenset[str]

    @property
    def line(self) -> str:
        """The requirement as pip reads it."""
        return f"{self.name}=={self.version} " + " ".join(f"--hash=sha256:{digest}" for digest in sorted(self.sha256))


@dataclass(frozen=True)
class Environment:
    """One virtual environment of the hosts."""

    name: str
    version: str
    requirements: tuple[Requirement, ...]
    source: frozenset[str]
    interpreter: str

    @property
    def wheels(self) -> tuple[Requirement, ...]:
        """What is fetched ready-made."""
        return tuple(one for one in self.requirements if one.name not in self.source)

    @property
    def built(self) -> tuple[Requirement, ...]:
        """What is built from source."""
        return tuple(one for one in self.requirements if one.name in self.source)

    @property
    def inputs(self) -> str:
        """Digest of everything that decides the content."""
        facts = (
            self.name,
            self.version,
            self.interpreter,
            sorted(one.line for one in self.requirements),
            sorted(self.source),
        )
        recipe = (_MAKE, _PACK, _BUILD_WHEELS if self.source else "")
        return hashlib.sha512(repr((facts, recipe)).encode()).hexdigest()

    @property
    def folder(self) -> str:
        """Name of its folder in /opt."""
        return f"{self.name}-{self.version}"


@dataclass(frozen=True)
class PythonPins:
    """The part of the pin file that is about Python."""

    build_packages: tuple[str, ...]
    environments: tuple[Environment, ...]


def load(pin_file: Path = paths.PIN_FILE, locks: Path = paths.LOCKS) -> PythonPins:
    """Read the environments of the pin file with their locks."""
    entry = pins.part("python", pin_file)
    if set(entry) != {"interpreter", "build_packages", "environments"}:
        raise PinError(
            f"{pin_file}: pins.python needs interpreter, build_packages and environments, has {sorted(entry)}"
        )
    environments = []
    for name, pin in entry["environments"].items():
        if not {"version", "licence", "locks"} <= set(pin) <= {"version", "licence", "locks", "source"}:
            raise PinError(
                f"{pin_file}: pins.python.environments.{name} needs version, licence and locks and may have source, "
                f"has {sorted(pin)}"
            )
        requirements = tuple(one for lock_name in pin["locks"] for one in read_lock(locks / f"{lock_name}.txt"))
        source = frozenset(pin.get("source", ()))
        if missing := source - {one.name for one in requirements}:
            raise PinError(f"{pin_file}: {name} builds {sorted(missing)} from source, which its locks do not hold")
        environments.append(Environment(name, pin["version"], requirements, source, entry["interpreter"]))
    return PythonPins(tuple(entry["build_packages"]), tuple(environments))


def read_lock(lock_file: Path) -> tuple[Requirement, ...]:
    """Read a lock in pip's format; every requirement must carry hashes."""
    try:
        text = lock_file.read_text(encoding="utf-8")
    except FileNotFoundError as error:
        raise LockError(f"no lock {lock_file}; restore it from version control or run `make lock`") from error
    requirements = []
    for line in text.replace("\\\n", " ").splitlines():
        if not line.strip() or line.lstrip().startswith("#"):
            continue
        match, digests = _REQUIREMENT.match(line), _HASH.findall(line)
        if match is None or not digests:
            raise LockError(
                f"{lock_file}: {line.split('--hash')[0].strip()!r} is no release with hashes; run `make lock`"
            )
        requirements.append(Requirement(_normal(match[1]), match[2], frozenset(digests)))
    if not requirements:
        raise LockError(f"{lock_file} locks nothing; restore it from version control or run `make lock`")
    return tuple(requirements)


def missing_files(folder: Path, requirements: Iterable[Requirement]) -> list[Requirement]:
    """Which requirements have no file in `folder`; a file that is not the locked one is an error that names it."""
    present: dict[tuple[str, str], Path] = {}
    for path in sorted(folder.glob("*.whl")):
        name, version = path.name.split("-")[:2]
        present[_normal(name), version] = path
    missing = []
    for one in requirements:
        found = present.get((one.name, one.version))
        if found is None:
            missing.append(one)
        elif _sha256(found) not in one.sha256:
            raise MirrorError(
                f"{found} is not the file that control/locks holds; remove it and run `make mirror` again"
            )
    return missing


def build(pins: PythonPins, names: Sequence[str] = ()) -> list[str]:
    """Build the archives that are missing or outdated; returns the names of those that were built."""
    known = {environment.name: environment for environment in pins.environments}
    if unknown := sorted(set(names) - set(known)):
        raise AssemblyError(f"no Python environments {unknown}; the pin file knows {sorted(known)}")
    wanted = [known[name] for name in (names or known) if not manifest.current(name, known[name].inputs)]
    if not wanted:
        return []
    with throwaway_root(base_image.ensure(base_image.load())) as root:
        _prepare(root, pins, wanted)
        for environment in wanted:
            _make(root, environment)
    return [environment.name for environment in wanted]


def _prepare(root: ThrowawayRoot, pins: PythonPins, wanted: Sequence[Environment]) -> None:
    """Bring every wheel that is wanted into the mirror."""
    wheels, built, incoming = _folders()
    all_wheels = {one.line: one for environment in wanted for one in environment.wheels}
    missing = missing_files(wheels, all_wheels.values())
    unbuilt = [one for environment in wanted for one in environment.built if not _built_wheels(built, one)]
    with _Timed("tools of the build"):
        packages = ["python3-venv", "python3-pip", *(pins.build_packages if unbuilt else ())]
        root.run("installing the build tools", _TOOLS, {}, packages)
    if missing:
        with _Timed(f"{len(missing)} wheels fetched"):
            # Dealt out by name: two releases of one project must not meet in one call of pip.
            ordered = sorted(missing, key=lambda one: one.name)
            for part in range(min(_PARTS, len(ordered))):
                _write(root, f"part.{part}", ordered[part::_PARTS])
            root.run("fetching wheels", _FETCH, {incoming: "/incoming"})
            if still := missing_files(incoming, missing):
                raise MirrorError(f"pip fetched no wheel for {[one.name for one in still]}; name them under `source`")
            for path in incoming.glob("*.whl"):
                path.replace(wheels / path.name)
    if unbuilt:
        with _Timed(f"{len(unbuilt)} wheels built from source"):
            _write(root, "source.txt", unbuilt)
            root.run("building wheels from source", _BUILD_WHEELS, {built: "/built"})


def _make(root: ThrowawayRoot, environment: Environment) -> None:
    wheels, built, _ = _folders()
    with _Timed(environment.folder):
        _write(root, "wheels.txt", environment.wheels)
        listing = root.changes / "build" / "built.txt"
        listing.write_text("".join(f"{one.name}=={one.version}\n" for one in environment.built), encoding="utf-8")
        place = f"/opt/{environment.folder}"
        root.run(f"making {environment.folder}", _MAKE, {wheels: "/wheels", built: "/built"}, [place])
        tree = root.changes / "opt" / environment.folder
        archive = paths.dist() / f"{environment.folder}.tar.zst"
        paths.dist().mkdir(parents=True, exist_ok=True)
        unfinished = paths.dist() / f".{archive.name}.unfinished"
        packed = subprocess.run(
            [*_PACK, f"--file={unfinished}", "--create", f"--directory={tree.parent}", tree.name], check=False
        )
        if packed.returncode:
            raise AssemblyError(f"packing {environment.folder} failed (tar {packed.returncode}); is the disk full?")
        size = sum(path.lstat().st_size for path in tree.rglob("*") if path.is_file() and not path.is_symlink())
        digest = lock.sha512(unfinished)
        unfinished.replace(archive)
        entry = manifest.Distribution(environment.version, archive.name, digest, size, (), environment.inputs)
        manifest.record(environment.name, entry)
        shutil.rmtree(tree)


def _folders() -> tuple[Path, Path, Path]:
    """Wheels that match a lock, wheels built here, and the folder where downloads wait for their check."""
    folders = (paths.mirror() / "wheels", paths.mirror() / "wheels-built", paths.mirror() / ".incoming-wheels")
    for folder in folders:
        folder.mkdir(parents=True, exist_ok=True)
    return folders


def _built_wheels(folder: Path, requirement: Requirement) -> list[Path]:
    return [
        path
        for path in folder.glob("*.whl")
        if (_normal(path.name.split("-")[0]), path.name.split("-")[1]) == (requirement.name, requirement.version)
    ]


def _write(root: ThrowawayRoot, name: str, requirements: Iterable[Requirement]) -> None:
    folder = root.changes / "build"
    folder.mkdir(exist_ok=True)
    (folder / name).write_text("".join(f"{one.line}\n" for one in requirements), encoding="utf-8")


def _normal(name: str) -> str:
    return re.sub(r"[-_.]+", "-", name).lower()


def _sha256(path: Path) -> str:
    with path.open("rb") as stream:
        return hashlib.file_digest(stream, "sha256").hexdigest()


class _Timed:
    """Say what was done and how long it took."""

    def __init__(self, what: str) -> None:
        self.what, self.started = what, time.monotonic()

    def __enter__(self) -> None:
        self.started = time.monotonic()

    def __exit__(self, kind: object, *_: object) -> None:
        if kind is None:
            print(f"python environments: {self.what}: {time.monotonic() - self.started:.1f} s", flush=True)


def resolve(locks: Path = paths.LOCKS) -> None:
    """Write every lock anew from the .in file beside it, each for the Python that it is for."""
    uv = Path(sys.executable).with_name("uv")
    if not uv.exists():
        raise AssemblyError(f"no {uv}; run this with the controller's environment (`make venv`)")
    interpreter = pins.part("python")["interpreter"]
    for name, options in _RESOLUTIONS.items():
        target = (
            ["--python-version", interpreter] if name in ("airflow", "dbt", "headend") else ["--python-version", "3.11"]
        )
        command = [
            str(uv),
            "pip",
            "compile",
            "--quiet",
            "--upgrade",
            "--generate-hashes",
            "--no-annotate",
            "--no-header",
        ]
        command += [*target, "--python-platform", "x86_64-manylinux_2_36", *options, f"{name}.in", "-o", f"{name}.txt"]
        done = subprocess.run(command, cwd=locks, check=False, capture_output=True, text=True)
        if done.returncode != 0:
            raise LockError(f"{name}.in cannot be resolved; loosen what contradicts:\n{done.stderr.strip()}")


def main() -> int:
    """Build what is missing, or with --lock resolve the locks anew."""
    parser = argparse.ArgumentParser(prog="python_environments", description=main.__doc__)
    parser.add_argument("names", nargs="*", help="environments to build; all when none is named")
    parser.add_argument("--lock", action="store_true", help="resolve control/locks/*.in into *.txt")
    arguments = parser.parse_args()
    try:
        with place_refusals():
            if arguments.lock:
                resolve()
            else:
                build(load(), arguments.names)
    except ControlError as error:
        print(f"python environments: {error}", file=sys.stderr)
        return 1
    return 0


if __name__ == "__main__":
    sys.exit(main())
