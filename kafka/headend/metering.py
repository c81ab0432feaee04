"""What a loss profile makes of one substation: what truly flows, and what its meters are allowed to record of it."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from headend import assignment, everyday, hot_spot, meter_error, under_recording, unmetered
from headend.customer import Channels, Flow, Shapes, simulate
from headend.episode import Episode
from headend.grid import Grid
from headend.local_days import History, Window
from headend.loss_profile import Kind, LossProfile
from headend.power_flow import Complex
from headend.streams import Flags, Floats, Ints


@dataclass(frozen=True)
class Circumstances:
    """Everything out of the ordinary in one substation up to a window's end. Rows of episodes are channels."""

    everyday: list[Episode]
    empty_homes: Flags
    misplaced: Flags
    """Per load."""
    faults: list[Episode]
    hot_spots: list[Episode]
    charging: list[tuple[Episode, Ints]]
    small_transformer: bool
    hooks: list[Episode]
    lamps: unmetered.Lighting | None
    clock_offset_s: Floats
    drifting: Flags

    @classmethod
    def of(cls, seed: int, grid: Grid, channels: Channels, profile: LossProfile, days: int) -> Circumstances:
        """Draw what befalls a substation in the first `days` days."""
        misplaced = assignment.misplaced(seed, profile, grid)
        hot_spots = hot_spot.episodes(seed, grid, profile, days)
        offsets, drifting = meter_error.clock_offsets(channels, profile)
        clusters = [one for one in hot_spots if one.kind is Kind.EV_CLUSTER]
        return cls(
            everyday=everyday.episodes(grid, channels, profile, days),
            empty_homes=everyday.empty_homes(grid, channels, profile),
            misplaced=misplaced,
            faults=under_recording.episodes(grid, channels, profile, misplaced[channels.load_number - 1], days),
            hot_spots=hot_spots,
            charging=[(one, hot_spot.car_owners(grid, channels, one)) for one in clusters],
            small_transformer=hot_spot.small_transformer(seed, grid, profile) is not None,
            hooks=unmetered.hooks(seed, grid, profile, days),
            lamps=unmetered.lighting(seed, grid, profile),
            clock_offset_s=offsets,
            drifting=drifting,
        )


@dataclass(frozen=True)
class Metered:
    """What flows in one substation and what is recorded of it; the same in a perfect world."""

    channels: Channels
    true: Flow
    recorded: Flow
    status: Ints | None = None
    """[channel, day, interval]; None where every one is 0."""
    unmetered: Complex | None = None
    """VA [busbar, interval] that no customer's meter sees."""
    tap: Floats | float = 1.0
    """By what the voltage differs per interval."""
    transformer_gain: float = 1.0
    circumstances: Circumstances | None = None


def metered(
    seed: int, grid: Grid, channels: Channels, shapes: Shapes, profile: LossProfile, window: Window, history: History
) -> Metered:
    """Simulate a substation under a profile."""
    known = Circumstances.of(seed, grid, channels, profile, window.first_number + window.days)
    habit = everyday.factor(known.everyday, known.empty_homes, window.first_number + window.days)

    def true_flow(rows: Sequence[int], part: Window) -> Flow:
        some, chosen = channels.taken(rows), list(rows)
        flow = simulate(some, shapes, part, history)
        recent = habit[chosen, part.first_number :, None]
        flow = Flow(flow.day_wh * habit[chosen], flow.weights, flow.reactive_var * recent)
        charging = [(one, np.flatnonzero(np.isin(chosen, owners)).tolist()) for one, owners in known.charging]
        return hot_spot.charged(flow, some, charging, part)

    true = true_flow(range(len(channels.keys)), window)
    recorded = under_recording.recorded(true, channels, known.faults, window, true_flow)
    recorded = meter_error.shifted(recorded, known.clock_offset_s, window)
    recorded, status = meter_error.with_gaps(recorded, seed, grid.number, channels, profile, window)
    return Metered(
        channels=channels,
        true=true,
        recorded=recorded,
        status=status,
        unmetered=unmetered.load(seed, grid, known.hooks, known.lamps, window),
        tap=hot_spot.tap(known.hot_spots, window),
        transformer_gain=meter_error.transformer_gain(seed, grid.number, profile),
        circumstances=known,
    )
