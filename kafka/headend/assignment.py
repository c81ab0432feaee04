"""Who hangs on which substation by the asset register: the truth, but for some points that it puts elsewhere.

In a world with losses the number of a metering point says nothing about its grid: it is drawn from the seed. Otherwise
the wrongly assigned points could be read off their names.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from functools import lru_cache

import numpy as np

from headend import episode, identity
from headend.grid import Grid, Plant
from headend.loss_profile import Kind, LossProfile
from headend.streams import SUBSTATION, Flags, Floats, Key, Purpose, generator, key

_NUMBERS = 10_000_000
_ANYWHERE = 0.001  # against 1 for the next substation, 1/4, 1/9 … : every fifth is not even near


@dataclass(frozen=True)
class Connection:
    """One metering point as it is and as the register has it."""

    metering_point_id: str
    grid: Grid
    """Where it is."""
    position: int
    """Its load's index in that grid."""
    registered: Grid
    """Where the register puts it."""
    registered_bus: int

    @property
    def plant(self) -> Plant | None:
        """The PV plant behind the same point."""
        return self.grid.plant_of_load.get(self.position)


def connections(
    seed: int, profile: LossProfile | None, all_grids: Sequence[Grid], grids: Sequence[Grid]
) -> list[Connection]:
    """All points of the given substations by id; a wrong substation is always one of those given."""
    rows = []
    for grid in grids:
        ids = metering_point_ids(seed, profile, all_grids, grid)
        moved = misplaced(seed, profile, grid)
        for position, (load, point) in enumerate(zip(grid.loads, ids, strict=True)):
            registered, bus = grid, load.bus
            if moved[position] and len(grids) > 1:
                registered, bus = _elsewhere(key(seed, grid.number, position + 1), grid, all_grids, grids)
            rows.append(Connection(point, grid, position, registered, bus))
    return sorted(rows, key=lambda row: row.metering_point_id)


def misplaced(seed: int, profile: LossProfile | None, grid: Grid) -> Flags:
    """Which loads of a grid the register puts elsewhere."""
    if profile is None:
        return np.zeros(len(grid.loads), dtype=np.bool_)
    keys = [key(seed, grid.number, position + 1) for position in range(len(grid.loads))]
    drawn = episode.for_life(keys, Purpose.ASSIGNMENT)
    return np.asarray(drawn[:, 0] < profile[Kind.WRONG_SUBSTATION].share, dtype=np.bool_)


def metering_point_ids(seed: int, profile: LossProfile | None, all_grids: Sequence[Grid], grid: Grid) -> list[str]:
    """The ids of a grid's loads in their order."""
    if profile is None:
        return [identity.metering_point_id(seed, grid.number, position + 1) for position in range(len(grid.loads))]
    starts = np.cumsum([0, *(len(one.loads) for one in all_grids)]).tolist()
    numbers = _numbers(seed, starts[-1])[starts[grid.number - 1] : starts[grid.number]]
    return [f"{identity.metering_point_prefix(seed)}{number:07d}" for number in numbers]


@lru_cache(maxsize=4)
def _numbers(seed: int, points: int) -> tuple[int, ...]:
    """Distinct numbers of seven digits in no order."""
    random = generator(key(seed, 0, SUBSTATION), Purpose.IDENTITY)
    return tuple(random.choice(_NUMBERS, size=points, replace=False).tolist())


def _elsewhere(stream_key: Key, grid: Grid, all_grids: Sequence[Grid], grids: Sequence[Grid]) -> tuple[Grid, int]:
    """A race among the substations, near ones with better chances; how each fares does not depend on who else runs."""
    random = generator(stream_key, Purpose.ASSIGNMENT, block=2)  # blocks 0 and 1 hold what stays for life
    times = (
        -np.log1p(-random.random(len(all_grids))) / _nearness(tuple(_place(one) for one in all_grids))[grid.number - 1]
    )
    winner = min((one for one in grids if one is not grid), key=lambda one: times[one.number - 1])
    return winner, int(random.random() * len(winner.busbars))


@lru_cache(maxsize=2)
def _nearness(places: tuple[tuple[float, float], ...]) -> Floats:
    """Weight of every substation as seen from every other, by the rank of its distance."""
    longitude, latitude = np.array(places).T
    east = (longitude[:, None] - longitude) * np.cos(np.radians(latitude.mean()))
    distance = np.hypot(east, latitude[:, None] - latitude)
    np.fill_diagonal(distance, -1.0)
    rank = distance.argsort(axis=1, kind="stable").argsort(axis=1, kind="stable")  # 0 is the substation itself
    return np.asarray(1.0 / np.maximum(rank, 1) ** 2 + _ANYWHERE, dtype=np.float64)


def _place(grid: Grid) -> tuple[float, float]:
    return grid.positions[grid.substation_bus]
