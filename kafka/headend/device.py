"""What happens to meters themselves: exchange, register reset, rollover, a drifting clock.

Each is drawn once for a meter's life and computed from its registers since FIRST_DAY, so that any day knows its state
alone. A meter is exchanged, is reset or rolls over, once at most: each strikes at its own rate, but which meters it
strikes and when depends on the rates of all three. Readings stay what flowed, and only registers and devices differ.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from headend.faults import Fault, Plan
from headend.local_days import INTERVAL_MINUTES, Window
from headend.meter import MeterReadings
from headend.streams import NEVER, Flags, Floats, Ints, Key, Purpose, generator

REGISTER_WH = 10**9
"""A register counts six digits of kWh and three decimals, then starts again at zero."""

CLOCK_STATUS = 2
"""Raw device status: the clock was not synchronised."""

_TYPICAL_DAY_WH = 13_000  # 4.8 MWh a year: turns a share of days into energy that is left before the rollover
_OPENING_WH = 1_000  # new meters have counted a little in their factory test
_SURE_WH = 1_000  # a reset from less than this could pass for rounding
_MOST_DRIFT_S, _LEAST_DRIFT_S = 300, 60


@dataclass(frozen=True)
class Recorded:
    """What devices recorded in a window [row, day], before anything happens on the way."""

    values: Ints
    """Wh [row, day, interval]; zero in padding."""
    status: Ints
    """[row, day, interval]"""
    start_register: Ints
    end_register: Ints
    split: Ints
    """On a day of exchange the first interval of the new device, else 0."""
    closing_register: Ints
    """Of the old device, where there is a split."""
    opening_register: Ints
    reset: Flags
    rolled: Flags
    drifts: Flags
    """[row]"""


@dataclass(frozen=True)
class _Life:
    """What was drawn for each meter's life."""

    event_day: Ints
    """Days since FIRST_DAY; beyond every window where nothing happens."""
    is_exchange: Flags
    share: Floats
    """Of the event day's energy or intervals before the event."""
    opening: Ints
    lift: Ints
    """Wh that a meter had counted more than its clean register: near its last digit for one that rolls over."""
    rolls: Flags
    drift: Floats
    """Intervals that the clock gains from midnight to midnight; 0 for a good one."""
    flags_drift: Flags

    @classmethod
    def of(cls, keys: Sequence[Key], midnights: Ints, plan: Plan) -> _Life:
        drawn = np.stack([generator(stream_key, Purpose.DEVICE).random(12) for stream_key in keys])
        exchange, reset, rollover = (plan.rate(fault) for fault in (Fault.EXCHANGE, Fault.RESET, Fault.ROLLOVER))
        total, days = exchange + reset + rollover, midnights.shape[1] - 1
        # One event in a life: it comes at the rate of all three together and is each of them by its share. A uniform
        # number over the daily rate strikes every day with that rate, and no meter twice.
        share = drawn[:, 2] * total
        is_exchange, rolls = share < exchange, (share >= exchange + reset) & (rollover > 0)
        event = np.floor(drawn[:, 1] / total) if total else np.full(len(keys), np.inf)
        event_day = np.where(~rolls & (event < days), event, days).astype(np.int64)
        event_day[~is_exchange & ~_can_reset(midnights, event_day)] = days
        # The energy that is left tells on which day a register rolls over.
        left = np.minimum(drawn[:, 3] * (_TYPICAL_DAY_WH / total), 1e12) if total else np.full(len(keys), 1e12)
        lift = REGISTER_WH - midnights[:, 0] - left.astype(np.int64)
        size = (_LEAST_DRIFT_S + drawn[:, 7] * (_MOST_DRIFT_S - _LEAST_DRIFT_S)) / (INTERVAL_MINUTES * 60)
        drift = np.where(drawn[:, 8] < 0.5, size, -size)
        return cls(
            event_day=np.where(event_day < days, event_day, NEVER),
            is_exchange=is_exchange,
            share=drawn[:, 4],
            opening=(drawn[:, 5] * _OPENING_WH).astype(np.int64),
            lift=np.where(rolls & (lift > 0), lift, 0),
            rolls=rolls & (lift > 0),
            drift=np.where(drawn[:, 6] < plan.rate(Fault.DRIFT), drift, 0.0),
            flags_drift=drawn[:, 9] < 0.5,
        )


