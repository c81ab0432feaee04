"""One substation and everything that is registered behind it, on a grid of local days and quarter hours."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import date, timedelta

import numpy as np
import numpy.typing as npt

from gridlake.catalog.losses import DataProblem

Floats = npt.NDArray[np.float64]
Flags = npt.NDArray[np.bool_]
Ints = npt.NDArray[np.int64]

SLOTS = 96
LEAST_DAYS = 14
"""Metered days that a balance needs."""
_MISSING_DAYS = 7
_FOLD = slice(8, 12)  # the quarter hours 02:00-03:00, skipped in March and repeated in October


@dataclass(frozen=True)
class Lamps:
    """Street lighting as the register declares it."""

    declared_kw: float
    half_night: bool


@dataclass(frozen=True)
class Problem:
    """Something that the data lack."""

    metering_point_id: str | None
    problem: DataProblem
    days: int


@dataclass(frozen=True)
class Supply:
    """Readings in Wh; NaN is none."""

    substation_id: str
    first_day: date
    meter_wh: Floats
    """[day, slot] through the LV busbar, what flows back deducted."""
    points: tuple[str, ...]
    profile_class: tuple[str, ...]
    consumption: Floats
    """[point, day, slot]"""
    estimated: Flags
    """[point, day, slot]"""
    plant_of: Ints
    """[plant]: the point behind which it stands."""
    generation: Floats
    """[plant, day, slot]"""
    generation_estimated: Flags
    """[plant, day, slot]"""
    longitude: float
    latitude: float
    lamps: Lamps | None = None

    @property
    def days(self) -> list[date]:
        """The local days."""
        return [self.first_day + timedelta(days=number) for number in range(len(self.meter_wh))]

    @property
    def readings(self) -> int:
        """How many readings are there."""
        return int(
            np.isfinite(self.consumption).sum() + np.isfinite(self.generation).sum() + np.isfinite(self.meter_wh).sum()
        )


def in_slots(values: Sequence[float] | Floats) -> Floats:
    """A day's 92, 96 or 100 values by the wall clock: an hour that is skipped is NaN, the second of two is left out.

    Raises:
        ValueError: the day has another length.
    """
    given = np.asarray(values, dtype=np.float64)
    if len(given) == SLOTS:
        return given
    if len(given) == SLOTS - 4:
        return np.insert(given, [_FOLD.start] * 4, np.nan)
    if len(given) == SLOTS + 4:
        return np.delete(given, np.arange(_FOLD.stop, _FOLD.stop + 4))
    raise ValueError(f"a day of {len(given)} quarter hours; days have 92, 96 or 100")


def checked(supply: Supply) -> tuple[Supply, list[Problem]]:
    """The supply without what cannot be used, and what that is."""
    problems: list[Problem] = []
    consumption = supply.consumption
    negative = consumption < 0
    for row in np.flatnonzero(negative.any(axis=(1, 2))).tolist():
        days = int(negative[row].any(axis=1).sum())
        problems.append(Problem(supply.points[row], DataProblem.NEGATIVE_READINGS, days))
    if negative.any():
        consumption = np.where(negative, np.nan, consumption)
    # Days on which the clocks change have slots that nobody fills.
    absent_days = np.isnan(consumption).sum(axis=2) > SLOTS // 2
    absent = absent_days.sum(axis=1)
    kept = absent < absent_days.shape[1]
    for row in np.flatnonzero(absent >= _MISSING_DAYS).tolist():
        kind = DataProblem.MISSING_DAYS if kept[row] else DataProblem.NO_READINGS
        problems.append(Problem(supply.points[row], kind, int(absent[row])))
    rows = np.flatnonzero(kept)
    plants = np.flatnonzero(kept[supply.plant_of]) if len(supply.plant_of) else np.zeros(0, dtype=np.int64)
    whole = len(rows) == len(kept)
    usable = replace(
        supply,
        points=tuple(supply.points[row] for row in rows),
        profile_class=tuple(supply.profile_class[row] for row in rows),
        consumption=consumption if whole else consumption[rows],
        estimated=supply.estimated if whole else supply.estimated[rows],
        plant_of=np.searchsorted(rows, supply.plant_of[plants]),
        generation=supply.generation[plants],
        generation_estimated=supply.generation_estimated[plants],
    )
    metered = int((np.isfinite(supply.meter_wh).sum(axis=1) > SLOTS // 2).sum())
    if metered < LEAST_DAYS:
        problems.append(Problem(None, DataProblem.NO_SUBSTATION_METER, len(supply.meter_wh) - metered))
    elif not len(rows):
        problems.append(Problem(None, DataProblem.NO_CUSTOMERS, 0))
    return usable, problems


def is_computable(problems: Sequence[Problem]) -> bool:
    """Whether a balance can be drawn up at all."""
    fatal = {DataProblem.NO_SUBSTATION_METER, DataProblem.NO_CUSTOMERS}
    return not any(one.problem in fatal for one in problems)
