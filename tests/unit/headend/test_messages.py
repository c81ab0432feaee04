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


@pytest.mark.parametrize("row", [[0, 1, -64], [2, 300, 0], []])
def test_arrays_of_numbers_are_what_fastavro_writes(row: list[int]) -> None:
    body, optional = io.BytesIO(), io.BytesIO()
    fastavro.schemaless_writer(body, {"type": "array", "items": "int"}, row)
    fastavro.schemaless_writer(optional, {"type": "array", "items": ["null", "long"]}, row)
    values = np.array([row, row], dtype=np.int64)
    assert avro.records([avro.long_arrays(values)]) == [body.getvalue()] * 2
    assert avro.records([avro.optional_longs(values)]) == [optional.getvalue()] * 2


def test_bundles_of_any_kind_are_what_fastavro_reads() -> None:
    kinds = np.array([bundle.MessageKind.READING, bundle.MessageKind.CORRECTION, bundle.MessageKind.WITHDRAWAL])
    messages = bundle.encode(
        bundle.Bundles(
            head_end="he-1",
            metering_point_ids=["DE-1", "DE-2", "DE-3"],
            registers=["1-0:1.8.0"] * 3,
            local_day=np.array([16_881] * 3),
            interval_start=np.array([1_458_514_800] * 3),
            values=np.array([[7, avro.NULL], [avro.NULL, 8], [1, 2]]),
            status=np.array([[0, 0], [0, 1], [2, 2]]),
            start_register=np.array([10, 20, 30]),
            end_register=np.array([17, 28, 33]),
            kind=kinds,
            sequence=np.array([16_881_000, 16_881_001, 16_881_002]),
            sent_at=np.array([1_458_600_000] * 3),
        )
    )
    records = [read(bundle.SCHEMA, message) for message in messages]
    assert [record["message_kind"] for record in records] == ["READING", "CORRECTION", "WITHDRAWAL"]
    assert [record["values"] for record in records] == [[7, None], [None, 8], [1, 2]]
    assert [record["status"] for record in records] == [[0, 0], [0, 1], [2, 2]]
    assert records[1]["metering_point_id"] == "DE-2"
    assert records[1]["local_day"] == date(2016, 3, 21)
    assert records[1]["interval_start_utc"] == datetime(2016, 3, 20, 23, tzinfo=UTC)
    assert (records[2]["start_register"], records[2]["end_register"], records[2]["sequence"]) == (30, 33, 16_881_002)
    assert records[2]["sent_at"] == datetime(2016, 3, 21, 22, 40, tzinfo=UTC)


def test_strings_of_unequal_length_are_refused() -> None:
    with pytest.raises(ValueError, match="equal length"):
        avro.strings(["one", "three"])
