"""Measures how fast a world is generated in memory: nothing is encoded, sent or written."""

from __future__ import annotations

import resource
import time
from collections.abc import Sequence
from dataclasses import dataclass
from functools import partial

from headend import workers
from headend.grid import Grid
from headend.local_days import Window


@dataclass(frozen=True)
class Rate:
    """Readings of customers' registers generated, and the time it took, processes' start included."""

    readings: int
    seconds: float
    cpu_seconds: float
    readings_per_second: int
    readings_per_cpu_second: int


def measure(seed: int, losses: str, grids: Sequence[Grid], window: Window, processes: int) -> Rate:
    """Generate every substation of a window once."""
    started, before = time.monotonic(), _cpu_of_children()
    numbers = [grid.number for grid in grids]
    with workers.pool(processes) as pool:
        readings = sum(pool.map(partial(_generate, seed, losses, window), numbers, chunksize=4))
    seconds, cpu = time.monotonic() - started, _cpu_of_children() - before
    return Rate(readings, round(seconds, 1), round(cpu, 1), round(readings / seconds), round(readings / cpu))


def _cpu_of_children() -> float:
    """What ended processes of this one have used; unlike the wall clock it does not depend on who else is busy."""
    used = resource.getrusage(resource.RUSAGE_CHILDREN)
    return used.ru_utime + used.ru_stime


def _generate(seed: int, losses: str, window: Window, number: int) -> int:
    fleet = workers.fleet(seed, losses)
    generated = fleet.readings(fleet.grids[number - 1], window)
    return len(generated.registers) * len(window.interval_starts)
