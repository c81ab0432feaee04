"""When it is dark: the height of the sun, by the usual approximations of declination and equation of time."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import UTC, date, datetime, time
from functools import lru_cache
from zoneinfo import ZoneInfo

import numpy as np

from gridlake.losses.supply import SLOTS, Floats

_ZONE = ZoneInfo("Europe/Berlin")
_INTERVAL_S = 900
_INSTANTS = np.array([150.0, 450.0, 750.0])  # seconds within a quarter hour


def darkness(days: Sequence[date], longitude: float, latitude: float, degrees: float) -> Floats:
    """Share of each quarter hour [day, slot] in which the sun stands lower than `degrees` above the horizon."""
    heights = _heights(tuple(days), round(longitude, 2), round(latitude, 2))
    return np.asarray((heights < degrees).mean(axis=2), dtype=np.float64)


@lru_cache(maxsize=8)
def _heights(days: tuple[date, ...], longitude: float, latitude: float) -> Floats:
    """Degrees [day, slot, instant]."""
    midnights = np.array([datetime.combine(day, time(), _ZONE).astimezone(UTC).timestamp() for day in days])
    lengths = np.array([_seconds(day) for day in days])
    # On the two days of the clock change the slots after the fold begin an hour earlier or later.
    slots = np.arange(SLOTS) * _INTERVAL_S
    shift = np.where(slots[None, :] >= 12 * _INTERVAL_S, (lengths - SLOTS * _INTERVAL_S)[:, None], 0)
    instant = midnights[:, None, None] + (slots[None, :] + shift)[:, :, None] + _INSTANTS
    day_of_year = np.array([day.timetuple().tm_yday for day in days])[:, None, None]
    angle = 2.0 * np.pi * (day_of_year - 81) / 365.0
    equation_h = (9.87 * np.sin(2.0 * angle) - 7.53 * np.cos(angle) - 1.5 * np.sin(angle)) / 60.0
    declination = np.radians(23.44) * np.sin(angle)
    solar_h = instant / 3600.0 % 24.0 + longitude / 15.0 + equation_h
    hour_angle = np.radians(15.0 * (solar_h - 12.0))
    north = np.radians(latitude)
    sine = np.sin(north) * np.sin(declination) + np.cos(north) * np.cos(declination) * np.cos(hour_angle)
    return np.asarray(np.degrees(np.arcsin(sine)), dtype=np.float64)


def _seconds(day: date) -> float:
    """How long a local day lasts."""
    following = date.fromordinal(day.toordinal() + 1)
    return datetime.combine(following, time(), _ZONE).timestamp() - datetime.combine(day, time(), _ZONE).timestamp()
