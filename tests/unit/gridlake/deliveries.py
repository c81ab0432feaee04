"""Builders of messages and Kafka records, and an in-memory topic that answers like the brokers."""

import io
import json
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, timedelta
from typing import Any

import fastavro
from pyspark.sql import DataFrame, SparkSession

from gridlake.catalog.messages import METER_READING, TRANSFORMER_READING, Message
from gridlake.ledger import Available, PartitionRange, Source

POINT = "DE-QN0000100010001"
SUBSTATION = "QN-00001-001"
IMPORT = "1-0:1.8.0"
DAY = date(2016, 1, 2)
MIDNIGHT = datetime(2016, 1, 1, 23, tzinfo=UTC)  # of DAY, in Berlin's winter
KAFKA_TIME = datetime(2026, 11, 1, 6, tzinfo=UTC)

_RECORD = (
    "topic string, partition int, offset bigint, key binary, headers array<struct<key: string, value: binary>>, "
    "kafka_time timestamp, value binary"
)


def encoded(message: Message, content: Mapping[str, Any]) -> bytes:
    """Single-object encoding, by an encoder that is not ours."""
    schema = fastavro.parse_schema(json.loads(message.schema))
    body = io.BytesIO()
    fastavro.schemaless_writer(body, schema, dict(content))
    fingerprint = fastavro.schema.fingerprint(
        fastavro.schema.to_parsing_canonical_form(json.loads(message.schema)), "CRC-64-AVRO"
    )
    # fastavro gives the fingerprint in the order of the wire.
    return bytes.fromhex("c301" + fingerprint) + body.getvalue()


def bundle(**changes: Any) -> bytes:
    """A good bundle: 96 intervals of 10 Wh; `changes` replace fields."""
    values = changes.get("values", [10] * 96)
    content = {
        "metering_point_id": POINT,
        "register": IMPORT,
        "local_day": DAY,
        "interval_start_utc": MIDNIGHT,
        "interval_minutes": 15,
        "values": values,
        "status": [0] * len(values),
        "start_register": 5_000,
        "end_register": 5_000 + sum(value or 0 for value in values),
        "message_kind": "READING",
        "head_end": "he-1",
        "sequence": 1,
        "sent_at": MIDNIGHT + timedelta(hours=25),
    }
    return encoded(METER_READING, content | changes)


def transformer_message(**changes: Any) -> bytes:
    """A good transformer message for the first quarter-hour of DAY."""
    content = {
        "substation_id": SUBSTATION,
        "interval_start_utc": MIDNIGHT,
        "interval_minutes": 15,
        "import_wh": 40_000,
        "export_wh": 0,
        "reactive_varh": -500,
        "voltage_l1": 231.5,
        "voltage_l2": 230.0,
        "voltage_l3": 229.0,
        "oil_temperature": 40.0,
        "status": 0,
        "sequence": 1,
        "sent_at": MIDNIGHT + timedelta(minutes=16),
    }
    return encoded(TRANSFORMER_READING, content | changes)


_SOURCE = Source("cluster-1", "topic-1")


@dataclass
class Topic:
    """A topic in memory: what producers have sent, per partition, and how much retention has deleted."""

    spark: SparkSession
    name: str
    partitions: dict[int, list[tuple[bytes | None, bytes | None]]] = field(default_factory=dict)
    deleted_below: dict[int, int] = field(default_factory=dict)
    source: Source = _SOURCE

    def send(self, value: bytes | None, key: bytes | str | None = POINT, partition: int = 0) -> None:
        key = key.encode() if isinstance(key, str) else key
        self.partitions.setdefault(partition, []).append((key, value))

    def available(self) -> Available:
        ranges = {p: PartitionRange(self.deleted_below.get(p, 0), len(sent)) for p, sent in self.partitions.items()}
        return Available(self.source, ranges)

    def read(self, ranges: Mapping[int, PartitionRange]) -> DataFrame:
        rows = [
            (self.name, p, offset, *self._record(p, offset))
            for p, r in ranges.items()
            for offset in range(r.start, r.end)
        ]
        return self.spark.createDataFrame(rows, _RECORD)

    def _record(self, partition: int, offset: int) -> tuple[bytes | None, None, datetime, bytes | None]:
        key, value = self.partitions[partition][offset]
        return key, None, KAFKA_TIME + timedelta(seconds=offset), value
