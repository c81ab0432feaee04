"""What meters are allowed to see: the recorded flow where one is bypassed, stopped, half-blind or wrongly scaled."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from functools import lru_cache

import numpy as np

from headend import episode
from headend.customer import Channels, Flow
from headend.episode import Episode
from headend.everyday import of_class
from headend.grid import Grid
from headend.local_days import Window
from headend.loss_profile import UNDER_RECORDING, Kind, LossProfile
from headend.streams import FIRST_DAY, Flags, Floats, Purpose, uniforms

TrueFlow = Callable[[Sequence[int], Window], Flow]
"""The true flow of some channels in a window that ends where the caller's ends."""

_EVENING_BEGINS, _EVENING_ENDS = (66, 72), (88, 96)  # slots: from between 16:30 and 18 h to between 22 and 24 h
_BYPASSED_DAYS = 0.5


def episodes(grid: Grid, channels: Channels, profile: LossProfile, moved: Flags, days: int) -> list[Episode]:
    """Faults that touch the first `days` days; a point that the register misplaces (`moved`) has none besides."""
    able, commercial = ~channels.is_plant & ~moved, of_class(grid, "G") & ~moved
    kinds = {kind: (profile[kind], commercial if kind is Kind.HALVED_CT else able) for kind in UNDER_RECORDING}
    return episode.draw(channels.keys, Purpose.FAULT, kinds, days)


def recorded(flow: Flow, channels: Channels, faults: Sequence[Episode], window: Window, true_flow: TrueFlow) -> Flow:
    """The flow as the meters see it: the true one where nothing is wrong."""
    if not faults:
        return flow
    day_wh, weights = flow.day_wh.copy(), flow.weights
    for one in faults:
        if one.kind is Kind.INTERMITTENT_BYPASS:
            chance = uniforms([channels.keys[one.row]], Purpose.FAULT_DAY, 0, day_wh.shape[1], 4)[0, :, 0]
            day_wh[one.row, one.days] *= np.where(chance[one.days] < _BYPASSED_DAYS, one.level, 1.0)
        elif one.kind is not Kind.EVENING_BYPASS:
            day_wh[one.row, one.days] *= one.level
    evenings = [one for one in faults if one.kind is Kind.EVENING_BYPASS]
    if evenings:
        weights = weights.copy()
    for one in evenings:
        # Registers count every evening since the first, so the intervals of all those days are needed, of one row only.
        everything = _from_the_beginning(day_wh.shape[1])
        shape = true_flow([one.row], everything).weights[0]
        kept = _kept(one, everything)
        seen, total = (shape * kept).sum(axis=1)[one.days], shape.sum(axis=1)[one.days]
        day_wh[one.row, one.days] *= np.divide(seen, total, out=np.ones_like(total), where=total > 0)
        weights[one.row] *= kept[window.first_number :, : weights.shape[2]]
    return Flow(day_wh, weights, flow.reactive_var)


def _kept(evening_bypass: Episode, window: Window) -> Floats:
    """What share of the flow the meter sees [day, interval]."""
    (earliest, latest), (soonest, longest) = _EVENING_BEGINS, _EVENING_ENDS
    begin = earliest + int(evening_bypass.details[0] * (latest - earliest + 1))
    end = soonest + int(evening_bypass.details[1] * (longest - soonest + 1))
    table = np.ones(window.slots.shape)
    table[evening_bypass.days] = np.where(
        (window.slots[evening_bypass.days] >= begin) & (window.slots[evening_bypass.days] < end),
        evening_bypass.level,
        1.0,
    )
    return table


@lru_cache(maxsize=4)
def _from_the_beginning(days: int) -> Window:
    return Window(FIRST_DAY, days)
