"""Load without a meter: hooks, which nobody knows of, and street lighting, which is declared, if not quite rightly."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, time

import numpy as np

from headend import episode
from headend.episode import Episode
from headend.grid import Grid
from headend.local_days import INTERVAL_MINUTES, Window
from headend.loss_profile import Kind, LossProfile
from headend.power_flow import Complex
from headend.streams import SUBSTATION, Floats, Purpose, key, uniforms

_REACTIVE_SHARE = 0.33  # power factor 0.95
_HOOK_SPREAD = 0.2
_DRAWS_PER_DAY = 100
_NIGHT, _WORKING_HOURS = (80, 24), (32, 72)  # slots from 20 to 6 h and from 8 to 18 h
_DECLARED_ERROR = 0.15
_SLEEPING_HOURS = (92, 20)  # half-night lighting is off from 23 to 5 h
_DUSK_DEGREES = -3.0
_INTERVAL_S = INTERVAL_MINUTES * 60


@dataclass(frozen=True)
class Lighting:
    """The street lighting behind one substation."""

    kilowatts: float
    declared_kw: float
    half_night: bool

    @property
    def control(self) -> str:
        """How the register calls its hours."""
        return "half_night" if self.half_night else "dusk_to_dawn"


def lighting(seed: int, grid: Grid, profile: LossProfile) -> Lighting | None:
    """What lamps a substation feeds, if any."""
    drawn = episode.for_life([key(seed, grid.number, SUBSTATION)], Purpose.LIGHTING)[0].tolist()
    known = profile[Kind.STREET_LIGHTING]
    if drawn[0] >= known.share:
        return None
    kilowatts = float(known.level_at(drawn[1])) * sum(cable.length_km for cable in grid.cables)
    declared = kilowatts * (1.0 + _DECLARED_ERROR * (2.0 * drawn[2] - 1.0))
    return Lighting(kilowatts, round(declared, 2), drawn[3] < 0.5)


def lamps_on(grid: Grid, lamps: Lighting, window: Window) -> Floats:
    """Share of each interval of the window during which the lamps burn."""
    begins = window.interval_starts
    dark = np.ones(len(begins))
    longitude, latitude = grid.positions[grid.substation_bus]
    for day in window.dates:
        midnight = datetime.combine(day, time(), UTC).timestamp()
        sunrise, sunset = (midnight + hour * 3600.0 for hour in _sun(day.timetuple().tm_yday, longitude, latitude))
        light = np.minimum(begins + _INTERVAL_S, sunset) - np.maximum(begins, sunrise)
        dark -= np.clip(light / _INTERVAL_S, 0.0, 1.0)
    if lamps.half_night:
        dark *= ~_between(window, _SLEEPING_HOURS)
    return dark


def hooks(seed: int, grid: Grid, profile: LossProfile, days: int) -> list[Episode]:
    """Taps of the cable ahead of any meter."""
    kinds = {Kind.HOOK: (profile[Kind.HOOK], np.ones(1, dtype=np.bool_))}
    return episode.draw([key(seed, grid.number, SUBSTATION)], Purpose.HOOK, kinds, days)


def hook_watts(seed: int, grid: Grid, hook: Episode, window: Window) -> Floats:
    """Power of one hook per interval of the window: always, at night, or in working hours."""
    stream_key = key(seed, grid.number, SUBSTATION)
    drawn = uniforms([stream_key], Purpose.HOOK_NOISE, window.first_number, window.days, _DRAWS_PER_DAY)[0]
    noise = drawn[:, : window.slots.shape[1]][window.present] - 0.5
    active = np.zeros(window.first_number + window.days, dtype=np.bool_)
    active[hook.days] = True
    on = np.repeat(active[window.first_number :], window.lengths)
    if hook.details[0] >= 0.5:
        on &= _between(window, _NIGHT if hook.details[0] < 0.75 else _WORKING_HOURS)
    return np.asarray(on * hook.level * 1000.0 * (1.0 + _HOOK_SPREAD * noise), dtype=np.float64)


def load(seed: int, grid: Grid, happening: Sequence[Episode], lamps: Lighting | None, window: Window) -> Complex:
    """What is drawn without a meter, VA [busbar, interval]; lamps stand along all cables."""
    total = np.zeros((len(grid.busbars), len(window.interval_starts)), dtype=np.complex128)
    if lamps is not None:
        total += lamps_on(grid, lamps, window) * (lamps.kilowatts * 1000.0 / len(grid.busbars))
    for hook in happening:
        busbar = int(hook.details[1] * len(grid.busbars))
        total[busbar] += hook_watts(seed, grid, hook, window) * (1.0 + 1j * _REACTIVE_SHARE)
    return total


def _between(window: Window, slots: tuple[int, int]) -> np.ndarray[tuple[int], np.dtype[np.bool_]]:
    """Which intervals lie between two quarter hours of the wall clock, perhaps across midnight."""
    first, end = slots
    clock = window.slots[window.present]
    inside = (clock >= first) & (clock < end) if first < end else (clock >= first) | (clock < end)
    return np.asarray(inside, dtype=np.bool_)


def _sun(day_of_year: int, longitude: float, latitude: float) -> tuple[float, float]:
    """When lamps go off and on, hours UTC: declination and equation of time in their usual approximations."""
    declination = np.radians(-23.44 * np.cos(2.0 * np.pi * (day_of_year + 10) / 365.25))
    angle = 2.0 * np.pi * (day_of_year - 81) / 365.0
    equation_minutes = 9.87 * np.sin(2.0 * angle) - 7.53 * np.cos(angle) - 1.5 * np.sin(angle)
    noon = 12.0 - longitude / 15.0 - equation_minutes / 60.0
    north = np.radians(latitude)
    cosine = (np.sin(np.radians(_DUSK_DEGREES)) - np.sin(north) * np.sin(declination)) / (
        np.cos(north) * np.cos(declination)
    )
    half_day = float(np.degrees(np.arccos(np.clip(cosine, -1.0, 1.0)))) / 15.0
    return float(noon) - half_day, float(noon) + half_day
