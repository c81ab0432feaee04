"""Errors of meters that nobody causes: clocks that are off, gaps filled by the head-end, gain of transformer meters."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from headend import episode
from headend.customer import Channels, Flow
from headend.local_days import INTERVAL_MINUTES, Window
from headend.loss_profile import Kind, LossProfile, Phenomenon
from headend.meter import SUBSTITUTE_STATUS
from headend.streams import SUBSTATION, Flags, Floats, Ints, Key, Purpose, key, normals, uniforms

_INTERVAL_S = INTERVAL_MINUTES * 60
_CLUSTERED = 0.5  # share of all gaps that befall a whole substation, because its concentrator was silent


def clock_offsets(channels: Channels, profile: LossProfile) -> tuple[Floats, Flags]:
    """By how many seconds each meter's intervals begin later than they say, for life, and whose clock drifted."""
    drawn = episode.for_life(channels.keys, Purpose.CLOCK)
    drift = profile[Kind.CLOCK_DRIFT]
    common = profile[Kind.CLOCK_ERROR].level[0] * normals(drawn[:, 0], drawn[:, 1])
    far = drift.level_at(drawn[:, 3]) * np.where(drawn[:, 4] < 0.5, 1.0, -1.0)
    drifted = drawn[:, 2] < drift.share
    return np.where(drifted, far, common), drifted


def shifted(flow: Flow, offsets: Floats, window: Window) -> Flow:
    """The flow on the meters' own clocks.

    An interval takes its share of the neighbour that it overlaps; at midnight that is the day's other end, so that a
    day's energy stays what it is and a day regenerates alone.
    """
    share = np.abs(offsets) / _INTERVAL_S
    lengths = window.lengths[:, None]
    order = np.arange(window.slots.shape[1])
    later = np.where(order + 1 < lengths, order + 1, 0)
    earlier = np.where(order > 0, order - 1, lengths - 1)
    days = np.arange(window.days)[:, None]
    weights = flow.weights * (1.0 - share)[:, None, None]
    for rows, neighbour in ((np.flatnonzero(offsets > 0), later), (np.flatnonzero(offsets < 0), earlier)):
        moved = flow.weights[rows][:, days, neighbour]
        weights[rows] += moved * share[rows, None, None]
    weights *= window.present
    return Flow(flow.day_wh, weights, flow.reactive_var)


def with_gaps(
    flow: Flow, seed: int, grid: int, channels: Channels, profile: LossProfile, window: Window
) -> tuple[Flow, Ints]:
    """The flow after radio gaps were filled evenly between the register readings around them, and the status."""
    gap = profile[Kind.ESTIMATED_GAP]
    weights, status = flow.weights.copy(), np.zeros(flow.weights.shape, dtype=np.int64)
    for rows, keys, purpose, part in (
        (slice(None), [key(seed, grid, SUBSTATION)], Purpose.CONCENTRATOR_GAP, _CLUSTERED),
        (None, channels.keys, Purpose.GAP, 1.0 - _CLUSTERED),
    ):
        for row, day, begin, end in _gaps(keys, purpose, gap, part, window):
            hit = row if rows is None else rows
            weights[hit, day, begin:end] = weights[hit, day, begin:end].mean(axis=-1, keepdims=True)
            status[hit, day, begin:end] = SUBSTITUTE_STATUS
    return Flow(flow.day_wh, weights, flow.reactive_var), status


def transformer_gain(seed: int, grid: int, profile: LossProfile) -> float:
    """By what factor the energy meter of a substation is off, for life."""
    drawn = episode.for_life([key(seed, grid, SUBSTATION)], Purpose.TRANSFORMER_METER)[0]
    return 1.0 + profile[Kind.TRANSFORMER_GAIN].level[0] * float(normals(drawn[0], drawn[1]))


def _gaps(
    keys: Sequence[Key], purpose: Purpose, gap: Phenomenon, part: float, window: Window
) -> list[tuple[int, int, int, int]]:
    """Row, day of the window, first interval and the one after the last."""
    shortest, longest = (int(bound) for bound in gap.level)
    drawn = uniforms(list(keys), purpose, window.first_number, window.days, 4)
    chance = part * gap.share * window.lengths / ((shortest + longest) / 2)
    found = []
    for row, day in np.argwhere(drawn[:, :, 0] < chance).tolist():
        _, length, begin, _ = drawn[row, day].tolist()
        intervals = shortest + int(length * (longest - shortest + 1))
        first = int(begin * (int(window.lengths[day]) - intervals + 1))
        found.append((row, day, first, first + intervals))
    return found
