"""Dispositions and current readings, on a stream of a few hand-written deliveries and against plain decoding."""

from datetime import date

import numpy as np
import pytest

from headend.avro import NULL
from headend.bundle import MessageKind
from headend.deliveries import WIDTH, Deliveries, texts
from headend.device import recorded
from headend.expectation import Disposition, Rules, counted, current, dispositions
from headend.faults import Plan
from headend.fleet import Fleet, GridReadings
from headend.grid import Grid
from headend.local_days import Window
from headend.message import Message
from headend.transport import Stream

DAY = Window(date(2016, 3, 21), 1)
ACCEPTED, DUPLICATE = Disposition("accepted"), Disposition("duplicate")

Row = tuple[int, MessageKind, dict[int, int], str, str]
"""Revision, kind, interval -> Wh, reason by contract, reason by validation."""


def streamed(fleet: Fleet, grid: Grid, rows: list[Row], order: list[int]) -> Stream:
    """Deliveries about the first register of a substation, and messages that carry them in an order of arrival."""
    readings: GridReadings = fleet.readings(grid, DAY)
    number = len(rows)
    values = np.full((number, WIDTH), NULL)
    for place, (_, _, spoken, _, _) in enumerate(rows):
        for interval, value in spoken.items():
            values[place, interval] = value
    zeros, contract, validation = np.zeros(number, dtype=np.int64), texts(number), texts(number)
    contract[:], validation[:] = [row[3] for row in rows], [row[4] for row in rows]
    deliveries = Deliveries(
        row=zeros,
        day=zeros,
        revision=np.array([row[0] for row in rows]),
        kind=np.array([row[1] for row in rows]),
        values=values,
        status=np.broadcast_to(np.arange(number)[:, None], values.shape),
        length=zeros + 96,
        start_register=zeros,
        end_register=zeros,
        sent_at=zeros,
        arrives_at=zeros,
        faults=zeros,
        detail=texts(number),
        contract=contract,
        validation=validation,
    )
    messages = [
        Message("meter.reading.v1", b"point", b"", place, (0, 0, rows[delivery][0]), delivery=delivery)
        for place, delivery in enumerate(order)
    ]
    devices = recorded(readings.keys, readings.meters, DAY, Plan())
    return Stream(readings, devices, deliveries, messages)


CORRECTED: list[Row] = [
    (0, MessageKind.READING, {0: 10, 1: 11, 2: 12}, "", ""),
    (1, MessageKind.CORRECTION, {1: 21, 3: 23}, "", ""),
]
WITHDRAWN: list[Row] = [
    (0, MessageKind.READING, {0: 10, 1: 11}, "", ""),
    (1, MessageKind.WITHDRAWAL, {1: 11}, "UNSUPPORTED_KIND", ""),
]
MULTIPLIED: list[Row] = [
    (0, MessageKind.READING, {0: 10_000}, "", "UNIT_MULTIPLIER"),
    (1, MessageKind.CORRECTION, {0: 10}, "", ""),
]


def state(stream: Stream, rules: Rules) -> dict[int, tuple[int, int]]:
    """Interval -> (Wh, status) of the first register."""
    found = current(stream, rules)
    return {
        int(place): (int(found.values[0, 0, place]), int(found.status[0, 0, place]))
        for place in np.flatnonzero(found.values[0, 0] != NULL)
    }


@pytest.mark.parametrize("order", [[0, 1], [1, 0], [0, 1, 0, 1]])
def test_each_interval_comes_from_the_newest_that_speaks_of_it_in_any_order(
    fleet: Fleet, small_grid: Grid, order: list[int]
) -> None:
    stream = streamed(fleet, small_grid, CORRECTED, order)
    for rules in Rules:
        assert state(stream, rules) == {0: (10, 0), 1: (21, 1), 2: (12, 0), 3: (23, 1)}
    assert current(stream, Rules.CONTRACT).effect.tolist() == ["adds", "supersedes"]


def test_a_withdrawal_counts_for_validation_only(fleet: Fleet, small_grid: Grid) -> None:
    stream = streamed(fleet, small_grid, WITHDRAWN, [0, 1])
    assert state(stream, Rules.CONTRACT) == {0: (10, 0), 1: (11, 0)}
    assert state(stream, Rules.VALIDATION) == {0: (10, 0)}
    assert current(stream, Rules.VALIDATION).effect.tolist() == ["adds", "withdraws"]
    assert list(dispositions(stream, Rules.CONTRACT)) == [ACCEPTED, Disposition("rejected", "UNSUPPORTED_KIND")]
    assert list(dispositions(stream, Rules.VALIDATION)) == [ACCEPTED, ACCEPTED]


def test_a_held_day_waits_for_its_correction(fleet: Fleet, small_grid: Grid) -> None:
    alone, corrected = (streamed(fleet, small_grid, MULTIPLIED[:number], [*range(number)]) for number in (1, 2))
    assert state(alone, Rules.CONTRACT) == {0: (10_000, 0)}
    assert state(alone, Rules.VALIDATION) == {}
    assert list(dispositions(alone, Rules.VALIDATION)) == [Disposition("held", "UNIT_MULTIPLIER")]
    assert state(corrected, Rules.CONTRACT) == state(corrected, Rules.VALIDATION) == {0: (10, 1)}


def test_of_equal_versions_the_first_is_accepted_and_rejected_ones_are_rejected_again(
    fleet: Fleet, small_grid: Grid
) -> None:
    stream = streamed(fleet, small_grid, WITHDRAWN, [1, 0, 1, 0, 0])
    rejected = Disposition("rejected", "UNSUPPORTED_KIND")
    assert list(dispositions(stream, Rules.CONTRACT)) == [rejected, ACCEPTED, rejected, DUPLICATE, DUPLICATE]
    assert counted(dispositions(stream, Rules.CONTRACT)) == {
        ("accepted", None): 1,
        ("duplicate", None): 2,
        ("rejected", "UNSUPPORTED_KIND"): 2,
    }
