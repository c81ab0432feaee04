"""Meters: integer Wh in cumulative registers, so that the intervals of a day sum exactly to its register difference."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from headend.customer import Channels, Flow
from headend.streams import Floats, Ints, Purpose, generator, normals

_GAIN_SIGMA = 0.004
_OLDEST_READING_WH = 40_000_000  # registers start anywhere below 40 MWh: meters were not all installed on FIRST_DAY

SUBSTITUTE_STATUS = 1
"""Raw device status: the head-end put in a value of its own."""


@dataclass(frozen=True)
class MeterReadings:
    """What the meters of one grid recorded in a window."""

    values: Ints
    """Wh [channel, day, interval]; zero in padding."""
    start_register: Ints
    """Wh [channel, day] at local midnight."""
    end_register: Ints
    midnights: Ints
    """Wh [channel, day since FIRST_DAY] at every local midnight up to the window's end: a meter's whole life."""
    status: Ints | None = None
    """Raw device status [channel, day, interval]; None where every one is 0."""

    def taken(self, order: Ints) -> MeterReadings:
        """The same readings with their channels in another order."""
        return MeterReadings(
            self.values[order],
            self.start_register[order],
            self.end_register[order],
            self.midnights[order],
            None if self.status is None else self.status[order],
        )


def read_meters(channels: Channels, flow: Flow) -> MeterReadings:
    """Measure true flows with meters that are off by a constant fraction of a percent and count whole Wh."""
    constants = np.stack([generator(stream_key, Purpose.METER).random(3) for stream_key in channels.keys])
    gain = 1.0 + _GAIN_SIGMA * normals(constants[:, 0], constants[:, 1])
    installed = np.floor(constants[:, 2] * _OLDEST_READING_WH).astype(np.int64)
    day_wh = np.floor(flow.day_wh * gain[:, None] + 0.5).astype(np.int64)
    midnights = installed[:, None] + np.concatenate([np.zeros_like(day_wh[:, :1]), np.cumsum(day_wh, axis=1)], axis=1)
    days = flow.weights.shape[1]
    return MeterReadings(
        values=spread(flow.weights, day_wh[:, -days:]),
        start_register=midnights[:, -days - 1 : -1],
        end_register=midnights[:, -days:],
        midnights=midnights,
    )


def spread(weights: Floats, total: Ints) -> Ints:
    """Split whole totals by weight along the last axis: integers, none negative, their sum exactly the total."""
    running = np.cumsum(weights, axis=-1)
    last = running[..., -1]
    scale = np.divide(total, last, out=np.zeros_like(last), where=last > 0)
    running *= scale[..., None]
    running += 0.5
    counted = running.astype(np.int64)  # truncation is floor: nothing here is negative
    counted[..., 1:] -= counted[..., :-1].copy()
    return counted
