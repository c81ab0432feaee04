"""The truth about faults, against what a plain reader makes of the messages themselves."""

import hashlib
import io
import json
from collections import Counter
from datetime import date
from pathlib import Path
from typing import Any

import fastavro
import pyarrow.parquet as pq
import pytest

from headend import avro, bundle, delivery, transport_truth
from headend.faults import Fault, Plan
from headend.fleet import Fleet
from headend.local_days import Window
from headend.request import ALWAYS, Arrivals

WINDOW = Window(date(2016, 3, 26), 2)
DENSE = Plan.parse("dense")
SCHEMA = fastavro.parse_schema(json.loads((avro.SCHEMA_FOLDER / f"{bundle.SCHEMA}.avsc").read_text(encoding="utf-8")))


@pytest.fixture(scope="module")
def folder(fleet: Fleet, tmp_path_factory: pytest.TempPathFactory) -> Path:
    path = tmp_path_factory.mktemp("truth")
    transport_truth.write(fleet, fleet.select(3), WINDOW, DENSE, path, lambda _: None)
    return path


@pytest.fixture(scope="module")
def oracle(folder: Path) -> dict[str, Any]:
    found: dict[str, Any] = json.loads((folder / "transport_oracle.json").read_text(encoding="utf-8"))
    return found


@pytest.fixture(scope="module")
def rows(folder: Path) -> list[dict[str, Any]]:
    found: list[dict[str, Any]] = pq.read_table(folder / "transport.parquet").to_pylist()
    return found


def composed(records: list[dict[str, Any]], *, validation: bool) -> tuple[str, int]:
    """Hash and number of the current readings, record by record: the newest that speaks of an interval wins."""
    current: dict[tuple[str, str, int], tuple[int, int] | None] = {}
    for record in sorted(records, key=lambda record: record["sequence"]):
        start = int(record["interval_start_utc"].timestamp())
        for position, (value, status) in enumerate(zip(record["values"], record["status"], strict=True)):
            if value is not None:
                withdrawn = validation and record["message_kind"] == "WITHDRAWAL"
                key = (record["metering_point_id"], record["register"], start + 900 * position)
                current[key] = None if withdrawn else (value, status)
    lines = [
        f"{point}|{register}|{start}|{found[0]}|{found[1]}\n"
        for (point, register, start), found in sorted(current.items())
        if found is not None
    ]
    return hashlib.sha256("".join(lines).encode()).hexdigest(), len(lines)


@pytest.mark.parametrize("rules", ["contract", "validation"])
def test_the_oracle_is_what_a_plain_reader_makes_of_the_messages(
    fleet: Fleet, oracle: dict[str, Any], rows: list[dict[str, Any]], rules: str
) -> None:
    # A good bundle under a wrong key has the bytes of the right one: only both together name a message.
    refused = {(row["key"], row["payload_sha256"]) for row in rows if row[f"{rules}_reason"]}
    records = []
    for grid in fleet.select(3):
        for topic, key, value in delivery.messages(fleet, [grid], WINDOW, DENSE):
            if topic == bundle.TOPIC and value is not None and (key, hashlib.sha256(value).hexdigest()) not in refused:
                record = fastavro.schemaless_reader(io.BytesIO(value[10:]), SCHEMA, None)
                assert isinstance(record, dict)
                if record["local_day"] >= WINDOW.first_day:
                    records.append(record)
    expected = (oracle[rules]["sha256"], oracle[rules]["readings"])
    assert composed(records, validation=rules == "validation") == expected


def test_every_message_has_one_disposition(fleet: Fleet, oracle: dict[str, Any]) -> None:
    sent = Counter(topic for grid in fleet.select(3) for topic, _, _ in delivery.messages(fleet, [grid], WINDOW, DENSE))
    for rules in ("contract", "validation"):
        for topic, counts in oracle[rules]["dispositions"].items():
            refused = sum(counts["held"].values()) + sum(counts["rejected"].values())
            assert counts["accepted"] + counts["duplicate"] + refused == sent[topic]


def test_the_list_of_faults_agrees_with_the_counts(oracle: dict[str, Any], rows: list[dict[str, Any]]) -> None:
    assert Counter(fault for row in rows for fault in row["faults"]) == oracle["injected"]
    assert {fault.value for fault in Fault} - set(oracle["injected"]) <= {"reset", "rollover", "exchange"}
    rejected = Counter(row["contract_reason"] for row in rows if row["contract_disposition"] == "rejected")
    stated: Counter[str] = Counter()
    for counts in oracle["contract"]["dispositions"].values():
        stated.update(counts["rejected"])
    assert rejected == stated
    assert {row["contract_effect"] for row in rows if row["contract_disposition"] != "accepted"} == {None}


def test_each_row_says_what_where_and_what_must_become_of_it(rows: list[dict[str, Any]]) -> None:
    withdrawal = next(row for row in rows if row["message_kind"] == "WITHDRAWAL" and row["sent_at"])
    assert "withdrawal" in withdrawal["faults"]
    assert withdrawal["key"].decode() == withdrawal["subject"]
    assert withdrawal["sequence"] % 1000 == 1
    assert (withdrawal["contract_disposition"], withdrawal["contract_reason"]) == ("rejected", "UNSUPPORTED_KIND")
    assert (withdrawal["validation_disposition"], withdrawal["validation_effect"]) == ("accepted", "withdraws")
    unsent = next(row for row in rows if row["contract_disposition"] == "never sent")
    assert unsent["payload_sha256"] is None
    assert set(unsent["faults"]) & {"late", "partial"}


def test_days_that_ended_otherwise_than_clean_are_listed(folder: Path, rows: list[dict[str, Any]]) -> None:
    current = pq.read_table(folder / "transport_current.parquet").to_pylist()
    listed = {(row["metering_point_id"], row["register"], row["local_day"]): row for row in current}
    assert len(listed) == len(current)
    corrected = {(row["subject"], row["local_day"]) for row in rows if row["message_kind"] == "CORRECTION"}
    multiplied = next(
        row
        for row in rows
        if row["validation_reason"] == "UNIT_MULTIPLIER"
        and row["contract_effect"] == "adds"
        and (row["subject"], row["local_day"]) not in corrected
    )
    day = listed[multiplied["subject"], multiplied["register"], multiplied["local_day"]]
    assert min(day["contract_values"]) >= 0
    assert set(day["validation_values"]) == {None}
    assert len(day["contract_values"]) == len(day["contract_quality"]) == len(day["validation_values"])


def test_what_is_known_at_an_instant_is_what_had_arrived(fleet: Fleet, tmp_path: Path) -> None:
    plan, grids = Plan.parse("late=1"), fleet.select(1)
    early, end = (
        transport_truth.write(fleet, grids, WINDOW, plan, tmp_path, lambda _: None, arrivals)["contract"]
        # All are late by the curve: 72 % have come by 06:00 two days after the end of their day.
        for arrivals in (Arrivals(end=int(WINDOW.starts[1]) + (2 * 24 + 6) * 3600), ALWAYS)
    )
    assert 0.3 < early["readings"] / end["readings"] < 0.8
    assert early["dispositions"][bundle.TOPIC]["accepted"] < end["dispositions"][bundle.TOPIC]["accepted"]


def test_two_runs_write_the_same_bytes(fleet: Fleet, folder: Path, tmp_path: Path) -> None:
    transport_truth.write(fleet, fleet.select(3), WINDOW, DENSE, tmp_path, lambda _: None)
    for name in ("transport.parquet", "transport_current.parquet", "transport_oracle.json"):
        assert (tmp_path / name).read_bytes() == (folder / name).read_bytes()
