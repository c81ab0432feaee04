"""The pin file as facts: which artifacts make up which distribution."""

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import yaml

from gridlake_control import paths
from gridlake_control.errors import PinError

_KEYS = {"version", "licence", "roots", "alone", "exclude", "sdist"}


@dataclass(frozen=True)
class Coordinate:
    """One file in a Maven repository: group:artifact:extension[:classifier]:version."""

    group: str
    artifact: str
    extension: str
    classifier: str
    version: str

    @classmethod
    def parse(cls, text: str) -> "Coordinate":
        """Read the text form; a wrong number of parts is an error that quotes it."""
        parts = text.split(":")
        if len(parts) == 4:
            parts.insert(3, "")
        if len(parts) != 5 or not all(parts[i] for i in (0, 1, 2, 4)):
            raise PinError(f"{text!r} is no coordinate; write group:artifact:extension[:classifier]:version")
        return cls(*parts)

    def __str__(self) -> str:
        """As the pin file and Maven write it, without an empty classifier."""
        parts = (self.group, self.artifact, self.extension, self.classifier, self.version)
        return ":".join(part for part in parts if part)

    @property
    def release(self) -> str:
        """What the pom describes: group:artifact:version."""
        return f"{self.group}:{self.artifact}:{self.version}"

    @property
    def file_name(self) -> str:
        """Name of the file, as the repository and the distributions call it."""
        classifier = f"-{self.classifier}" if self.classifier else ""
        return f"{self.artifact}-{self.version}{classifier}.{self.extension}"

    @property
    def repository_path(self) -> Path:
        """Path inside a repository of the standard layout."""
        return Path(*self.group.split("."), self.artifact, self.version, self.file_name)


@dataclass(frozen=True)
class DistributionPin:
    """What one archive of a host is made of."""

    name: str
    version: str
    licence: str
    roots: tuple[Coordinate, ...]
    alone: tuple[Coordinate, ...]
    exclude: tuple[str, ...]
    sdist: str | None


def load(pin_file: Path = paths.PIN_FILE) -> dict[str, DistributionPin]:
    """Read the distributions of the pin file, in its order."""
    return {name: _distribution(name, entry) for name, entry in part("distributions", pin_file).items()}


def part(name: str, pin_file: Path = paths.PIN_FILE) -> dict[str, Any]:
    """One mapping below `pins`, as it stands there."""
    try:
        found = yaml.safe_load(pin_file.read_text(encoding="utf-8"))["pins"][name]
    except FileNotFoundError as error:
        raise PinError(f"no pin file {pin_file}; is this a complete checkout?") from error
    except (yaml.YAMLError, UnicodeDecodeError, KeyError, TypeError) as error:
        raise PinError(f"{pin_file} has no readable mapping pins.{name}: {error}") from error
    if not isinstance(found, dict):
        raise PinError(f"{pin_file} has no readable mapping pins.{name}: it is {found!r}")
    return found


def _distribution(name: str, entry: Mapping[str, Any]) -> DistributionPin:
    unknown = sorted(set(entry) - _KEYS)
    if unknown:
        raise PinError(f"pins.distributions.{name} has unknown keys {unknown}; known are {sorted(_KEYS)}")
    for key in ("version", "licence"):
        if not isinstance(entry.get(key), str):
            raise PinError(f"pins.distributions.{name}.{key} must be a quoted string, found {entry.get(key)!r}")
    version = entry["version"]

    def coordinates(key: str) -> tuple[Coordinate, ...]:
        return tuple(Coordinate.parse(text.replace("{version}", version)) for text in entry.get(key, ()))

    sdist = entry.get("sdist")
    return DistributionPin(
        name=name,
        version=version,
        licence=entry["licence"],
        roots=coordinates("roots"),
        alone=coordinates("alone"),
        exclude=tuple(entry.get("exclude", ())),
        sdist=sdist.replace("{version}", version) if sdist else None,
    )
