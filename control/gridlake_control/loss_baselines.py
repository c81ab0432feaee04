"""Simpler ways to rank customers by suspicion, for comparison: what the detector has to be better than."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np

from gridlake.losses.supply import SLOTS, Floats, Supply, checked, is_computable

_LEAST_DAYS = 14
_LEAST_FACTOR = 0.12
_BINS = 8
_YEAR = 365


@dataclass(frozen=True)
class Suspicion:
    """How suspicious one point is; comparable within a method only."""

    metering_point_id: str
    score: float


def own_drop(supply: Supply) -> list[Suspicion]:
    """By kWh a year that a point uses less than before, at the day where the difference is largest."""
    daily = np.nansum(supply.consumption, axis=2) / 1000.0
    sums, days = np.cumsum(daily, axis=1), daily.shape[1]
    before = sums[:, _LEAST_DAYS - 1 : days - _LEAST_DAYS]
    length = np.arange(_LEAST_DAYS, _LEAST_DAYS + before.shape[1])
    drop = before / length - (sums[:, -1:] - before) / (days - length)
    return _ranked(supply, drop.max(axis=1, initial=0.0) * _YEAR)


def correlation(supply: Supply) -> list[Suspicion]:
    """By the information that a point's hourly use and what the balance lacks share (after the MIC of the literature).

    Both are taken without their mean day, in bins of equal counts.
    """
    missing = _individual(_hourly(_residual(supply)[None]))
    use = _individual(_hourly(np.nan_to_num(supply.consumption)))
    places = _binned(missing)[0]
    scores = []
    for row in _binned(use):
        joint = np.bincount(row * _BINS + places, minlength=_BINS**2).reshape(_BINS, _BINS) / len(places)
        independent = joint.sum(axis=1, keepdims=True) * joint.sum(axis=0, keepdims=True)
        there = joint > 0
        scores.append(float((joint[there] * np.log(joint[there] / independent[there])).sum()))
    return _ranked(supply, np.array(scores))


def least_squares(supply: Supply) -> list[Suspicion]:
    """By the t-value of each point's factor in an ordinary regression on all points at once."""
    residual = _residual(supply).ravel()
    use = np.nan_to_num(supply.consumption).reshape(len(supply.points), -1)
    columns = np.concatenate([use, np.ones((1, use.shape[1]))])
    scale = np.maximum(np.sqrt((columns**2).sum(axis=1)), 1e-9)
    columns = columns / scale[:, None]
    inverse = np.linalg.pinv(columns @ columns.T)
    factors = inverse @ (columns @ residual)
    noise = (residual - factors @ columns).std()
    errors = noise * np.sqrt(np.maximum(inverse.diagonal(), 1e-12))
    score = np.where(factors / scale >= _LEAST_FACTOR, factors / errors, 0.0)
    return _ranked(supply, score[: len(use)])


METHODS: dict[str, Callable[[Supply], list[Suspicion]]] = {
    "own_drop": own_drop,
    "correlation": correlation,
    "least_squares": least_squares,
}


def suspicions(supply: Supply) -> dict[str, list[Suspicion]]:
    """What each method says of a substation; nothing where no balance can be drawn up."""
    usable, problems = checked(supply)
    if not is_computable(problems):
        return {name: [] for name in METHODS}
    return {name: method(usable) for name, method in METHODS.items()}


def _residual(supply: Supply) -> Floats:
    residual = supply.meter_wh - np.nansum(supply.consumption, axis=0) + np.nansum(supply.generation, axis=0)
    return np.asarray(np.nan_to_num(residual), dtype=np.float64)


def _hourly(values: Floats) -> Floats:
    return np.asarray(values.reshape(len(values), -1, SLOTS // 4, 4).sum(axis=3), dtype=np.float64)


def _individual(hourly: Floats) -> Floats:
    return np.asarray((hourly - hourly.mean(axis=1, keepdims=True)).reshape(len(hourly), -1), dtype=np.float64)


def _binned(rows: Floats) -> np.ndarray[tuple[int, int], np.dtype[np.int64]]:
    rank = rows.argsort(axis=1, kind="stable").argsort(axis=1, kind="stable")
    return np.asarray(rank * _BINS // rows.shape[1], dtype=np.int64)


def _ranked(supply: Supply, scores: Floats) -> list[Suspicion]:
    return [Suspicion(point, float(score)) for point, score in zip(supply.points, scores, strict=True) if score > 0]
