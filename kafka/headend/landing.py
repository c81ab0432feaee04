"""Grid extracts for the landing directory: topology as CSV files, then a `_READY` marker that names and checks them.

Contains information from SimBench, available under the Open Database License 1.0; the notice travels in the marker.
"""

from __future__ import annotations

import csv
import hashlib
import io
import json
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Protocol

from headend import identity, unmetered
from headend.errors import DeliveryError
from headend.fleet import Fleet
from headend.grid import Grid
from headend.loss_profile import LossProfile
from headend.simbench import NOTICE

READY = "_READY"
Cell = str | int | float


@dataclass(frozen=True)
class Extract:
    """Files by name and the marker that closes them."""

    area: str
    files: dict[str, bytes]
    marker: bytes


class Landing(Protocol):
    """A directory that extracts are put into."""

    def read(self, path: str) -> bytes | None:
        """The content of a file, or None if there is none."""

    def write(self, path: str, content: bytes) -> None:
        """Create or replace a file and the folders above it."""

    def delete(self, path: str) -> None:
        """Remove a file if it is there."""


def extract(fleet: Fleet, grids: Sequence[Grid]) -> Extract:
    """The topology of the given substations as the utility knows it, and in a world with losses its street lighting."""
    seed = fleet.seed
    tables = {
        "substation.csv": _csv(("substation_id", "area", "archetype", "feeder"), _substations(seed, grids)),
        "transformer.csv": _csv(
            (
                "substation_id",
                "type",
                "rated_kva",
                "impedance_percent",
                "copper_loss_kw",
                "iron_loss_kw",
                "no_load_current_percent",
            ),
            _transformers(seed, grids),
        ),
        "busbar.csv": _csv(("substation_id", "busbar", "longitude", "latitude"), _busbars(seed, grids)),
        "cable.csv": _csv(
            (
                "substation_id",
                "cable",
                "from_busbar",
                "to_busbar",
                "type",
                "length_m",
                "ohm_per_km",
                "reactance_ohm_per_km",
                "ampere_max",
            ),
            _cables(seed, grids),
        ),
        "connection.csv": _csv(("metering_point_id", "substation_id", "busbar"), _connections(fleet, grids)),
    }
    if fleet.losses is not None:
        lamps = _street_lighting(seed, grids, fleet.losses)
        tables["street_lighting.csv"] = _csv(("substation_id", "declared_kw", "control"), lamps)
    marker = {
        "area": identity.area(seed),
        "substations": len(grids),
        "notice": NOTICE,
        "files": {
            name: {
                "rows": content.count(b"\n") - 1,
                "bytes": len(content),
                "sha256": hashlib.sha256(content).hexdigest(),
            }
            for name, content in tables.items()
        },
    }
    return Extract(identity.area(seed), tables, (json.dumps(marker, indent=2) + "\n").encode())


def put(content: Extract, landing: Landing) -> bool:
    """Write the extract below grid/<area>/, the marker last; False if exactly this extract is already there."""
    folder = f"grid/{content.area}"
    if landing.read(f"{folder}/{READY}") == content.marker:
        return False
    # Without its marker an extract counts as incomplete, so a reader never sees old and new files mixed.
    landing.delete(f"{folder}/{READY}")
    for name, data in content.files.items():
        landing.write(f"{folder}/{name}", data)
    landing.write(f"{folder}/{READY}", content.marker)
    return True


@dataclass(frozen=True)
class LocalLanding:
    """A folder on this machine, for instance to be put into HDFS with `hdfs dfs -put`."""

    root: Path

    def read(self, path: str) -> bytes | None:
        """The content of a file, or None if there is none."""
        target = self.root / path
        return target.read_bytes() if target.exists() else None

    def write(self, path: str, content: bytes) -> None:
        """Create or replace a file; it appears whole or not at all."""
        target = self.root / path
        try:
            target.parent.mkdir(parents=True, exist_ok=True)
            partial = target.with_name(f".{target.name}.partial")
            partial.write_bytes(content)
            partial.replace(target)
        except OSError as error:
            raise DeliveryError(f"cannot write {target}: {error}", "choose a writable folder with --out") from error

    def delete(self, path: str) -> None:
        """Remove a file if it is there."""
        (self.root / path).unlink(missing_ok=True)


def _substations(seed: int, grids: Sequence[Grid]) -> Iterator[tuple[Cell, ...]]:
    for grid in grids:
        yield identity.substation_id(seed, grid.number), identity.area(seed), grid.archetype, grid.feeder


def _transformers(seed: int, grids: Sequence[Grid]) -> Iterator[tuple[Cell, ...]]:
    for grid in grids:
        unit = grid.transformer
        yield (
            identity.substation_id(seed, grid.number),
            unit.type,
            unit.rated_kva,
            unit.impedance_percent,
            unit.copper_loss_kw,
            unit.iron_loss_kw,
            unit.no_load_current_percent,
        )


def _busbars(seed: int, grids: Sequence[Grid]) -> Iterator[tuple[Cell, ...]]:
    for grid in grids:
        for name, (longitude, latitude) in zip(grid.busbars, grid.positions, strict=True):
            yield identity.substation_id(seed, grid.number), name, longitude, latitude


def _cables(seed: int, grids: Sequence[Grid]) -> Iterator[tuple[Cell, ...]]:
    for grid in grids:
        for number, cable in enumerate(grid.cables, start=1):
            yield (
                identity.substation_id(seed, grid.number),
                number,
                grid.busbars[cable.from_bus],
                grid.busbars[cable.to_bus],
                cable.type,
                round(cable.length_km * 1000.0, 2),
                *cable.ohm_per_km,
                cable.ampere_max,
            )


def _connections(fleet: Fleet, grids: Sequence[Grid]) -> Iterator[tuple[Cell, ...]]:
    for one in fleet.connections(grids):
        substation = identity.substation_id(fleet.seed, one.registered.number)
        yield one.metering_point_id, substation, one.registered.busbars[one.registered_bus]


def _street_lighting(seed: int, grids: Sequence[Grid], profile: LossProfile) -> Iterator[tuple[Cell, ...]]:
    for grid in grids:
        lamps = unmetered.lighting(seed, grid, profile)
        if lamps is not None:
            yield identity.substation_id(seed, grid.number), lamps.declared_kw, lamps.control


def _csv(header: tuple[str, ...], rows: Iterator[tuple[Cell, ...]]) -> bytes:
    text = io.StringIO()
    writer = csv.writer(text, lineterminator="\n")
    writer.writerow(header)
    writer.writerows(rows)
    return text.getvalue().encode()