def recorded(keys: Sequence[Key], meters: MeterReadings, window: Window, plan: Plan) -> Recorded:
    """The readings of one substation as its devices, with all that happened to them, recorded them."""
    life = _Life.of(keys, meters.midnights, plan)
    days = window.days
    number = window.first_number + np.arange(days)[None, :]
    event = life.event_day[:, None]
    at_event, event_wh = _at_event(meters.midnights, life.event_day)
    lost = (life.share * event_wh).astype(np.int64)  # counted on the event day before a reset
    # Registers after the event count from here.
    base = np.where(life.is_exchange, at_event - life.opening, at_event + lost)[:, None]
    lift = life.lift[:, None]
    rolls = life.rolls[:, None]
    start, end = (
        np.where(after, register - base, np.where(rolls, (register + lift) % REGISTER_WH, register))
        for register, after in ((meters.start_register, number > event), (meters.end_register, number >= event))
    )
    drifts, values = life.drift != 0, meters.values
    if drifts.any():
        values = values.copy()
        values[drifts] = drifted(values[drifts], window.lengths, life.drift[drifts])
    status = np.zeros_like(values) if meters.status is None else meters.status.copy()
    status[drifts & life.flags_drift] = CLOCK_STATUS
    here = number == event
    split = np.where(
        here & life.is_exchange[:, None], 1 + (life.share[:, None] * (window.lengths - 1)).astype(np.int64), 0
    )
    closing, opening = np.zeros_like(start), np.zeros_like(start)
    for row, day in np.argwhere(split > 0):
        before = int(values[row, day, : split[row, day]].sum())
        closing[row, day] = start[row, day] + before
        opening[row, day] = life.opening[row] + before
    return Recorded(
        values=values,
        status=status,
        start_register=start,
        end_register=end,
        split=split,
        closing_register=closing,
        opening_register=opening,
        reset=here & ~life.is_exchange[:, None],
        rolled=rolls & (end < start),
        drifts=drifts,
    )


def _can_reset(midnights: Ints, day: Ints) -> Flags:
    """A reset shows only where the register had counted more than a day adds."""
    at_event, event_wh = _at_event(midnights, np.where(day < midnights.shape[1] - 1, day, NEVER))
    return np.asarray((event_wh > 0) & (at_event > event_wh + _SURE_WH), dtype=np.bool_)


def _at_event(midnights: Ints, event_day: Ints) -> tuple[Ints, Ints]:
    """Register at the midnight before the event, and what that day counted; zeros where no event has come yet."""
    days = midnights.shape[1] - 1
    row, day = np.arange(len(midnights)), np.minimum(event_day, days - 1)
    known = event_day < days
    begins = midnights[row, day]
    return np.where(known, begins, 0), np.where(known, midnights[row, day + 1] - begins, 0)


def drifted(values: Ints, lengths: Ints, drift: Floats) -> Ints:
    """The same days cut by clocks that are right at midnight, when they are set, and wrong by the drift in the end."""
    cut = values.copy()
    for day, length in enumerate(lengths):
        energy = np.zeros((len(values), length + 1), dtype=np.int64)
        np.cumsum(values[:, day, :length], axis=1, out=energy[:, 1:])
        step = np.arange(1, length)
        position = step + drift[:, None] * (step / length)
        whole = position.astype(np.int64)
        row = np.arange(len(values))[:, None]
        part = ((position - whole) * values[row, day, whole]).astype(np.int64)
        energy[:, 1:length] = energy[row, whole] + part
        cut[:, day, :length] = np.diff(energy, axis=1)
    return cut
