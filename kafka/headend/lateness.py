"""When messages are sent: late ones by the curve of real fleets, and all that an outage held back in one burst.

Of the late bundles 72 % come by 06:00 of the third day after theirs, 92 % by the tenth, 98 % by the thirtieth, and
the rest never. At the field rate of 2.5 % that is 97.5 % in the first night, 99.3 % at D+3, 99.8 % at D+10 and
99.95 % at D+30.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from headend.faults import Fault, Plan
from headend.local_days import Window
from headend.streams import FIRST_DAY, NEVER, SUBSTATION, Flags, Floats, Ints, Purpose, key, uniforms

DAY_S = 86_400

_MORNING_S = 6 * 3600
_SHARES = np.array([0.0, 0.72, 0.92, 0.98])
_UNTIL_S = np.array([0, 2, 9, 29]) * DAY_S + _MORNING_S  # after the end of the bundle's day
_SHORTEST_OUTAGE_S, _LONGEST_OUTAGE_S = 4 * 3600, 3 * DAY_S
_BURST_S = 600.0
_FIRST_LOOK, _LAST_LOOK = 4, 80  # days around a window in which an outage can hold back one of its messages


def lateness(share: Floats) -> Ints:
    """Seconds from the end of a bundle's day until a late one is sent, by uniform numbers; NEVER beyond the curve."""
    delay = np.interp(share, _SHARES, _UNTIL_S).astype(np.int64)
    return np.where(share < _SHARES[-1], delay, NEVER)


@dataclass(frozen=True)
class Outages:
    """When the line of one substation was down; epoch seconds UTC, in order of their beginning."""

    begins: Ints
    ends: Ints

    @classmethod
    def of(cls, seed: int, grid: int, window: Window, plan: Plan) -> Outages:
        """Every outage that can hold back a message about the window."""
        first = max(0, window.first_number - _FIRST_LOOK)
        days = window.first_number + window.days + _LAST_LOOK - first
        drawn = uniforms([key(seed, grid, SUBSTATION)], Purpose.OUTAGE, first, days, 4)[0]
        struck = np.flatnonzero(drawn[:, 0] < plan.rate(Fault.BACKLOG))
        # By whole days since the world began, whatever the window: an outage may start an hour off its local day.
        begins = Window(FIRST_DAY, 1).starts[0] + (first + struck) * DAY_S + (drawn[struck, 1] * DAY_S).astype(np.int64)
        length = _SHORTEST_OUTAGE_S + drawn[struck, 2] * (_LONGEST_OUTAGE_S - _SHORTEST_OUTAGE_S)
        return cls(begins, begins + length.astype(np.int64))

    def hold(self, sent_at: Ints, share: Floats) -> tuple[Ints, Flags]:
        """Move what would be sent during an outage into the ten minutes after it; gives the times, and which moved."""
        moved = np.zeros(sent_at.shape, dtype=np.bool_)
        for begin, end in zip(self.begins, self.ends, strict=True):
            inside = (sent_at >= begin) & (sent_at < end)
            sent_at = np.where(inside, end + (share * _BURST_S).astype(np.int64), sent_at)
            moved |= inside
        return sent_at, moved
