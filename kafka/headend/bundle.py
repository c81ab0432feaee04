"""Day bundles: one Kafka message per metering point, register and local day."""

from __future__ import annotations

from datetime import date

import numpy as np

from headend import avro
from headend.fleet import GridReadings
from headend.local_days import INTERVAL_MINUTES, Window

TOPIC = "meter.reading.v1"
SCHEMA = "meter_reading_bundle.v1"
REVISIONS = 1000
"""Room per day for corrections: sequence = day number since 1970 * REVISIONS + revision."""

_UNIX_DAY = date(1970, 1, 1)
_READING = b"\x00"  # first symbol of MessageKind


def encode_day(readings: GridReadings, window: Window, day: int) -> list[bytes]:
    """All bundles of one substation and the given day of the window, in the order of the readings' rows."""
    meters = readings.meters
    rows, length = len(readings.metering_point_ids), int(window.lengths[day])
    day_number = (window.dates[day] - _UNIX_DAY).days
    return avro.records(
        [
            avro.constant(avro.header(SCHEMA), rows),
            avro.strings(readings.metering_point_ids),
            avro.strings(readings.registers),
            avro.longs(np.full(rows, day_number)),
            avro.longs(np.full(rows, window.starts[day] * 1000)),
            avro.longs(np.full(rows, INTERVAL_MINUTES)),
            avro.optional_longs(meters.values[:, day, :length]),
            avro.zeros(rows, length),
            avro.longs(meters.start_register[:, day]),
            avro.longs(meters.end_register[:, day]),
            avro.constant(_READING, rows),
            avro.strings([readings.head_end] * rows),
            avro.longs(np.full(rows, day_number * REVISIONS)),
            avro.longs(readings.collected_at[:, day].astype(np.int64) * 1000),
        ]
    )
