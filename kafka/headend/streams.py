"""Random numbers that any partition can draw alone, in any order.

One Philox key per (seed, grid, load, channel); the purpose is one word of the counter and the day another. A number
therefore depends only on what it is for, never on what was drawn before, and later purposes (injected faults) cannot
disturb the customers.
"""

from __future__ import annotations

from datetime import date
from enum import IntEnum, unique

import numpy as np
import numpy.typing as npt

Floats = npt.NDArray[np.float64]
Ints = npt.NDArray[np.int64]
Flags = npt.NDArray[np.bool_]
Key = npt.NDArray[np.uint64]

FIRST_DAY = date(2016, 1, 1)
"""Registers start to count here; no earlier day exists in the simulated world."""

NEVER = np.iinfo(np.int64).max
"""Stands for a moment that does not come, in seconds or days."""

SUBSTATION = 0
"""The load number that stands for the substation itself; loads count from 1."""

_DOUBLES_PER_BLOCK = 4  # one Philox4x64 counter step yields four 64-bit words


@unique
class Purpose(IntEnum):
    """What a number is drawn for. Values are part of the seed contract: append, never renumber or share."""

    SELECTION = 0
    CUSTOMER = 1
    DAY = 2
    INTERVAL = 3
    DELIVERY = 4
    SUPPLY_VOLTAGE = 5
    WEATHER = 6
    METER = 7
    LATENESS = 8
    REPETITION = 9
    CONTENT = 10
    DEVICE = 11
    OUTAGE = 12
    POISON = 13
    # From 32 on: what a loss profile injects, apart from how customers live and how bundles travel.
    OCCUPANCY = 32
    HOLIDAY = 33
    EMPTY_HOME = 34
    FAULT = 35
    FAULT_DAY = 36
    ASSIGNMENT = 37
    HOOK = 38
    HOOK_NOISE = 39
    LIGHTING = 40
    HOT_SPOT = 41
    TRANSFORMER_SIZE = 42
    EV = 43
    EV_SESSION = 44
    CLOCK = 45
    TRANSFORMER_METER = 46
    GAP = 47
    CONCENTRATOR_GAP = 48
    IDENTITY = 49


def key(seed: int, grid: int, load: int, channel: int = 0) -> Key:
    """The Philox key of one channel (0 consumption, 1 PV) of one load, or of the substation (load 0)."""
    return np.asarray(np.random.SeedSequence((seed, grid, load, channel)).generate_state(2, np.uint64), dtype=np.uint64)


def generator(stream_key: Key, purpose: Purpose, block: int = 0) -> np.random.Generator:
    """A generator that starts at the given counter block of one purpose."""
    counter = np.array([block, purpose, 0, 0], dtype=np.uint64)
    return np.random.Generator(np.random.Philox(key=stream_key, counter=counter))


def uniforms(keys: list[Key], purpose: Purpose, first_day: int, days: int, per_day: int) -> Floats:
    """Uniform numbers [key, day, per_day]; a day's numbers do not depend on the window that is asked for."""
    if per_day % _DOUBLES_PER_BLOCK:
        raise ValueError(f"per_day must be a multiple of {_DOUBLES_PER_BLOCK} so that days fall on counter blocks")
    drawn = np.empty((len(keys), days, per_day))
    for row, stream_key in enumerate(keys):
        generator(stream_key, purpose, first_day * per_day // _DOUBLES_PER_BLOCK).random(out=drawn[row])
    return drawn


def normals(first: Floats, second: Floats) -> Floats:
    """Standard normal numbers from two uniform ones (Box-Muller: a fixed number of draws, unlike the ziggurat)."""
    radius = np.sqrt(-2.0 * np.log1p(-first))
    return np.asarray(radius * np.cos(2.0 * np.pi * second), dtype=np.float64)
