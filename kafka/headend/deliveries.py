"""Bundles on their way: what the head-end says of a day, in which revision and when, and how it must be judged."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, fields, replace
from typing import Any

import numpy as np
import numpy.typing as npt

from headend import bundle
from headend.avro import NULL
from headend.bundle import Bundles, MessageKind
from headend.device import Recorded
from headend.faults import Fault, bit
from headend.fleet import GridReadings
from headend.local_days import Window
from headend.streams import Flags, Ints

WIDTH = 100
"""Intervals of the longest day: every array of values is that wide, whatever its window holds."""

ACCEPTED = ""
"""Stands for no reason to reject."""

Texts = npt.NDArray[np.object_]


@dataclass(frozen=True)
class Deliveries:
    """Bundles of one substation, a row each. `row` and `day` are positions in its readings and in the window."""

    row: Ints
    day: Ints
    revision: Ints
    kind: Ints
    values: Ints
    """Wh [delivery, WIDTH]; NULL where the bundle does not speak of an interval."""
    status: Ints
    length: Ints
    """How many of the values are sent."""
    start_register: Ints
    end_register: Ints
    sent_at: Ints
    """Epoch seconds UTC; streams.NEVER where the head-end never sends it."""
    arrives_at: Ints
    """Epoch seconds UTC: the place in the order of messages."""
    faults: Ints
    """Mask of faults.bit."""
    detail: Texts
    contract: Texts
    """Why the rules of today's reason codes reject it; ACCEPTED if they do not."""
    validation: Texts
    """The same for rules that know holding, withdrawals and rollovers."""

    @classmethod
    def of(cls, recorded: Recorded, window: Window, where: Flags, sent_at: Ints) -> Deliveries:
        """The first delivery of the chosen cells [row, day], as the devices recorded them."""
        row, day = np.nonzero(where)
        missing = WIDTH - recorded.values.shape[2]
        drifts = np.where(recorded.drifts[row], bit(Fault.DRIFT), 0)
        return cls(
            row=row,
            day=day,
            revision=np.zeros_like(row),
            kind=np.full_like(row, MessageKind.READING),
            values=np.pad(recorded.values[row, day], ((0, 0), (0, missing))),
            status=np.pad(recorded.status[row, day], ((0, 0), (0, missing))),
            length=window.lengths[day],
            start_register=recorded.start_register[row, day],
            end_register=recorded.end_register[row, day],
            sent_at=sent_at[row, day],
            arrives_at=sent_at[row, day],
            faults=drifts,
            detail=texts(len(row)),
            contract=texts(len(row)),
            validation=texts(len(row)),
        )

    def __len__(self) -> int:
        """How many bundles."""
        return len(self.row)

    def taken(self, where: Flags | Ints) -> Deliveries:
        """Some of them, by mask or position."""
        return Deliveries(*(getattr(self, column.name)[where] for column in fields(self)))

    def changed(self, fault: Fault, detail: str | Texts, **columns: Any) -> Deliveries:
        """The same with other columns, marked with the fault; single values stand for all rows."""
        whole = {name: _column(getattr(self, name), value) for name, value in columns.items()}
        return replace(self, faults=self.faults | bit(fault), detail=_column(self.detail, detail), **whole)

    @staticmethod
    def together(parts: Sequence[Deliveries]) -> Deliveries:
        """One after the other."""
        return Deliveries(
            *(np.concatenate([getattr(part, column.name) for part in parts]) for column in fields(Deliveries))
        )

    def bundles(self, readings: GridReadings, window: Window) -> Bundles:
        """What they say; all of one length."""
        number = np.array([bundle.day_number(day) for day in window.dates])[self.day]
        length = int(self.length[0])
        return Bundles(
            head_end=readings.head_end,
            metering_point_ids=[readings.metering_point_ids[row] for row in self.row],
            registers=[readings.registers[row] for row in self.row],
            local_day=number,
            interval_start=window.starts[self.day],
            values=self.values[:, :length],
            status=self.status[:, :length],
            start_register=self.start_register,
            end_register=self.end_register,
            kind=self.kind,
            sequence=number * bundle.REVISIONS + self.revision,
            sent_at=self.sent_at,
        )

    def encoded(self, readings: GridReadings, window: Window) -> list[bytes]:
        """The messages, in the order of the deliveries."""
        messages: list[bytes] = [b""] * len(self)
        for length in np.unique(self.length):
            places = np.flatnonzero(self.length == length)
            for place, message in zip(places, bundle.encode(self.taken(places).bundles(readings, window)), strict=True):
                messages[place] = message
        return messages


def speaking(values: Ints, where: Flags) -> Ints:
    """The values that a bundle with gaps speaks of."""
    return np.where(where, values, NULL)


def texts(number: int, text: str = ACCEPTED) -> Texts:
    """The same text in every row."""
    column = np.empty(number, dtype=object)
    column[:] = text
    return column


def _column(like: npt.NDArray[Any], value: Any) -> npt.NDArray[Any]:
    if isinstance(value, str):
        return texts(len(like), value)
    return np.asarray(np.broadcast_to(value, like.shape))
