"""Day bundles: one Kafka message per metering point, register and local day."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from enum import IntEnum

import numpy as np

from headend import avro
from headend.fleet import GridReadings
from headend.local_days import INTERVAL_MINUTES, Window
from headend.streams import Ints

TOPIC = "meter.reading.v1"
SCHEMA = "meter_reading_bundle.v1"
REVISIONS = 1000
"""Room per day for corrections: sequence = day number since 1970 * REVISIONS + revision."""

_UNIX_DAY = date(1970, 1, 1)


class MessageKind(IntEnum):
    """Position of the symbol in the schema's MessageKind."""

    READING = 0
    CORRECTION = 1
    WITHDRAWAL = 2


@dataclass(frozen=True)
class Bundles:
    """What the bundles of one head-end say, a row each; all of them hold equally many intervals."""

    head_end: str
    metering_point_ids: Sequence[str]
    registers: Sequence[str]
    local_day: Ints
    """Days since 1970."""
    interval_start: Ints
    """Epoch seconds UTC."""
    values: Ints
    """Wh [row, interval]; avro.NULL where the bundle does not speak of an interval."""
    status: Ints
    start_register: Ints
    end_register: Ints
    kind: Ints
    sequence: Ints
    sent_at: Ints
    """Epoch seconds UTC."""
    interval_minutes: int = INTERVAL_MINUTES


def encode_day(readings: GridReadings, window: Window, day: int) -> list[bytes]:
    """All bundles of one substation and the given day of the window, in the order of the readings' rows."""
    meters = readings.meters
    rows, length = len(readings.metering_point_ids), int(window.lengths[day])
    number = day_number(window.dates[day])
    plain = Bundles(
        head_end=readings.head_end,
        metering_point_ids=readings.metering_point_ids,
        registers=readings.registers,
        local_day=np.full(rows, number),
        interval_start=np.full(rows, window.starts[day]),
        values=meters.values[:, day, :length],
        status=np.empty((rows, 0), dtype=np.int64),
        start_register=meters.start_register[:, day],
        end_register=meters.end_register[:, day],
        kind=np.full(rows, MessageKind.READING),
        sequence=np.full(rows, number * REVISIONS),
        sent_at=readings.collected_at[:, day].astype(np.int64),
    )
    status = avro.zeros(rows, length) if meters.status is None else avro.long_arrays(meters.status[:, day, :length])
    return _written(plain, status)


def encode(bundles: Bundles) -> list[bytes]:
    """Any bundles, in their order."""
    return _written(bundles, avro.long_arrays(bundles.status))


def day_number(day: date) -> int:
    """Days since 1970: how Avro counts dates."""
    return (day - _UNIX_DAY).days


def _written(bundles: Bundles, status: avro.Column) -> list[bytes]:
    rows = len(bundles.local_day)
    return avro.records(
        [
            avro.constant(avro.header(SCHEMA), rows),
            avro.strings(bundles.metering_point_ids),
            avro.strings(bundles.registers),
            avro.longs(bundles.local_day),
            avro.longs(bundles.interval_start * 1000),
            avro.longs(np.full(rows, bundles.interval_minutes)),
            avro.optional_longs(bundles.values),
            status,
            avro.longs(bundles.start_register),
            avro.longs(bundles.end_register),
            avro.longs(bundles.kind),
            avro.strings([bundles.head_end] * rows),
            avro.longs(bundles.sequence),
            avro.longs(bundles.sent_at * 1000),
        ]
    )
