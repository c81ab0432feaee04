"""The bill of materials: `python -m gridlake_control.sbom` writes build/sbom.cdx.json (CycloneDX 1.6).

Made from the pins and the locks alone, so that the same commit gives the same bytes and nothing need be downloaded.
"""

import json
import uuid
from collections.abc import Iterable, Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any

from cyclonedx.schema import SchemaVersion
from cyclonedx.validation.json import JsonStrictValidator
from packageurl import PackageURL

from gridlake_control import licences, lock, paths, pins, python_environments
from gridlake_control.errors import ControlError
from gridlake_control.lock import LockedFile
from gridlake_control.pins import Coordinate

Component = dict[str, Any]
TARGET = paths.BUILD / "sbom.cdx.json"
_NAMESPACE = uuid.UUID("6f2d1c0e-7a55-4b0e-9d7b-3a1f0c9b8e21")


def document() -> dict[str, Any]:
    """The whole bill: one component for each distribution, each library and each Debian package."""
    declared = licences.read()
    components: dict[str, Component] = {}
    parts: dict[str, set[str]] = {}

    def add(owner: str, component: Component) -> None:
        components.setdefault(component["bom-ref"], component)
        parts.setdefault(owner, set()).add(component["bom-ref"])

    locked = lock.read()
    for pin in pins.load().values():
        distribution = _application(pin.name, pin.version, pin.licence)
        add("gridlake", distribution)
        for entry in locked:
            if entry.distribution == pin.name:
                add(distribution["bom-ref"], _locked(entry, declared))
    python = _pins()["python"]["environments"]
    for environment in python_environments.load().environments:
        distribution = _application(environment.name, environment.version, python[environment.name]["licence"])
        add("gridlake", distribution)
        for requirement in environment.requirements:
            add(distribution["bom-ref"], _python(requirement))
    for component in _debian():
        add("gridlake", component)

    content = {
        "bomFormat": "CycloneDX",
        "specVersion": "1.6",
        "version": 1,
        "metadata": {"component": {"type": "platform", "bom-ref": "gridlake", "name": "gridlake"}},
        "components": [components[reference] for reference in sorted(components)],
        "dependencies": [{"ref": owner, "dependsOn": sorted(parts[owner])} for owner in sorted(parts)],
    }
    return {**content, "serialNumber": f"urn:uuid:{uuid.uuid5(_NAMESPACE, json.dumps(content, sort_keys=True))}"}


def problems(bill: Mapping[str, Any]) -> Sequence[str]:
    """What the schema of CycloneDX 1.6 says against it."""
    error = JsonStrictValidator(SchemaVersion.V1_6).validate_str(json.dumps(bill))
    return [str(error).partition("\n")[0]] if error else []


def write(target: Path = TARGET) -> int:
    """Write the bill; the number of components."""
    bill = document()
    if found := problems(bill):
        raise ControlError(f"the bill of materials is not valid CycloneDX 1.6: {found[0]}; correct pins or licences")
    target.parent.mkdir(parents=True, exist_ok=True)
    target.write_text(json.dumps(bill, indent=1) + "\n", encoding="utf-8")
    return len(bill["components"])


def _application(name: str, version: str, licence: str) -> Component:
    return {
        "type": "application",
        "bom-ref": f"{name}@{version}",
        "name": name,
        "version": version,
        "licenses": _licences([licence]),
    }


def _locked(entry: LockedFile, declared: Mapping[str, Iterable[str]]) -> Component:
    coordinate = entry.coordinate
    if coordinate is None:
        name, version = entry.name.removesuffix(".tar.gz").rsplit("-", 1)
        component = _library("", name, version, PackageURL("pypi", None, name, version))
    else:
        component = _library(coordinate.group, coordinate.artifact, coordinate.version, _maven_url(coordinate))
        if known := declared.get(coordinate.release):
            component["licenses"] = _licences(known)
    return {**component, "hashes": [{"alg": "SHA-512", "content": entry.sha512}]}


def _python(requirement: python_environments.Requirement) -> Component:
    url = PackageURL("pypi", None, requirement.name.lower().replace("_", "-"), requirement.version)
    component = _library("", requirement.name, requirement.version, url)
    # One hash names one file; a lock with several leaves the choice to the platform.
    if len(requirement.sha256) == 1:
        component["hashes"] = [{"alg": "SHA-256", "content": next(iter(requirement.sha256))}]
    return component


def _debian() -> Iterator[Component]:
    """Packages of the base image; their versions are those of the suite on the day that it is built."""
    base = _pins()["base_image"]
    for name in base["packages"]:
        url = PackageURL("deb", "debian", name, None, {"distro": base["suite"]})
        yield {"type": "library", "bom-ref": str(url), "name": name, "purl": str(url)}


def _pins() -> dict[str, Any]:
    return {name: pins.part(name) for name in ("python", "base_image")}


def _library(group: str, name: str, version: str, url: PackageURL) -> Component:
    component = {"type": "library", "bom-ref": str(url), "name": name, "version": version, "purl": str(url)}
    return {**component, "group": group} if group else component


def _maven_url(coordinate: Coordinate) -> PackageURL:
    qualifiers = {"type": coordinate.extension, "classifier": coordinate.classifier}
    return PackageURL("maven", coordinate.group, coordinate.artifact, coordinate.version, qualifiers)


def _licences(names: Iterable[str]) -> list[dict[str, Any]]:
    spdx = {identifier for _, identifier in licences.SPDX}
    return [{"license": {"id" if name in spdx else "name": name}} for name in names]


def main() -> None:
    """Write the bill where `make sbom` promises it."""
    try:
        print(f"sbom: {write()} components in {TARGET.relative_to(paths.CHECKOUT)}")
    except ControlError as error:
        raise SystemExit(f"sbom: {error}") from error


if __name__ == "__main__":
    main()
