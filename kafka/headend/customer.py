"""What customers and PV plants really draw and feed in: SimBench's few shapes, made different for every neighbour.

A load follows its profile, scaled by a log-normal amplitude of its own; each day is a similar day of the season,
stronger or weaker, earlier or later by up to an hour, with noise on every interval. PV follows the real day, because
neighbours share the sun. A day's energy has a closed form and the noise only spreads it, so a register reading needs no
other day's intervals.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from headend.grid import Grid, Load, Plant
from headend.local_days import INTERVAL_MINUTES, SLOTS, History, Window
from headend.simbench import SimBench
from headend.streams import Floats, Ints, Key, Purpose, generator, key, normals, uniforms

_AMPLITUDE_SIGMA, _DAY_SIGMA, _NOISE_SIGMA, _MAX_SHIFT = 0.25, 0.15, 0.10, 4
_PLANT_AMPLITUDE_SIGMA, _PLANT_NOISE_SIGMA = 0.10, 0.03
_HOURS = INTERVAL_MINUTES / 60
_DRAWS_PER_DAY = 100  # the longest day; a whole number of Philox blocks


@dataclass(frozen=True)
class Shapes:
    """All profiles in one padded array, and the energy of every (profile, day, shift) precomputed."""

    position: dict[str, int]
    values: Floats
    reactive: Floats
    day_sum: Floats
    """[profile, day, shift + 4]: sum over the 96 slots."""
    fold_sum: Floats
    """[profile, day, shift + 4]: sum over the hour that the clock change skips or repeats."""

    @classmethod
    def of(cls, source: SimBench) -> Shapes:
        """Stack the profiles; the year is continued by its own end and beginning so that shifted days stay inside."""
        names = sorted(source.profiles)
        blank = np.zeros_like(source.profiles[names[0]])
        values = _padded(np.stack([np.maximum(source.profiles[name], 0.0) for name in names]))
        reactive = _padded(np.stack([source.reactive_profiles.get(name, blank) for name in names]))
        running = np.concatenate([np.zeros((len(names), 1)), np.cumsum(values, axis=1)], axis=1)
        days = np.arange(blank.size // SLOTS)[:, None] * SLOTS + _MAX_SHIFT
        begins = days - np.arange(-_MAX_SHIFT, _MAX_SHIFT + 1)
        return cls(
            position={name: row for row, name in enumerate(names)},
            values=values,
            reactive=reactive,
            day_sum=running[:, begins + SLOTS] - running[:, begins],
            fold_sum=running[:, begins + 12] - running[:, begins + 8],
        )


@dataclass(frozen=True)
class Channels:
    """The metered flows of one grid: every load, then every PV plant."""

    load_number: Ints
    is_plant: np.ndarray[tuple[int], np.dtype[np.bool_]]
    bus: Ints
    shape: Ints
    active_kw: Floats
    reactive_kvar: Floats
    keys: list[Key]
    amplitude: Floats

    @classmethod
    def of(cls, seed: int, grid: Grid, shapes: Shapes) -> Channels:
        """Arrange a grid's loads and plants and draw what stays with them for life."""
        owners = [*range(len(grid.loads)), *(plant.load for plant in grid.plants)]
        is_plant = np.arange(len(owners)) >= len(grid.loads)
        keys = [key(seed, grid.number, owner + 1, int(plant)) for owner, plant in zip(owners, is_plant, strict=True)]
        lifelong = np.stack([generator(stream_key, Purpose.CUSTOMER).random(2) for stream_key in keys])
        sigma = np.where(is_plant, _PLANT_AMPLITUDE_SIGMA, _AMPLITUDE_SIGMA)
        sources: list[Load | Plant] = [*grid.loads, *grid.plants]
        return cls(
            load_number=np.array(owners) + 1,
            is_plant=is_plant,
            bus=np.array([grid.loads[owner].bus for owner in owners]),
            shape=np.array([shapes.position[source.profile] for source in sources]),
            active_kw=np.array([source.active_kw for source in sources]),
            reactive_kvar=np.array([load.reactive_kvar for load in grid.loads] + [0.0] * len(grid.plants)),
            keys=keys,
            amplitude=np.exp(sigma * normals(lifelong[:, 0], lifelong[:, 1]) - sigma**2 / 2),  # mean 1
        )

    def taken(self, rows: Sequence[int]) -> Channels:
        """Some of the channels, in the given order."""
        chosen = list(rows)
        return Channels(
            load_number=self.load_number[chosen],
            is_plant=self.is_plant[chosen],
            bus=self.bus[chosen],
            shape=self.shape[chosen],
            active_kw=self.active_kw[chosen],
            reactive_kvar=self.reactive_kvar[chosen],
            keys=[self.keys[row] for row in chosen],
            amplitude=self.amplitude[chosen],
        )


