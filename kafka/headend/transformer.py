"""Transformer messages: one Kafka message per substation and 15-minute interval."""

from __future__ import annotations

import numpy as np

from headend import avro
from headend.fleet import GridReadings
from headend.local_days import INTERVAL_MINUTES
from headend.streams import Ints

TOPIC = "transformer.reading.v1"
SCHEMA = "transformer_reading.v1"
_INTERVAL_S = INTERVAL_MINUTES * 60
_SEND_DELAY_S = 20  # substation meters report as soon as an interval has ended


def sent_at(interval_start: Ints) -> Ints:
    """When an interval's message is sent, epoch seconds UTC."""
    return interval_start + _INTERVAL_S + _SEND_DELAY_S


def encode(readings: GridReadings, sent: Ints | None = None) -> list[bytes]:
    """All messages of one substation in order of time, sent at the usual time or at another one."""
    meter = readings.transformer
    rows = len(meter.interval_start)
    return avro.records(
        [
            avro.constant(avro.header(SCHEMA), rows),
            avro.strings([readings.substation_id] * rows),
            avro.longs(meter.interval_start * 1000),
            avro.longs(np.full(rows, INTERVAL_MINUTES)),
            avro.longs(meter.import_wh),
            avro.longs(meter.export_wh),
            avro.longs(meter.reactive_varh),
            *(avro.doubles(meter.phase_volts[:, phase]) for phase in range(3)),
            avro.doubles(meter.oil_celsius),
            avro.longs(np.zeros(rows, dtype=np.int64)),
            avro.longs(meter.interval_start // _INTERVAL_S),
            avro.longs((sent_at(meter.interval_start) if sent is None else sent) * 1000),
        ]
    )
