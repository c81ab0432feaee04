"""One seed's world: its substations and what their meters recorded. Any substation and day regenerates alone."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from functools import lru_cache
from pathlib import Path

import numpy as np

from headend import assignment, hot_spot, identity, loss_profile, metering
from headend.assignment import Connection
from headend.customer import Channels, Shapes, simulate
from headend.errors import RequestError
from headend.grid import Grid, read_grids
from headend.local_days import INTERVAL_MINUTES, History, Window
from headend.loss_profile import LossProfile
from headend.meter import MeterReadings, read_meters
from headend.metering import Metered
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
    losses: LossProfile | None = None
    """None is the perfect world: meters with a gain error, and nothing else out of the ordinary."""

    @classmethod
    def of(cls, seed: int, folder: Path | None = None, losses: str = loss_profile.NONE) -> Fleet:
        """Read SimBench and prepare a seed's world with the losses of a profile."""
        if not 0 <= seed <= _MAX_SEED:
            raise RequestError(f"seed {seed} is not within 0..{_MAX_SEED}", "choose a seed of at most five digits")
        profile, source = loss_profile.read(losses), SimBench.read(folder)
        grids = read_grids(source)
        if profile is not None:
            grids = tuple(hot_spot.refitted(seed, grid, profile) for grid in grids)
        return cls(seed, grids, Shapes.of(source), profile)

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
        return self.read(grid, window, self.metered(grid, window))

    def metered(self, grid: Grid, window: Window) -> Metered:
        """What flows in one substation and what its meters see of it."""
        channels, history = Channels.of(self.seed, grid, self.shapes), _history(window)
        if self.losses is not None:
            return metering.metered(self.seed, grid, channels, self.shapes, self.losses, window, history)
        flow = simulate(channels, self.shapes, window, history)
        return Metered(channels, flow, flow)

    def read(self, grid: Grid, window: Window, metered: Metered) -> GridReadings:
        """Read the meters of one substation, the transformer's among them."""
        channels, flow = metered.channels, metered.true
        sign = np.where(channels.is_plant, -1.0, 1.0)[:, None]
        active_w = flow.interval_wh()[:, window.present] * (60 / INTERVAL_MINUTES) * sign
        load = np.zeros((len(grid.busbars), active_w.shape[1]), dtype=np.complex128)
        np.add.at(load, channels.bus, active_w + 1j * flow.reactive_var[:, window.present])
        if metered.unmetered is not None:
            load += metered.unmetered
        delivery = uniforms(channels.keys, Purpose.DELIVERY, window.first_number, window.days, 4)[:, :, 0]
        ids = np.array(assignment.metering_point_ids(self.seed, self.losses, self.grids, grid))
        points = ids[channels.load_number - 1]
        order = np.lexsort((channels.is_plant, points))
        meters = replace(read_meters(channels, metered.recorded), status=metered.status)
        return GridReadings(
            substation_id=identity.substation_id(self.seed, grid.number),
            # In a world with losses the feeder would tell on points that the register puts behind another one.
            head_end=f"he-{grid.feeder.lower()}" if self.losses is None else f"he-{identity.area(self.seed).lower()}",
            keys=[channels.keys[position] for position in order],
            metering_point_ids=points[order].tolist(),
            registers=[identity.EXPORT if plant else identity.IMPORT for plant in channels.is_plant[order]],
            meters=meters.taken(order),
            collected_at=np.floor(window.starts[1:] + _SEND_AFTER_S + delivery[order] * _SEND_WITHIN_S),
            transformer=read_transformer(self.seed, grid, load, window, metered.tap, metered.transformer_gain),
        )

    def connections(self, grids: Sequence[Grid]) -> list[Connection]:
        """The metering points of the given substations by id, as they are and as the register has them."""
        return assignment.connections(self.seed, self.losses, self.grids, grids)

    def bundles(self, grids: Sequence[Grid], window: Window) -> int:
        """How many day bundles a window holds."""
        return window.days * sum(len(grid.loads) + len(grid.plants) for grid in grids)


@lru_cache(maxsize=4)
def _history(window: Window) -> History:
    return History.until(window)
