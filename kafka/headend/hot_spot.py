"""Substations in trouble: a street that bought electric cars, a transformer too small, a tap changer that sticks."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

import numpy as np

from headend import episode
from headend.customer import Channels, Flow
from headend.episode import Episode
from headend.grid import Grid
from headend.local_days import INTERVAL_MINUTES, Window
from headend.loss_profile import Kind, LossProfile
from headend.streams import SUBSTATION, Floats, Ints, Purpose, key, uniforms

_STANDARD_KVA = (30.0, 50.0, 63.0, 100.0, 160.0, 250.0, 400.0)
_CHARGER_KW, _COINCIDENCE = 11.0, 0.35
_CHARGING_DAYS, _LEAST_KWH, _SPREAD_KWH = 0.8, 6.0, 18.0
_FIRST_SLOT, _SPREAD_SLOTS = 68, 12  # cars come home between 17 and 20 h; the longest charge still ends before midnight
_SLOTS_PER_HOUR = 60 // INTERVAL_MINUTES


def small_transformer(seed: int, grid: Grid, profile: LossProfile) -> float | None:
    """To which part of its usual rating a substation's transformer was chosen too small; None where it was not."""
    chance, level, *_ = episode.for_life([key(seed, grid.number, SUBSTATION)], Purpose.TRANSFORMER_SIZE)[0].tolist()
    small = profile[Kind.SMALL_TRANSFORMER]
    return float(small.level_at(level)) if chance < small.share else None


def refitted(seed: int, grid: Grid, profile: LossProfile) -> Grid:
    """The grid with the transformer that really stands there; the asset register knows it."""
    part, unit = small_transformer(seed, grid, profile), grid.transformer
    if part is None:
        return grid
    wanted = part * unit.rated_kva
    rated_kva = max((size for size in _STANDARD_KVA if size <= wanted), default=_STANDARD_KVA[0])
    scale = rated_kva / unit.rated_kva
    fitted = replace(
        unit,
        type=f"{rated_kva / 1000.0:g} MVA 20/0.4 kV",
        rated_kva=rated_kva,
        copper_loss_kw=unit.copper_loss_kw * scale,
        iron_loss_kw=unit.iron_loss_kw * scale,
    )
    return replace(grid, transformer=fitted)


def episodes(seed: int, grid: Grid, profile: LossProfile, days: int) -> list[Episode]:
    """Charging clusters and stuck taps of one substation."""
    always = np.ones(1, dtype=np.bool_)
    kinds = {kind: (profile[kind], always) for kind in (Kind.EV_CLUSTER, Kind.FAULTY_TAP)}
    return episode.draw([key(seed, grid.number, SUBSTATION)], Purpose.HOT_SPOT, kinds, days)


def tap(happening: Sequence[Episode], window: Window) -> Floats:
    """By what the voltage differs per interval of the window."""
    by_day = np.ones(window.first_number + window.days)
    for one in happening:
        if one.kind is Kind.FAULTY_TAP:
            by_day[one.days] *= 1.0 + (one.level if one.details[0] < 0.5 else -one.level)
    return np.repeat(by_day[window.first_number :], window.lengths)


def car_owners(grid: Grid, channels: Channels, cluster: Episode) -> Ints:
    """Who of a cluster's customers has a car: as many as bring the wanted evening peak, at most all."""
    cars = round(cluster.level * grid.transformer.rated_kva / (_CHARGER_KW * _COINCIDENCE))
    eagerness = episode.for_life(channels.keys, Purpose.EV)[:, 0] + channels.is_plant
    return np.argsort(eagerness, kind="stable")[: min(cars, len(grid.loads))]


def charged(flow: Flow, channels: Channels, charging: Sequence[tuple[Episode, Sequence[int]]], window: Window) -> Flow:
    """The flow with the cars of each cluster at the given rows; they are metered like all else behind the meter."""
    if not any(len(rows) for _, rows in charging):
        return flow
    day_wh, weights = flow.day_wh.copy(), flow.interval_wh()
    for cluster, rows in charging:
        drawn = uniforms([channels.keys[row] for row in rows], Purpose.EV_SESSION, 0, day_wh.shape[1], 4)
        active = np.zeros(day_wh.shape[1], dtype=np.bool_)
        active[cluster.days] = True
        energy = np.where(active & (drawn[:, :, 0] < _CHARGING_DAYS), _LEAST_KWH + drawn[:, :, 1] * _SPREAD_KWH, 0.0)
        begin = _FIRST_SLOT + drawn[:, :, 2] * _SPREAD_SLOTS
        recent = slice(window.first_number, None)
        weights[rows] += _sessions(energy[:, recent], begin[:, recent], window) * 1000.0
        day_wh[rows] += energy * 1000.0
    return Flow(day_wh, weights, flow.reactive_var)


def _sessions(energy_kwh: Floats, begin: Floats, window: Window) -> Floats:
    """Charging at full power from a slot on until the energy is in the car: kWh [row, day, interval]."""
    end = begin + energy_kwh / _CHARGER_KW * _SLOTS_PER_HOUR
    slots = window.slots[None]
    covered = np.minimum(slots + 1, end[:, :, None]) - np.maximum(slots, begin[:, :, None])
    return np.asarray(np.clip(covered, 0.0, 1.0) * (_CHARGER_KW / _SLOTS_PER_HOUR), dtype=np.float64)
