"""Days that their first bundle does not settle: partial ones, errors of unit or clock, corrections and withdrawals.

A cell (register and day) has at most one of these faults, the first in the order of `_KINDS` that strikes it. Wrong
values are what a validation without other knowledge must take for true: they keep the day's energy. Every later
message of a cell has a higher revision.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass

import numpy as np

from headend.bundle import MessageKind
from headend.deliveries import WIDTH, Deliveries, speaking, texts
from headend.device import Recorded
from headend.faults import Fault, Plan
from headend.lateness import DAY_S, lateness
from headend.local_days import SLOTS, Window
from headend.meter import SUBSTITUTE_STATUS
from headend.streams import NEVER, Flags, Floats, Ints

DRAWS = 12
"""Uniform numbers per cell: one per kind of fault, the rest for how it shows."""

_SURE_WH = 1_000  # less energy than this a day and an error of unit would change nothing
_SHORTEST_BLOCK, _BLOCKS = 4, 21
_RATIOS = np.array([20, 30, 40, 50, 60])
_LARGEST_REGISTER_WH = 10**9  # a thousand times as much is still a register reading
_FIRST_REPAIR_S, _LAST_REPAIR_S = 2 * DAY_S, 40 * DAY_S
_POSITION = np.arange(WIDTH)


@dataclass(frozen=True)
class _Struck:
    """The cells that one kind of fault has struck: what would have been sent, and numbers for how it shows."""

    true: Deliveries
    variant: Floats
    place: Floats
    size: Floats
    delay: Floats
    outcome: Floats

    @property
    def block(self) -> Flags:
        """One to six hours of each day."""
        size = _SHORTEST_BLOCK + (self.size * _BLOCKS).astype(np.int64)
        begin = (self.place * (self.true.length - size)).astype(np.int64)
        return np.asarray((begin[:, None] <= _POSITION) & ((begin + size)[:, None] > _POSITION), dtype=np.bool_)

    @property
    def within(self) -> Flags:
        """The intervals that each day has."""
        return np.asarray(self.true.length[:, None] > _POSITION, dtype=np.bool_)

    def after(self, share: Floats, first: float = _FIRST_REPAIR_S, last: float = _LAST_REPAIR_S) -> Ints:
        """When a later message is sent; never, if the first one is not."""
        return _later(self.true.sent_at, (first + share * (last - first)).astype(np.int64))

    def gathered(self, position: Ints) -> Ints:
        """The true values of each day at other positions."""
        return np.where(
            self.within, np.take_along_axis(self.true.values, np.where(self.within, position, 0), axis=1), 0
        )


def restated(
    recorded: Recorded, window: Window, first_sent: Ints, draws: Floats, plan: Plan
) -> tuple[list[Deliveries], Flags]:
    """All deliveries of the cells that are struck [row, day], and which those are."""
    energy = recorded.end_register - recorded.start_register
    left = (recorded.split == 0) & ~recorded.reset & ~recorded.rolled & (energy >= _SURE_WH) & (first_sent < NEVER)
    struck = np.zeros_like(left)
    parts: list[Deliveries] = []
    for number, (fault, deliveries) in enumerate(_KINDS.items()):
        here = left & ~struck & (draws[:, :, number] < plan.rate(fault))
        if fault is Fault.CLOCK_CHANGE:
            here &= (window.lengths != SLOTS)[None, :]
        if here.any():
            details = (draws[:, :, len(_KINDS) + position][here] for position in range(5))
            parts += deliveries(_Struck(Deliveries.of(recorded, window, here, first_sent), *details))
        struck |= here
    return parts, struck


def exchanged(recorded: Recorded, window: Window, first_sent: Ints) -> list[Deliveries]:
    """Days on which a meter was exchanged: the old device speaks of the intervals before, the new one of the rest."""
    cells = recorded.split > 0
    if not cells.any():
        return []
    day = Deliveries.of(recorded, window, cells, first_sent)
    before = np.less(_POSITION, recorded.split[cells][:, None])
    old = day.changed(
        Fault.EXCHANGE,
        "old device",
        values=speaking(day.values, before),
        end_register=recorded.closing_register[cells],
    )
    new = day.changed(
        Fault.EXCHANGE,
        "new device",
        values=speaking(day.values, ~before),
        start_register=recorded.opening_register[cells],
        revision=1,
        sent_at=_later(day.sent_at, np.full(len(day), 60)),
    )
    return [old, new]


def _clock_changes(struck: _Struck) -> Iterator[Deliveries]:
    """A head-end that has not heard of the clock change sends 96 values; most notice within days."""
    true = struck.true
    short = (true.length < SLOTS)[:, None]
    # In spring four empty quarter-hours at 02:00, in autumn the second hour from 02:00 is left out.
    spring = np.where(_POSITION < 8, _POSITION, _POSITION - 4)
    autumn = np.where(_POSITION < 12, _POSITION, np.minimum(_POSITION + 4, WIDTH - 1))
    values = np.where(short, true.values[:, spring], true.values[:, autumn])
    gap = short & (_POSITION >= 8) & (_POSITION < 12)
    yield true.changed(
        Fault.CLOCK_CHANGE,
        "96 values",
        values=np.where(gap, 0, values),
        length=SLOTS,
        contract="WRONG_INTERVAL_COUNT",
        validation="WRONG_INTERVAL_COUNT",
    )
    sent_at = struck.after(struck.delay, first=DAY_S, last=4 * DAY_S)
    yield true.changed(Fault.CLOCK_CHANGE, "sent again with all values", revision=1, sent_at=sent_at).taken(
        struck.outcome < 0.7
    )


def _unit_errors(struck: _Struck) -> Iterator[Deliveries]:
    """Intervals in kWh beside registers in Wh, or a whole bundle multiplied; most are corrected."""
    true = struck.true
    thousandth = (struck.variant < 1 / 3) | (true.end_register > _LARGEST_REGISTER_WH)
    ratio = _RATIOS[(struck.place * len(_RATIOS)).astype(np.int64)]
    factor = np.where(thousandth, 1, np.where(struck.variant < 2 / 3, 1000, ratio))
    detail = texts(len(true))
    detail[:] = [f"registers and values x {times}" if times > 1 else "values in kWh" for times in factor]
    contract, validation = texts(len(true)), texts(len(true), "UNIT_MULTIPLIER")
    contract[thousandth] = validation[thousandth] = "SUM_CHECK"
    yield true.changed(
        Fault.UNIT,
        detail,
        values=np.where(thousandth[:, None], true.values // 1000, true.values * factor[:, None]),
        start_register=true.start_register * factor,
        end_register=true.end_register * factor,
        contract=contract,
        validation=validation,
    )
    yield _correction(struck, Fault.UNIT, "right unit").taken(struck.outcome < 0.6)


def _withdrawals(struck: _Struck) -> Iterator[Deliveries]:
    """A day in the wrong order is taken back, whole or in part; half of the cells get the right values then."""
    wrong = struck.true.changed(
        Fault.WITHDRAWAL, "day backwards", values=struck.gathered(struck.true.length[:, None] - 1 - _POSITION)
    )
    yield wrong
    whole = (struck.variant < 0.5)[:, None]
    detail = texts(len(wrong))
    detail[:] = ["whole day" if everything else "some intervals" for everything in whole[:, 0]]
    yield wrong.changed(
        Fault.WITHDRAWAL,
        detail,
        kind=MessageKind.WITHDRAWAL,
        revision=1,
        values=speaking(wrong.values, whole | struck.block),
        sent_at=struck.after(struck.delay / 2),
        contract="UNSUPPORTED_KIND",
    )
    yield _correction(struck, Fault.WITHDRAWAL, "right values", revision=2).taken(struck.outcome < 0.5)


def _corrections(struck: _Struck) -> Iterator[Deliveries]:
    """Values an hour late, corrected as a whole, half of them at a second attempt; or substitutes, corrected alone."""
    true = struck.true
    length = true.length[:, None]
    substituted = struck.variant < 1 / 3
    block = struck.block & substituted[:, None]
    size = np.maximum(block.sum(axis=1), 1)
    energy = np.where(block, true.values, 0).sum(axis=1)
    rank = np.cumsum(block, axis=1) - 1
    level = (energy // size)[:, None] + (rank < (energy % size)[:, None])
    late = struck.gathered((_POSITION - 4) % length)
    detail = texts(len(true), "an hour late")
    detail[substituted] = "substitute values"
    yield true.changed(
        Fault.CORRECTION,
        detail,
        values=np.where(substituted[:, None], np.where(block, level, true.values), late),
        status=np.where(block, SUBSTITUTE_STATUS, true.status),
    )
    twice = struck.variant > 2 / 3
    yield _correction(struck, Fault.CORRECTION, "some intervals", values=speaking(true.values, block)).taken(
        substituted
    )
    yield _correction(struck, Fault.CORRECTION, "whole day").taken(~substituted & ~twice)
    half = struck.gathered((_POSITION - 2) % length)
    sent_at = struck.after(struck.delay / 2)
    yield _correction(struck, Fault.CORRECTION, "half an hour late", values=half, sent_at=sent_at).taken(twice)
    yield _correction(struck, Fault.CORRECTION, "whole day", revision=2).taken(twice)


def _partial_bundles(struck: _Struck) -> Iterator[Deliveries]:
    """All but some hours; then those alone, or the whole day, by the curve of late bundles."""
    true, gap = struck.true, struck.block
    yield true.changed(Fault.PARTIAL, "some hours missing", values=speaking(true.values, ~gap))
    delay = lateness(struck.delay)
    sent_at = np.where(delay < NEVER, _later(true.sent_at, np.minimum(delay, NEVER // 2)), NEVER)
    alone = (struck.variant < 0.5)[:, None]
    detail = texts(len(true), "whole day")
    detail[alone[:, 0]] = "missing hours"
    yield true.changed(Fault.PARTIAL, detail, revision=1, values=speaking(true.values, gap | ~alone), sent_at=sent_at)


_KINDS: dict[Fault, Callable[[_Struck], Iterator[Deliveries]]] = {
    Fault.CLOCK_CHANGE: _clock_changes,
    Fault.UNIT: _unit_errors,
    Fault.WITHDRAWAL: _withdrawals,
    Fault.CORRECTION: _corrections,
    Fault.PARTIAL: _partial_bundles,
}


def _correction(struck: _Struck, fault: Fault, detail: str, **columns: object) -> Deliveries:
    """A later message with the true values, unless told otherwise."""
    given = {"revision": 1, "kind": MessageKind.CORRECTION, "sent_at": struck.after(0.5 + struck.delay / 2)} | columns
    return struck.true.changed(fault, detail, **given)


def _later(sent_at: Ints, delay: Ints) -> Ints:
    return np.where(sent_at < NEVER, np.minimum(sent_at, NEVER - delay - 1) + delay, NEVER)
