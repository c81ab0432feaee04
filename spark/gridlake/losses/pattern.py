"""When something is missing: from which day to which, and at which hours."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from gridlake.losses.supply import SLOTS, Floats

HOURS = 24
_PER_HOUR = SLOTS // HOURS
_LEAST_DAYS, _LEAST_DAYS_OF_HOURS = 8, 14
_LEAST_HOURS, _MOST_HOURS = 2, 16
_QUICK_HOURS = (4, 6, 8, 12)
_WORTH = 30.0
"""Gain that a boundary in time must bring: there are thousands to choose from."""
_WORTH_SHARE = 0.02


@dataclass(frozen=True)
class Pattern:
    """Days [first, end) of the window and slots [start, stop) of each day, past midnight where stop is the smaller."""

    first: int
    end: int
    start: int = 0
    stop: int = SLOTS

    @property
    def is_all_day(self) -> bool:
        """Whether it knows no hours."""
        return self.start == 0 and self.stop == SLOTS

    def mask(self, days: int) -> Floats:
        """1 within, 0 without [interval]."""
        table = np.zeros((days, SLOTS))
        table[self.first : self.end, _inside(self.start, self.stop)] = 1.0
        return table.ravel()


@dataclass(frozen=True)
class Bounds:
    """Factors that mean something."""

    low: float
    high: float


@dataclass(frozen=True)
class Evidence:
    """For one curve or several: what the readings say about it, cell by cell, and how much others take of it.

    A small column of the curve's own, and all that resemble it, take a share of whatever the curve would explain. Of a
    part of it they take the less, the smaller the part.
    """

    moment: Floats
    """Curve times error [..., day, part of the day]."""
    energy: Floats
    """Curve squared."""
    taken: Floats
    """[...]: share of the whole curve's energy that other columns take."""
    noise: float

    def judged(self, moment: Floats, energy: Floats, bounds: Bounds) -> Floats:
        """Squared score of sums over some cells; 0 where the factor is out of bounds."""
        lead = (..., *([None] * (moment.ndim - self.taken.ndim)))
        whole = self.energy.sum(axis=(-2, -1))[lead]
        part = np.divide(energy, whole, out=np.zeros_like(energy), where=(whole > 0) & (energy > 0))
        left = energy * (1.0 - part * self.taken[lead])
        factor = np.divide(moment, left, out=np.zeros_like(moment), where=left > 0)
        fits = (factor >= bounds.low) & (factor <= bounds.high)
        return np.where(fits, factor * moment, 0.0) / self.noise**2


def cells(values: Floats) -> Floats:
    """Sums per hour [..., day, hour] of [..., interval]."""
    return np.asarray(values.reshape(*values.shape[:-1], -1, HOURS, _PER_HOUR).sum(axis=-1), dtype=np.float64)


def quick(evidence: Evidence, bounds: Bounds) -> Floats:
    """Best squared score per row among the whole, what began or ended within the window, and daily hours."""
    sums = [np.cumsum(part.sum(axis=2), axis=1) for part in (evidence.moment, evidence.energy)]
    pairs = [tuple(sums), tuple(part[:, -1:] - part[:, :-1] for part in sums)]
    per_hour = [part.sum(axis=1) for part in (evidence.moment, evidence.energy)]
    pairs += [tuple(_rolling(part, length) for part in per_hour) for length in _QUICK_HOURS]
    best = [evidence.judged(moment, energy, bounds).max(axis=1) for moment, energy in pairs]
    return np.asarray(np.max(best, axis=0), dtype=np.float64)


def whole(evidence: Evidence, bounds: Bounds) -> Floats:
    """Squared score of each row as a whole."""
    moment, energy = (part.sum(axis=(1, 2))[:, None] for part in (evidence.moment, evidence.energy))
    return evidence.judged(moment, energy, bounds)[:, 0]


