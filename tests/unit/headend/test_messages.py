"""Messages against fastavro, an independent implementation of Avro."""

import io
import json
from datetime import UTC, date, datetime
from typing import Any

import fastavro
import numpy as np
import pytest

from headend import avro, bundle, transformer
from headend.fleet import GridReadings
from headend.local_days import Window

# A changed fingerprint is a new contract: write schema v2 beside v1 instead of editing it.
FINGERPRINTS = {
    "meter_reading_bundle.v1": "c301972b20f31735905e",
    "transformer_reading.v1": "c301b96e869f5589d38f",
}


def schema(name: str) -> Any:
    return fastavro.parse_schema(json.loads((avro.SCHEMA_FOLDER / f"{name}.avsc").read_text(encoding="utf-8")))


def read(name: str, message: bytes) -> Any:
    assert message[:10] == avro.header(name)
    body = io.BytesIO(message[10:])
    record = fastavro.schemaless_reader(body, schema(name), None)
    assert body.read() == b""
    return record


def written(name: str, record: Any) -> bytes:
    body = io.BytesIO()
    fastavro.schemaless_writer(body, schema(name), record)
    return avro.header(name) + body.getvalue()


def crc_64_avro(text: bytes) -> bytes:
    """The specification's bitwise definition, little-endian."""
    empty = 0xC15D213AA4D7A795
    value = empty
    for byte in text:
        value ^= byte
        for _ in range(8):
            value = (value >> 1) ^ (empty & -(value & 1))
    return value.to_bytes(8, "little")


@pytest.mark.parametrize("name", sorted(FINGERPRINTS))
def test_the_header_is_the_fingerprint_of_the_canonical_form(name: str) -> None:
    canonical = fastavro.schema.to_parsing_canonical_form(json.loads((avro.SCHEMA_FOLDER / f"{name}.avsc").read_text()))
    assert avro.header(name) == b"\xc3\x01" + crc_64_avro(canonical.encode())
    assert avro.header(name).hex() == FINGERPRINTS[name]


def test_every_bundle_is_what_fastavro_writes(small_readings: GridReadings, march_week: Window) -> None:
    for day in range(march_week.days):
        messages = bundle.encode_day(small_readings, march_week, day)
        assert len(messages) == 17
        assert all(written(bundle.SCHEMA, read(bundle.SCHEMA, message)) == message for message in messages)


def test_a_bundle_says_what_the_meter_recorded(small_readings: GridReadings, march_week: Window) -> None:
    record = read(bundle.SCHEMA, bundle.encode_day(small_readings, march_week, 6)[2])
    assert record["metering_point_id"] == small_readings.metering_point_ids[2]
    assert record["register"] == small_readings.registers[2]
    assert record["local_day"] == date(2016, 3, 27)
    assert record["interval_start_utc"] == datetime(2016, 3, 26, 23, tzinfo=UTC)
    assert record["values"] == small_readings.meters.values[2, 6, :92].tolist()
    assert record["status"] == [0] * 92
    assert record["end_register"] - record["start_register"] == sum(record["values"])
    assert record["message_kind"] == "READING"
    assert datetime(2016, 3, 27, 22, 15, tzinfo=UTC) <= record["sent_at"] <= datetime(2016, 3, 28, 4, tzinfo=UTC)


def test_every_transformer_message_is_what_fastavro_writes(small_readings: GridReadings) -> None:
    messages = transformer.encode(small_readings)
    assert len(messages) == 6 * 96 + 92
    assert all(written(transformer.SCHEMA, read(transformer.SCHEMA, message)) == message for message in messages)


def test_sequences_grow_with_time(small_readings: GridReadings, march_week: Window) -> None:
    days = [read(bundle.SCHEMA, bundle.encode_day(small_readings, march_week, day)[0])["sequence"] for day in range(7)]
    intervals = [read(transformer.SCHEMA, message)["sequence"] for message in transformer.encode(small_readings)]
    assert days == sorted(set(days))
    assert intervals == sorted(set(intervals))


@pytest.mark.parametrize("number", [0, 1, -1, 63, 64, -64, -65, 8191, 8192, 2**31, 2**62, -(2**62), 2**63 - 1])
def test_numbers_are_written_as_zigzag_varints(number: int) -> None:
    body = io.BytesIO()
    fastavro.schemaless_writer(body, "long", number)
    # The column also holds a short and a long number, so that widths within one batch differ.
    assert avro.records([avro.longs(np.array([0, number, 2**40]))])[1] == body.getvalue()


def test_missing_values_are_written_as_null() -> None:
    values: list[list[int | None]] = [[5, None, 300], [None, None, -1], [2**35, 0, 1]]
    filled = np.array([[avro.NULL if value is None else value for value in row] for row in values])
    for row, content in zip(values, avro.records([avro.optional_longs(filled)]), strict=True):
        body = io.BytesIO()
        fastavro.schemaless_writer(body, {"type": "array", "items": ["null", "long"]}, row)
        assert content == body.getvalue()


def test_strings_of_unequal_length_are_refused() -> None:
    with pytest.raises(ValueError, match="equal length"):
        avro.strings(["one", "three"])
