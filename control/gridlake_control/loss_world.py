"""A world of the head-end's as the pipeline would see it, in memory, and the truth about it for the scorer."""

from __future__ import annotations

import csv
import io
from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace

import numpy as np
import numpy.typing as npt

from gridlake.losses.supply import SLOTS, Floats, Lamps, Supply, in_slots
from headend import fault_truth, identity, landing, register
from headend.fleet import Fleet
from headend.grid import Grid
from headend.local_days import Window
from headend.loss_profile import Kind
from headend.metering import Metered

SUBSTITUTE = 1


@dataclass(frozen=True)
class _Behind:
    """What the meters behind one real substation recorded."""

    points: dict[str, list[int]]
    """Rows by point."""
    is_plant: npt.NDArray[np.bool_]
    values: npt.NDArray[np.int32]
    """Wh [row, day, slot]; -1 where the clocks skip an hour."""
    estimated: npt.NDArray[np.bool_]
    meter_wh: Floats


@dataclass(frozen=True)
class World:
    """All readings of a seed's substations, by who really supplies whom, and the register's view of it."""

    window: Window
    behind: Mapping[str, _Behind]
    supplied_by: Mapping[str, str]
    registered: Mapping[str, str]
    profile_class: Mapping[str, str]
    lamps: Mapping[str, Lamps]
    position: Mapping[str, tuple[float, float]]
    truth: Sequence[fault_truth.Row]

    @property
    def substations(self) -> list[str]:
        """Their ids."""
        return sorted(self.behind)

    def supplies(self, moved: Mapping[str, str], only: Collection[str] | None = None) -> Iterator[Supply]:
        """Substations as the register has them, but for the points that are moved to another one."""
        members: dict[str, list[str]] = {substation: [] for substation in self.substations}
        for point, substation in self.registered.items():
            members[moved.get(point, substation)].append(point)
        for substation in self.substations if only is None else sorted(only):
            yield self._supply(substation, members[substation])

    def _supply(self, substation: str, points: Sequence[str]) -> Supply:
        consumption, estimated, generation, generation_estimated, plant_of = [], [], [], [], []
        for place, point in enumerate(points):
            source = self.behind[self.supplied_by[point]]
            for row in source.points[point]:
                if source.is_plant[row]:
                    generation.append(source.values[row])
                    generation_estimated.append(source.estimated[row])
                    plant_of.append(place)
                else:
                    consumption.append(source.values[row])
                    estimated.append(source.estimated[row])
        longitude, latitude = self.position[substation]
        return Supply(
            substation_id=substation,
            first_day=self.window.first_day,
            meter_wh=self.behind[substation].meter_wh,
            points=tuple(points),
            profile_class=tuple(self.profile_class[point] for point in points),
            consumption=_with_gaps(consumption, self.window.days),
            estimated=_flags(estimated, self.window.days),
            plant_of=np.array(plant_of, dtype=np.int64),
            generation=_with_gaps(generation, self.window.days),
            generation_estimated=_flags(generation_estimated, self.window.days),
            longitude=longitude,
            latitude=latitude,
            lamps=self.lamps.get(substation),
        )


def make(seed: int, losses: str, substations: int, window: Window, missing: float | None = None) -> World:
    """Simulate a seed's substations; `missing` replaces the profile's share of intervals that are filled."""
    fleet = Fleet.of(seed, losses=losses)
    if missing is not None and fleet.losses is not None:
        gap = replace(fleet.losses[Kind.ESTIMATED_GAP], share=missing)
        fleet = replace(
            fleet, losses=replace(fleet.losses, phenomena={**fleet.losses.phenomena, Kind.ESTIMATED_GAP: gap})
        )
    grids = fleet.select(substations)
    connections = fleet.connections(grids)
    behind, truth = {}, list[fault_truth.Row]()
    for grid in grids:
        metered = fleet.metered(grid, window)
        own = sorted((one for one in connections if one.grid is grid), key=lambda one: one.position)
        truth += fault_truth.rows(seed, grid, own, metered, window)
        behind[identity.substation_id(seed, grid.number)] = _behind(fleet, grid, window, metered)
    return World(
        window=window,
        behind=behind,
        supplied_by={one.metering_point_id: identity.substation_id(seed, one.grid.number) for one in connections},
        registered={one.metering_point_id: identity.substation_id(seed, one.registered.number) for one in connections},
        profile_class={str(row[0]): str(row[3]) for row in register.metering_points(seed, connections)},
        lamps=_lamps(fleet, grids),
        position={str(row[0]): (float(str(row[5])), float(str(row[6]))) for row in register.substations(seed, grids)},
        truth=truth,
    )


def _behind(fleet: Fleet, grid: Grid, window: Window, metered: Metered) -> _Behind:
    readings = fleet.read(grid, window, metered)
    points: dict[str, list[int]] = {}
    for row, point in enumerate(readings.metering_point_ids):
        points.setdefault(point, []).append(row)
    values, status = readings.meters.values, readings.meters.status
    shape = (len(values), window.days, SLOTS)
    table, estimated = np.full(shape, -1, dtype=np.int32), np.zeros(shape, dtype=np.bool_)
    usual = window.lengths == SLOTS
    table[:, usual] = values[:, usual, :SLOTS]
    if status is not None:
        estimated[:, usual] = status[:, usual, :SLOTS] == SUBSTITUTE
    for day in np.flatnonzero(~usual).tolist():
        length = int(window.lengths[day])
        order = in_slots(np.arange(length, dtype=np.float64))
        there = np.isfinite(order)
        chosen = order[there].astype(np.int64)
        table[:, day, there] = values[:, day, chosen]
        if status is not None:
            estimated[:, day, there] = status[:, day, chosen] == SUBSTITUTE
    net = (readings.transformer.import_wh - readings.transformer.export_wh).astype(np.float64)
    by_day = np.split(net, np.cumsum(window.lengths)[:-1])
    meter = np.stack([in_slots(day) for day in by_day])
    return _Behind(points, np.array([one == identity.EXPORT for one in readings.registers]), table, estimated, meter)


def _with_gaps(rows: Sequence[npt.NDArray[np.int32]], days: int) -> Floats:
    if not rows:
        return np.zeros((0, days, SLOTS))
    table = np.stack(rows).astype(np.float64)
    table[table < 0] = np.nan
    return table


def _flags(rows: Sequence[npt.NDArray[np.bool_]], days: int) -> npt.NDArray[np.bool_]:
    return np.stack(rows) if rows else np.zeros((0, days, SLOTS), dtype=np.bool_)


def _lamps(fleet: Fleet, grids: Sequence[Grid]) -> dict[str, Lamps]:
    """As the grid extract declares them."""
    files = landing.extract(fleet, grids).files
    if "street_lighting.csv" not in files:
        return {}
    rows = csv.DictReader(io.StringIO(files["street_lighting.csv"].decode()))
    return {row["substation_id"]: Lamps(float(row["declared_kw"]), row["control"] == "half_night") for row in rows}
