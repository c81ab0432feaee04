"""Reads the SimBench wheel's CSV files by package path.

The package itself is never imported: it would pull in pandapower.
Contains information from SimBench, available under the Open Database License 1.0. The files are read where pip put them
and are never copied into this repository.
"""

from __future__ import annotations

from dataclasses import dataclass
from importlib.metadata import PackageNotFoundError, version
from importlib.util import find_spec
from pathlib import Path

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.csv as pc_csv

from headend.errors import SourceDataError
from headend.local_days import PROFILE_DAYS, SLOTS
from headend.streams import Floats

DATA_SET = "1-complete_data-mixed-all-0-sw"
NOTICE = (
    "Contains information from SimBench (simbench.de), "
    "which is made available under the Open Database License (ODbL) 1.0."
)
_LV, _MV_LV = 7, 6  # SimBench's voltLvl of the low-voltage grid and of its transformers
_SPRING_GAP = 86 * SLOTS + 8  # 27 March 2016, 02:00 local: four quarter hours that do not exist
_AUTUMN_FOLD = 303 * SLOTS + 12  # 30 October 2016, 03:00 local, in a table that already has 96 slots a day


@dataclass(frozen=True)
class SimBench:
    """The low-voltage part of the data set, one Arrow table per CSV file, and the profiles on a wall-clock axis."""

    version: str
    loads: pa.Table
    plants: pa.Table
    lines: pa.Table
    line_types: pa.Table
    switches: pa.Table
    transformers: pa.Table
    transformer_types: pa.Table
    nodes: pa.Table
    coordinates: pa.Table
    profiles: dict[str, Floats]
    """Active power relative to the rating, 366 x 96 values on the wall clock (the spring gap is interpolated)."""
    reactive_profiles: dict[str, Floats]

    @classmethod
    def read(cls, folder: Path | None = None) -> SimBench:
        """Read the installed package's files, or those in a folder (about a second)."""
        source = folder or _package_folder()
        loads = _low_voltage(_table(source, "Load"))
        plants = _low_voltage(_table(source, "RES"))
        load_profiles = sorted(set(loads["profile"].to_pylist()))
        plant_profiles = sorted(set(plants["profile"].to_pylist()))
        load_columns = [f"{name}_{kind}load" for name in load_profiles for kind in "pq"]
        relative_loads = _table(source, "LoadProfile", load_columns)
        relative_plants = _table(source, "RESProfile", plant_profiles)
        return cls(
            version=_version(),
            loads=loads,
            plants=plants,
            lines=_low_voltage(_table(source, "Line")),
            line_types=_table(source, "LineType"),
            switches=_low_voltage(_table(source, "Switch")),
            transformers=_low_voltage(_table(source, "Transformer"), _MV_LV),
            transformer_types=_table(source, "TransformerType"),
            nodes=_low_voltage(_table(source, "Node")),
            coordinates=_table(source, "Coordinates"),
            profiles={name: wall_clock(relative_loads[f"{name}_pload"].to_numpy()) for name in load_profiles}
            | {name: wall_clock(relative_plants[name].to_numpy()) for name in plant_profiles},
            reactive_profiles={name: wall_clock(relative_loads[f"{name}_qload"].to_numpy()) for name in load_profiles},
        )


def wall_clock(year: Floats) -> Floats:
    """Turn the 35,136 values of 2016, which follow the real local day, into 366 days of 96 slots on the wall clock."""
    if len(year) != PROFILE_DAYS * SLOTS:
        raise SourceDataError(
            f"a profile has {len(year)} values instead of {PROFILE_DAYS * SLOTS}",
            "install the pinned simbench version: its profiles cover 2016 in quarter hours",
        )
    before, after = year[_SPRING_GAP - 1], year[_SPRING_GAP]
    bridge = np.linspace(before, after, 6)[1:-1]
    filled = np.insert(year, _SPRING_GAP, bridge)
    return np.asarray(np.delete(filled, slice(_AUTUMN_FOLD, _AUTUMN_FOLD + 4)), dtype=np.float64)


def _package_folder() -> Path:
    spec = find_spec("simbench")
    folders = [Path(place) / "networks" / DATA_SET for place in (spec.submodule_search_locations or [])] if spec else []
    for folder in folders:
        if folder.is_dir():
            return folder
    raise SourceDataError(
        f"the SimBench data set {DATA_SET} is not installed for this Python",
        "pip install --no-deps the pinned simbench wheel into this environment",
    )


def _version() -> str:
    try:
        return version("simbench")
    except PackageNotFoundError:
        return "unpackaged"


def _table(folder: Path, name: str, columns: list[str] | None = None) -> pa.Table:
    path = folder / f"{name}.csv"
    try:
        return pc_csv.read_csv(
            path,
            parse_options=pc_csv.ParseOptions(delimiter=";"),
            convert_options=pc_csv.ConvertOptions(
                include_columns=columns or [], null_values=["NULL"], strings_can_be_null=True
            ),
        )
    except (OSError, pa.ArrowInvalid, pa.ArrowKeyError) as error:
        raise SourceDataError(f"cannot read {path}: {error}", "reinstall the pinned simbench wheel") from error


def _low_voltage(table: pa.Table, level: int = _LV) -> pa.Table:
    return table.filter(pc.equal(table["voltLvl"], level))
