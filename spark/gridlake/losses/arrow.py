"""From Arrow tables to the detector and back: what a grouped map over substations calls."""

from __future__ import annotations

from dataclasses import asdict
from datetime import date
from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from gridlake.catalog.obis import EXPORT
from gridlake.catalog.quality import OF_STATUS, Quality
from gridlake.losses.detector import Finding, Settings, Stray, detect
from gridlake.losses.relocation import relocations
from gridlake.losses.supply import SLOTS, Floats, Lamps, Supply, in_slots

_FACTS = ["substation_id", "area", "longitude", "latitude", "declared_kw", "half_night"]

_ESTIMATED = [
    status
    for status, quality in OF_STATUS.items()
    if quality in (Quality.ESTIMATED_BY_INTERPOLATION, Quality.ESTIMATED_BY_REFERENCE)
]


def finding(rows: pa.Table, first_day: date, days: int, settings: Settings) -> dict[str, Any]:
    """The finding of one substation; what is known of it stands in each of its rows."""
    about = rows.select(_FACTS).slice(0, 1).to_pylist()[0]
    # A substation that nobody speaks of has one row without a day.
    observations = rows.filter(pc.is_valid(rows["local_day"]))
    found = detect(_supply(about, observations, first_day, days), settings)
    return _row(found, about["area"])


def moves(findings: pa.Table) -> list[dict[str, Any]]:
    """Points of one area that are better placed at another of its substations."""
    given = [
        Finding(
            substation_id=row["substation_id"],
            first_day=row["first_day"],
            readings=row["readings"],
            residual=np.asarray(row["residual"], dtype=np.float64),
            strays=tuple(
                Stray(one["metering_point_id"], one["score"], np.asarray(one["curve"], dtype=np.float64))
                for one in row["strays"]
            ),
        )
        for row in sorted(findings.to_pylist(), key=lambda row: str(row["substation_id"]))
    ]
    return [asdict(one) for one in relocations(given)]


def _supply(about: dict[str, Any], observations: pa.Table, first_day: date, days: int) -> Supply:
    day = np.array([(one - first_day).days for one in observations["local_day"].to_pylist()], dtype=np.int64)
    names, registers = observations["metering_point_id"].to_pylist(), observations["register"].to_pylist()
    classes = {
        name: found for name, found in zip(names, observations["profile_class"].to_pylist(), strict=True) if name
    }
    points = sorted(classes)
    place = {point: row for row, point in enumerate(points)}
    with_plant = sorted({name for name, register in zip(names, registers, strict=True) if register == EXPORT})
    plant = {point: row for row, point in enumerate(with_plant)}
    values, status = _tables(observations["values"]), _tables(observations["quality"])
    consumption = np.full((len(points), days, SLOTS), np.nan)
    generation = np.full((len(with_plant), days, SLOTS), np.nan)
    estimated = np.zeros((len(points), days, SLOTS), dtype=np.bool_)
    generation_estimated = np.zeros((len(with_plant), days, SLOTS), dtype=np.bool_)
    meter = np.full((days, SLOTS), np.nan)
    for row, (name, register) in enumerate(zip(names, registers, strict=True)):
        if not 0 <= day[row] < days:
            continue
        if name is None:
            meter[day[row]] = values[row]
        elif register == EXPORT:
            generation[plant[name], day[row]] = values[row]
            generation_estimated[plant[name], day[row]] = np.isin(status[row], _ESTIMATED)
        else:
            consumption[place[name], day[row]] = values[row]
            estimated[place[name], day[row]] = np.isin(status[row], _ESTIMATED)
    lamps = about["declared_kw"]
    return Supply(
        substation_id=about["substation_id"],
        first_day=first_day,
        meter_wh=meter,
        points=tuple(points),
        profile_class=tuple(classes[point] for point in points),
        consumption=consumption,
        estimated=estimated,
        plant_of=np.array([place[point] for point in with_plant], dtype=np.int64),
        generation=generation,
        generation_estimated=generation_estimated,
        longitude=about["longitude"],
        latitude=about["latitude"],
        lamps=None if lamps is None else Lamps(lamps, bool(about["half_night"])),
    )


def _tables(column: pa.ChunkedArray) -> list[Floats]:
    """Each list by the wall clock; null is NaN."""
    whole = column.combine_chunks()
    if isinstance(whole, pa.ChunkedArray):  # of no chunk at all
        return []
    flat = whole.values.to_numpy(zero_copy_only=False).astype(np.float64)
    offsets = whole.offsets.to_numpy()
    pairs = zip(offsets[:-1].tolist(), offsets[1:].tolist(), strict=True)
    return [in_slots(flat[begin:end]) if end > begin else np.full(SLOTS, np.nan) for begin, end in pairs]


def _row(found: Finding, area: str) -> dict[str, Any]:
    return {
        "substation_id": found.substation_id,
        "area": area,
        "readings": found.readings,
        "first_day": found.first_day,
        "cases": [asdict(case) for case in found.cases],
        "problems": [{**asdict(one), "substation_id": found.substation_id} for one in found.problems],
        "residual": found.residual.astype(np.float32),
        "strays": [{**asdict(one), "curve": one.curve.astype(np.float32)} for one in found.strays],
    }
