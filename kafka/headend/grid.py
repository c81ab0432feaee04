"""One low-voltage grid of SimBench as plain arrays: busbars, cables, transformer, loads and PV plants."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import pyarrow as pa
import pyarrow.compute as pc

from headend.errors import SourceDataError
from headend.simbench import SimBench

_Row = dict[str, Any]
_ARCHETYPES = {"1": "rural1", "2": "rural2", "3": "rural3", "4": "semiurb4", "5": "semiurb5", "6": "urban6"}


@dataclass(frozen=True)
class Cable:
    """A closed cable between two busbars (indices into Grid.busbars)."""

    from_bus: int
    to_bus: int
    type: str
    length_km: float
    ohm_per_km: tuple[float, float]
    microsiemens_per_km: float
    ampere_max: float


@dataclass(frozen=True)
class Transformer:
    """The MV/LV transformer; its tap is in the neutral position in all grids."""

    type: str
    rated_kva: float
    secondary_kv: float
    impedance_percent: float
    copper_loss_kw: float
    iron_loss_kw: float
    no_load_current_percent: float


@dataclass(frozen=True)
class Load:
    """A SimBench load: one metering point."""

    bus: int
    profile: str
    active_kw: float
    reactive_kvar: float


@dataclass(frozen=True)
class Plant:
    """A PV plant, metered by the second register of the metering point at its busbar."""

    load: int
    profile: str
    active_kw: float


@dataclass(frozen=True)
class Grid:
    """Everything behind one secondary substation. Numbers count from 1, indices from 0."""

    number: int
    subnet: str
    archetype: str
    feeder: str
    busbars: tuple[str, ...]
    positions: tuple[tuple[float, float], ...]
    """Longitude and latitude per busbar."""
    substation_bus: int
    cables: tuple[Cable, ...]
    transformer: Transformer
    loads: tuple[Load, ...]
    plants: tuple[Plant, ...]

    @property
    def plant_of_load(self) -> dict[int, Plant]:
        """PV plant by load index."""
        return {plant.load: plant for plant in self.plants}


def read_grids(source: SimBench) -> tuple[Grid, ...]:
    """All grids in the order of their subnet name; the position in it is the grid number, from 1."""
    tables = {
        name: _by_subnet(getattr(source, name))
        for name in ("loads", "plants", "lines", "switches", "transformers", "nodes")
    }
    catalogue = _Catalogue(
        line_types={row["id"]: row for row in source.line_types.to_pylist()},
        transformer_types={row["id"]: row for row in source.transformer_types.to_pylist()},
        positions={row["id"]: (row["x"], row["y"]) for row in source.coordinates.to_pylist()},
    )
    subnets = sorted(tables["loads"])
    return tuple(
        _grid(number, subnet, {name: rows.get(subnet, []) for name, rows in tables.items()}, catalogue)
        for number, subnet in enumerate(subnets, start=1)
    )


@dataclass(frozen=True)
class _Catalogue:
    line_types: Mapping[str, _Row]
    transformer_types: Mapping[str, _Row]
    positions: Mapping[str, tuple[float, float]]


def _by_subnet(table: pa.Table) -> dict[str, list[_Row]]:
    if "type" in table.column_names and "pRES" in table.column_names:
        table = table.filter(pc.equal(table["type"], "PV"))
    rows: dict[str, list[_Row]] = defaultdict(list)
    for row in table.to_pylist():
        rows[row["subnet"]].append(row)
    return rows


def _grid(number: int, subnet: str, rows: Mapping[str, list[_Row]], catalogue: _Catalogue) -> Grid:
    if len(rows["transformers"]) != 1 or any(switch["cond"] != 1 for switch in rows["switches"]):
        raise SourceDataError(
            f"grid {subnet} has {len(rows['transformers'])} transformers or open switches",
            "use the pinned simbench version: scenario 0 has one transformer and closed switches in every LV grid",
        )
    buses = [node for node in rows["nodes"] if node["type"] == "busbar"]
    index = {node["id"]: position for position, node in enumerate(buses)}
    # Cables and transformers end at auxiliary nodes; a closed switch makes each of them part of a busbar.
    for switch in rows["switches"]:
        index[switch["nodeB"]] = index[switch["nodeA"]]
    transformer = rows["transformers"][0]
    return Grid(
        number=number,
        subnet=subnet,
        archetype=_ARCHETYPES[subnet.removeprefix("LV")[0]],
        feeder=transformer["nodeHV"].split()[0],
        busbars=tuple(node["id"].removeprefix(f"{subnet} ") for node in buses),
        positions=tuple(catalogue.positions[node["coordID"]] for node in buses),
        substation_bus=index[transformer["nodeLV"]],
        cables=tuple(_cable(line, index, catalogue.line_types[line["type"]]) for line in rows["lines"]),
        transformer=_transformer(catalogue.transformer_types[transformer["type"]]),
        loads=tuple(
            Load(index[row["node"]], row["profile"], row["pLoad"] * 1000.0, row["qLoad"] * 1000.0)
            for row in rows["loads"]
        ),
        plants=_plants(rows["plants"], rows["loads"]),
    )


def _cable(line: _Row, index: Mapping[str, int], kind: _Row) -> Cable:
    return Cable(
        from_bus=index[line["nodeA"]],
        to_bus=index[line["nodeB"]],
        type=line["type"],
        length_km=line["length"],
        ohm_per_km=(kind["r"], kind["x"]),
        microsiemens_per_km=kind["b"],
        ampere_max=kind["iMax"],
    )


def _transformer(kind: _Row) -> Transformer:
    return Transformer(
        type=" ".join(kind["id"].split()),
        rated_kva=kind["sR"] * 1000.0,
        secondary_kv=kind["vmLV"],
        impedance_percent=kind["vmImp"],
        copper_loss_kw=kind["pCu"],
        iron_loss_kw=kind["pFe"],
        no_load_current_percent=kind["iNoLoad"],
    )


def _plants(plants: list[_Row], loads: list[_Row]) -> tuple[Plant, ...]:
    """Each plant belongs to the first load of its busbar; every LV plant of the data set shares one with a load."""
    first_load: dict[str, int] = {}
    for position, load in enumerate(loads):
        first_load.setdefault(load["node"], position)
    return tuple(Plant(first_load[row["node"]], row["profile"], row["pRES"] * 1000.0) for row in plants)
