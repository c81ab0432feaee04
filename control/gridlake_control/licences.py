"""Licences of Maven artifacts, read from their poms when the lock is made and committed beside it."""

import re
import xml.etree.ElementTree as ElementTree
from collections.abc import Iterable, Mapping
from pathlib import Path

from gridlake_control import paths
from gridlake_control.pins import Coordinate

LICENCES = paths.LOCKS / "licences.txt"
# Old poms name no namespace.
_POM = "{*}"
_HEADER = "# Licences that the poms of control/locks/maven.lock declare. Written by `make lock`.\n"
_MAX_PARENTS = 10
_PARENT = ("groupId", "artifactId", "version")
# Poms write names freely: what they write, in lower case and without punctuation, to SPDX.
SPDX: tuple[tuple[str, str], ...] = (
    (r"apache|^asl 2|asf", "Apache-2.0"),
    (r"bsd.*2|2.*bsd|simplified bsd", "BSD-2-Clause"),
    (r"bsd.*3|3.*bsd|new bsd|revised bsd|modified bsd|eclipse distribution license|edl|go license", "BSD-3-Clause"),
    (r"^(the )?(mit|bouncy castle)", "MIT"),
    (r"eclipse public license.*2|epl ?2", "EPL-2.0"),
    (r"eclipse public license|epl", "EPL-1.0"),
    (r"cddl.*1 1|cddl.*gpl.*1 1", "CDDL-1.1"),
    (r"cddl|common development and distribution", "CDDL-1.0"),
    (r"lesser|lgpl", "LGPL-2.1-or-later"),
    (r"gpl.*classpath|gpl2 w cpe", "GPL-2.0-with-classpath-exception"),
    (r"mozilla|mpl", "MPL-2.0"),
    (r"public domain|cc0", "CC0-1.0"),
)


def read(file: Path = LICENCES) -> dict[str, tuple[str, ...]]:
    """Licences by group:artifact:version; SPDX identifiers where the name is known, else the name as written."""
    lines = file.read_text(encoding="utf-8").splitlines()
    pairs = (line.split("  ", 1) for line in lines if line and not line.startswith("#"))
    return {name: tuple(licences.split(" | ")) for name, licences in pairs}


def write(licences: Mapping[str, Iterable[str]], file: Path = LICENCES) -> None:
    """One line for each artifact, sorted."""
    lines = (f"{name}  {' | '.join(licences[name])}\n" for name in sorted(licences))
    file.write_text(_HEADER + "".join(lines), encoding="utf-8")


def declared(coordinate: Coordinate, repository: Path) -> tuple[str, ...]:
    """What the pom of an artifact, or the nearest parent that says anything, declares; empty when none does."""
    group, artifact, version = coordinate.group, coordinate.artifact, coordinate.version
    for _ in range(_MAX_PARENTS):
        pom = repository / Path(*group.split("."), artifact, version, f"{artifact}-{version}.pom")
        if not pom.is_file():
            return ()
        project = ElementTree.fromstring(pom.read_bytes())  # noqa: S314 - poms of locked artifacts, no entities resolved
        names = [element.text or "" for element in project.findall(f"{_POM}licenses/{_POM}license/{_POM}name")]
        if names:
            return tuple(dict.fromkeys(spdx(name) for name in names))
        parent = project.find(f"{_POM}parent")
        if parent is None:
            return ()
        group, artifact, version = (parent.findtext(f"{_POM}{key}", "").strip() for key in _PARENT)
    return ()


def spdx(name: str) -> str:
    """The SPDX identifier of a licence name as poms write it; the name itself when it is not known."""
    plain = re.sub(r"[^a-z0-9]+", " ", name.lower()).strip()
    for pattern, identifier in SPDX:
        if re.search(pattern, plain):
            return identifier
    return " ".join(name.split())