@dataclass(frozen=True)
class Flow:
    """True energy of every channel."""

    day_wh: Floats
    """[channel, day since FIRST_DAY]: energy of each whole day up to the window's end."""
    weights: Floats
    """[channel, day of the window, interval]: how the day's energy is spread; zero in padding."""
    reactive_var: Floats
    """[channel, day of the window, interval]"""

    def interval_wh(self) -> Floats:
        """True energy per interval [channel, day, interval]."""
        days = self.weights.shape[1]
        total = self.weights.sum(axis=2)
        share = np.divide(self.day_wh[:, -days:], total, out=np.zeros_like(total), where=total > 0)
        return np.asarray(self.weights * share[:, :, None], dtype=np.float64)


def simulate(channels: Channels, shapes: Shapes, window: Window, history: History) -> Flow:
    """The flows of a window, and the day energies of everything before it."""
    is_plant = channels.is_plant[:, None]
    draws = uniforms(channels.keys, Purpose.DAY, 0, len(history.counts), 4)
    source_day = np.where(is_plant, history.profile_day, history.draw(draws[:, :, 0]))
    shift = np.where(is_plant, 0, (draws[:, :, 1] * (2 * _MAX_SHIFT + 1)).astype(np.int64) - _MAX_SHIFT)
    strength = np.exp(_DAY_SIGMA * normals(draws[:, :, 2], draws[:, :, 3]) - _DAY_SIGMA**2 / 2)
    factor = np.where(is_plant, 1.0, strength) * channels.amplitude[:, None]
    shape = channels.shape[:, None]
    energy = shapes.day_sum[shape, source_day, shift + _MAX_SHIFT]
    energy += history.fold * shapes.fold_sum[shape, source_day, shift + _MAX_SHIFT]
    day_wh = energy * factor * channels.active_kw[:, None] * (1000.0 * _HOURS)

    days, longest = window.slots.shape
    recent = slice(-days, None)
    begins = shape * shapes.values.shape[1] + _MAX_SHIFT + source_day[:, recent] * SLOTS - shift[:, recent]
    index = begins[:, :, None] + np.maximum(window.slots, 0)
    noise = uniforms(channels.keys, Purpose.INTERVAL, window.first_number, days, _DRAWS_PER_DAY)[:, :, :longest]
    spread = np.where(channels.is_plant, _PLANT_NOISE_SIGMA, _NOISE_SIGMA) * np.sqrt(12.0)
    weights = (1.0 + spread[:, None, None] * (noise - 0.5)) * shapes.values.ravel()[index] * window.present
    reactive = (
        shapes.reactive.ravel()[index] * (factor[:, recent] * channels.reactive_kvar[:, None] * 1000.0)[:, :, None]
    )
    return Flow(day_wh, weights, reactive)


def _padded(profiles: Floats) -> Floats:
    return np.concatenate([profiles[:, -_MAX_SHIFT:], profiles, profiles[:, :_MAX_SHIFT]], axis=1)