def refined(slots: Evidence, bounds: Bounds) -> Pattern:
    """The pattern of one curve [day, slot] that explains most, each boundary being worth its price."""
    days = len(slots.moment)
    moment, energy = (part.reshape(days, HOURS, -1).sum(axis=2) for part in (slots.moment, slots.energy))
    hourly = Evidence(moment, energy, slots.taken, slots.noise)
    best, most = Pattern(0, days), -1.0
    start_value = float(slots.judged(slots.moment.sum().reshape(1), slots.energy.sum().reshape(1), bounds)[0])
    for steps in ((_best_days, _best_hours, _best_days), (_best_hours, _best_days, _best_hours)):
        pattern, value = Pattern(0, days), start_value
        for step in steps:
            found, better = step(hourly, pattern, bounds)
            if better > value + max(_WORTH, _WORTH_SHARE * value):
                pattern, value = found, better
        if value > most:
            best, most = pattern, value
    return best if best.is_all_day else _to_the_quarter(slots, best, bounds, most)


def _best_days(hourly: Evidence, pattern: Pattern, bounds: Bounds) -> tuple[Pattern, float]:
    inside = _inside(pattern.start, pattern.stop)[::_PER_HOUR]
    sums = [np.concatenate([[0.0], np.cumsum(part[:, inside].sum(axis=1))]) for part in (hourly.moment, hourly.energy)]
    moment, energy = (part[None, :] - part[:, None] for part in sums)  # [first, end]
    value = hourly.judged(moment, energy, bounds)
    number = np.arange(len(value))
    least = _LEAST_DAYS if pattern.is_all_day else _LEAST_DAYS_OF_HOURS
    value[number[None, :] - number[:, None] < least] = 0.0
    first, end = np.unravel_index(int(value.argmax()), value.shape)
    return Pattern(int(first), int(end), pattern.start, pattern.stop), float(value[first, end])


def _best_hours(hourly: Evidence, pattern: Pattern, bounds: Bounds) -> tuple[Pattern, float]:
    if pattern.end - pattern.first < _LEAST_DAYS_OF_HOURS:
        return pattern, 0.0
    chosen = [part[pattern.first : pattern.end].sum(axis=0) for part in (hourly.moment, hourly.energy)]
    best, most = pattern, 0.0
    for length in range(_LEAST_HOURS, _MOST_HOURS + 1):
        value = hourly.judged(_rolling(chosen[0], length), _rolling(chosen[1], length), bounds)
        hour = int(value.argmax())
        if value[hour] > most:
            stop = (hour + length) * _PER_HOUR
            most = float(value[hour])
            best = Pattern(pattern.first, pattern.end, hour * _PER_HOUR, stop - SLOTS if stop > SLOTS else stop)
    return best, most


def _to_the_quarter(slots: Evidence, pattern: Pattern, bounds: Bounds, most: float) -> Pattern:
    """Move both hours by up to one, quarter by quarter."""
    chosen = (np.tile(part[pattern.first : pattern.end].sum(axis=0), 3) for part in (slots.moment, slots.energy))
    sums = [np.concatenate([[0.0], np.cumsum(part)]) for part in chosen]
    steps = np.arange(-_PER_HOUR, _PER_HOUR + 1)
    begins = SLOTS + pattern.start + steps
    ends = SLOTS + pattern.stop + (SLOTS if pattern.stop <= pattern.start else 0) + steps
    lengths = ends[None, :] - begins[:, None]
    moment, energy = (part[ends][None, :] - part[begins][:, None] for part in sums)
    value = slots.judged(moment, energy, bounds)
    value[(lengths < _PER_HOUR) | (lengths >= SLOTS)] = 0.0
    row, column = np.unravel_index(int(value.argmax()), value.shape)
    if value[row, column] <= most:
        return pattern
    start, stop = int(begins[row]) % SLOTS, int(ends[column]) % SLOTS
    return Pattern(pattern.first, pattern.end, start, stop or SLOTS)


def _inside(start: int, stop: int) -> npt.NDArray[np.bool_]:
    slots = np.arange(SLOTS)
    return (slots >= start) & (slots < stop) if start < stop else (slots >= start) | (slots < stop)


def _rolling(per_hour: Floats, length: int) -> Floats:
    """Sums over `length` hours from each hour on, past midnight."""
    twice = np.concatenate([per_hour, per_hour], axis=-1)
    sums = np.concatenate([np.zeros_like(twice[..., :1]), np.cumsum(twice, axis=-1)], axis=-1)
    return np.asarray(sums[..., length : length + HOURS] - sums[..., :HOURS], dtype=np.float64)
