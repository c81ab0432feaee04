"""One seed's world: its substations and what their meters recorded. Any substation and day regenerates alone."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path

import numpy as np

from headend import identity
from headend.customer import Channels, Shapes, simulate
from headend.errors import RequestError
from headend.grid import Grid, read_grids
from headend.local_days import INTERVAL_MINUTES, History, Window
from headend.meter import MeterReadings, read_meters
from headend.simbench import SimBench
from headend.streams import SUBSTATION, Floats, Key, Purpose, generator, key, uniforms
from headend.substation import TransformerReadings, read_transformer

_MAX_SEED = 99_999  # five digits in every identifier
_SEND_AFTER_S, _SEND_WITHIN_S = 15 * 60, 345 * 60  # head-ends collect a day between 00:15 and 06:00 of the next


@dataclass(frozen=True)
class GridReadings:
    """Everything one substation's head-end knows about a window, sorted by (metering point, register)."""

    substation_id: str
    head_end: str
    keys: list[Key]
    """Streams of the rows: those that their customers were drawn with."""
    metering_point_ids: list[str]
    registers: list[str]
    meters: MeterReadings
    collected_at: Floats
    """Epoch seconds UTC [row, day] at which the head-end sends the day's bundle."""
    transformer: TransformerReadings


@dataclass(frozen=True)
class Fleet:
    """All 412 substations of one seed."""

    seed: int
    grids: tuple[Grid, ...]
    shapes: Shapes

    @classmethod
    def of(cls, seed: int, folder: Path | None = None) -> Fleet:
        """Read SimBench and prepare a seed's world."""
        if not 0 <= seed <= _MAX_SEED:
            raise RequestError(f"seed {seed} is not within 0..{_MAX_SEED}", "choose a seed of at most five digits")
        source = SimBench.read(folder)
        return cls(seed, read_grids(source), Shapes.of(source))

    def select(self, substations: int) -> tuple[Grid, ...]:
        """The first grids of the seed's own order, by number; a larger selection contains every smaller one."""
        if not 1 <= substations <= len(self.grids):
            raise RequestError(
                f"{substations} substations were asked for, the data set has {len(self.grids)}",
                f"choose --substations between 1 and {len(self.grids)}",
            )
        order = generator(key(self.seed, 0, SUBSTATION), Purpose.SELECTION).permutation(len(self.grids))
        return tuple(self.grids[position] for position in sorted(order[:substations]))

    def readings(self, grid: Grid, window: Window) -> GridReadings:
        """Simulate one substation."""
        channels = Channels.of(self.seed, grid, self.shapes)
        flow = simulate(channels, self.shapes, window, _history(window))
        sign = np.where(channels.is_plant, -1.0, 1.0)[:, None]
        active_w = flow.interval_wh()[:, window.present] * (60 / INTERVAL_MINUTES) * sign
        load = np.zeros((len(grid.busbars), active_w.shape[1]), dtype=np.complex128)
        np.add.at(load, channels.bus, active_w + 1j * flow.reactive_var[:, window.present])
        delivery = uniforms(channels.keys, Purpose.DELIVERY, window.first_number, window.days, 4)[:, :, 0]
        order = np.lexsort((channels.is_plant, channels.load_number))
        meters = read_meters(channels, flow)
        return GridReadings(
            substation_id=identity.substation_id(self.seed, grid.number),
            head_end=f"he-{grid.feeder.lower()}",
            keys=[channels.keys[position] for position in order],
            metering_point_ids=[
                identity.metering_point_id(self.seed, grid.number, int(number))
                for number in channels.load_number[order]
            ],
            registers=[identity.EXPORT if plant else identity.IMPORT for plant in channels.is_plant[order]],
            meters=meters.taken(order),
            collected_at=np.floor(window.starts[1:] + _SEND_AFTER_S + delivery[order] * _SEND_WITHIN_S),
            transformer=read_transformer(self.seed, grid, load, window),
        )

    def bundles(self, grids: Sequence[Grid], window: Window) -> int:
        """How many day bundles a window holds."""
        return window.days * sum(len(grid.loads) + len(grid.plants) for grid in grids)


@lru_cache(maxsize=4)
def _history(window: Window) -> History:
    return History.until(window)
