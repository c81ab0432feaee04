"""Maven as resolver and downloader, on a local repository of our own so that nothing leaks from the user's."""

import os
import subprocess
import tempfile
from collections.abc import Mapping, Sequence
from pathlib import Path
from xml.sax.saxutils import escape

from gridlake_control.errors import PlaceError, ResolutionError, disk_full
from gridlake_control.pins import Coordinate, DistributionPin

_PLUGIN = "org.apache.maven.plugins:maven-dependency-plugin:3.8.1"
_LIGHT_JVM = "-XX:+UseSerialGC -XX:TieredStopAtLevel=1"
_LOG_TAIL = 25


def resolve(pins: Sequence[DistributionPin], repository: Path) -> dict[str, tuple[Coordinate, ...]]:
    """Resolve roots with their dependencies; the exact files of each distribution, downloaded too."""
    with tempfile.TemporaryDirectory(prefix="gridlake-resolve-") as scratch:
        project = Path(scratch)
        roots = {pin.name: _dependencies(pin.roots, pin.exclude) for pin in pins if pin.roots}
        alone = {pin.name: pin.alone for pin in pins if pin.alone}
        if roots:
            _write_project(project, roots)
            _run(
                project,
                repository,
                f"{_PLUGIN}:list",
                "-DincludeScope=runtime",
                "-DoutputFile=resolved.txt",
            )
        fetch(alone, repository)
        resolved = {name: _read_list(project / name / "resolved.txt") for name in roots}
    return {pin.name: tuple(dict.fromkeys((*resolved.get(pin.name, ()), *pin.alone))) for pin in pins}


def fetch(wanted: Mapping[str, Sequence[Coordinate]], repository: Path) -> None:
    """Download exactly these files, in parallel and without resolving anything again."""
    wanted = {name: coordinates for name, coordinates in wanted.items() if coordinates}
    if not wanted:
        return
    with tempfile.TemporaryDirectory(prefix="gridlake-fetch-") as scratch:
        # Every exclusion is there: a dependency's own pom cannot bring a file that the lock does not name.
        _write_project(
            Path(scratch),
            {name: _dependencies(coordinates, ("*:*",)) for name, coordinates in wanted.items()},
        )
        _run(Path(scratch), repository, f"{_PLUGIN}:resolve", "-DexcludeTransitive=true", "-Dsilent=true")


def _dependencies(coordinates: Sequence[Coordinate], exclude: Sequence[str]) -> str:
    exclusions = "".join(
        f"<exclusion><groupId>{group}</groupId><artifactId>{artifact}</artifactId></exclusion>"
        for group, artifact in (pattern.split(":") for pattern in exclude)
    )
    return "\n".join(
        f"<dependency><groupId>{escape(c.group)}</groupId><artifactId>{escape(c.artifact)}</artifactId>"
        f"<version>{escape(c.version)}</version><type>{escape(c.extension)}</type>"
        + (f"<classifier>{escape(c.classifier)}</classifier>" if c.classifier else "")
        + f"<exclusions>{exclusions}</exclusions></dependency>"
        for c in coordinates
    )


def _write_project(directory: Path, dependencies: Mapping[str, str]) -> None:
    """One module for each distribution: two of them may pin different versions of the same artifact."""
    modules = "".join(f"<module>{name}</module>" for name in dependencies)
    (directory / "pom.xml").write_text(_pom("mirror", f"<packaging>pom</packaging><modules>{modules}</modules>"))
    for name, block in dependencies.items():
        (directory / name).mkdir()
        body = f"<packaging>pom</packaging><dependencies>\n{block}\n</dependencies>"
        (directory / name / "pom.xml").write_text(_pom(name, body))


def _pom(name: str, body: str) -> str:
    return (
        '<project xmlns="http://maven.apache.org/POM/4.0.0"><modelVersion>4.0.0</modelVersion>'
        f"<groupId>gridlake.mirror</groupId><artifactId>{name}</artifactId><version>1</version>{body}</project>\n"
    )


def _run(project: Path, repository: Path, *goal: str) -> None:
    # -U: Maven remembers for a day what a repository did not have, also when it has it since.
    command = ["mvn", "-B", "-U", "-ntp", "-T", "4"]
    command += [f"-Dmaven.repo.local={repository}", "-Dmaven.artifact.threads=8", *goal]
    repository.mkdir(parents=True, exist_ok=True)
    try:
        result = subprocess.run(
            command,
            cwd=project,
            env={**os.environ, "MAVEN_OPTS": f"{_LIGHT_JVM} {os.environ.get('MAVEN_OPTS', '')}"},
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
            check=False,
        )
    except FileNotFoundError as error:
        raise ResolutionError("there is no `mvn` on the PATH; install Debian's package maven") from error
    if result.returncode != 0:
        if "No space left on device" in result.stdout:
            raise PlaceError(disk_full(repository))
        lines = result.stdout.splitlines()
        # Errors first: hundreds of warnings may stand before the one that says why.
        errors = [line for level in ("ERROR", "WARN") for line in lines if level in line]
        tail = "\n".join(errors[:_LOG_TAIL])
        raise ResolutionError(
            f"Maven failed; check that its repositories answer, then run `make mirror` again.\n{tail}"
        )


def _read_list(listing: Path) -> tuple[Coordinate, ...]:
    """Lines look like `   org.x:y:jar[:classifier]:1.0:compile -- module y (auto)`."""
    lines = (line.strip().split(" ")[0] for line in listing.read_text(encoding="utf-8").splitlines())
    return tuple(Coordinate.parse(line.rpartition(":")[0]) for line in lines if line.count(":") >= 4)
