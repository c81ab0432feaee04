"""Settlement runs on a lake whose sums are known by hand."""

import dataclasses
import hashlib
import json
from collections.abc import Sequence
from datetime import UTC, date, datetime
from pathlib import Path
from typing import Any

import pytest
from pyspark.sql import SparkSession
from pyspark.sql import functions as F

from gridlake.catalog.assets import CONTRACT, METERING_POINT, REGISTER, SUBSTATION
from gridlake.catalog.curated import READING_CURRENT, TRANSFORMER_READING
from gridlake.catalog.obis import EXPORT, IMPORT
from gridlake.catalog.settlement import Kind
from gridlake.catalog.settlement_tables import SETTLEMENT_LINE, SETTLEMENT_RUN
from gridlake.errors import ConcurrentWriterError, SettlementDiffersError, SettlementRefusedError
from gridlake.io import lake
from gridlake.io.run import Run, record_run
from gridlake.jobs import reread_settlement, settle
from gridlake.settlement import inputs, records

pytestmark = [pytest.mark.spark, pytest.mark.usefixtures("lake_is_empty")]

MARCH, DAY = date(2016, 3, 1), date(2016, 3, 27)
MIDNIGHT = datetime(2016, 3, 26, 23, tzinfo=UTC)
DUE = {Kind.FIRST: date(2016, 4, 14), Kind.CLEARING: date(2016, 5, 13)}
JANUARY = date(2016, 1, 1)


def reading(point: str, register: str, values: Sequence[int | None]) -> tuple[Any, ...]:
    return (
        point,
        register,
        DAY,
        MIDNIGHT,
        values,
        [0] * 92,
        0,
        sum(value or 0 for value in values),
        ["v"],
        None,
        MIDNIGHT,
    )


def transformer(hour: int, net: int) -> tuple[Any, ...]:
    start = datetime(2016, 3, 27, hour, tzinfo=UTC)
    measured = ("S1", start, DAY, max(net, 0), max(-net, 0), 0, 230.0, 230.0, 230.0, 40.0, 0, 1)
    return *measured, start, "v", start, "t", 0, 0


ROWS: dict[str, list[tuple[Any, ...]]] = {
    SUBSTATION.name: [("S1", "A1", "rural1", "MV1", 160, 8.0, 50.0, JANUARY)],
    METERING_POINT.name: [(point, "S1", "LV", "H0", 30, False, None, JANUARY) for point in ("P1", "P2")],
    REGISTER.name: [
        ("P1", IMPORT, "Wh", 1, JANUARY),
        ("P2", IMPORT, "Wh", 1, JANUARY),
        ("P2", EXPORT, "Wh", 1, JANUARY),
    ],
    CONTRACT.name: [("P1", "G", JANUARY, None)],
    READING_CURRENT.name: [
        reading("P1", IMPORT, [100] * 92),
        reading("P2", IMPORT, [10] * 91 + [None]),
        reading("P2", EXPORT, [0] * 91 + [50]),
    ],
    TRANSFORMER_READING.name: [transformer(5, 11_000), transformer(6, -500)],
}


def fill(spark: SparkSession, rows: dict[str, list[tuple[Any, ...]]]) -> None:
    for table in inputs.TABLES:
        if (content := rows.get(table.name)) is None:
            continue
        lake.ensure(spark, table)
        schema = ", ".join(f"`{column.name}` {column.type}" for column in table.columns)
        spark.createDataFrame(content, schema).coalesce(1).writeTo(table.identifier).append()


def correct(spark: SparkSession) -> None:
    """As a late correction does: P1's first interval is 30 Wh more."""
    spark.sql(
        "UPDATE lake.curated.reading_current SET `values` = concat(array(130), slice(`values`, 2, 91)) "
        "WHERE metering_point_id = 'P1'"
    )


@pytest.fixture
def first(run: Run) -> Run:
    return dataclasses.replace(run, job="settle", run_id="first")


@pytest.fixture
def second(first: Run) -> Run:
    return dataclasses.replace(first, run_id="second")


def make(spark: SparkSession, run: Run, folder: Path, kind: Kind = Kind.FIRST) -> dict[str, Any]:
    return settle.settle(spark, run, f"file:{folder}", MARCH, kind, DUE[kind])


def reread(spark: SparkSession, folder: Path, kind: Kind = Kind.FIRST) -> dict[str, Any]:
    return reread_settlement.reread(spark, f"file:{folder}", MARCH, kind)


def lines(spark: SparkSession, settlement_id: str) -> dict[tuple[str, str], int]:
    rows = spark.table(SETTLEMENT_LINE.identifier).where(
        (F.col("settlement_id") == settlement_id) & (F.col("energy_wh") != 0)
    )
    return {(row["balancing_group"], row["register"]): row["energy_wh"] for row in rows.collect()}


def test_a_run_that_must_not_be_made_is_refused_in_one_sentence(
    spark: SparkSession, run: Run, first: Run, tmp_path: Path
) -> None:
    with pytest.raises(SettlementRefusedError, match=r"due on 2016-04-14 and not on 2016-04-13"):
        settle.settle(spark, first, f"file:{tmp_path}", MARCH, Kind.FIRST, date(2016, 4, 13))
    with pytest.raises(
        SettlementRefusedError, match=r"lake\.curated\.reading_current was never filled; run the DAG curate"
    ):
        make(spark, first, tmp_path)
    fill(spark, {name: rows for name, rows in ROWS.items() if name != "contract"})
    with pytest.raises(SettlementRefusedError, match=r"contract was never filled; run the job sync_master_data"):
        make(spark, first, tmp_path)
    fill(spark, {"contract": [*ROWS["contract"], ("P1", "H", DAY, None)]})
    with pytest.raises(
        SettlementRefusedError, match="contracts overlap: P1 in G from 2016-01-01 and in H from 2016-03-27"
    ):
        make(spark, first, tmp_path)
    with pytest.raises(SettlementRefusedError, match=r"reading_current holds nothing of 2016-02"):
        settle.settle(spark, first, f"file:{tmp_path}", date(2016, 2, 1), Kind.FIRST, DUE[Kind.FIRST])
    with pytest.raises(SettlementRefusedError, match="there is no FIRST run of 2016-03; runs are: none"):
        reread(spark, tmp_path)
    rows = spark.table(READING_CURRENT.identifier).limit(1).withColumn("metering_point_id", F.lit("P7"))
    lake.upsert(rows, READING_CURRENT, lake.in_days([DAY]), "false", run.snapshot_properties)
    with pytest.raises(SettlementRefusedError, match="rows of curation run run-1, which has not finished"):
        make(spark, first, tmp_path)
    assert spark.table(SETTLEMENT_LINE.identifier).isEmpty()
    at = lake.snapshot_id(spark, READING_CURRENT)
    assert at is not None
    outputs = {READING_CURRENT.qualified_name: at}
    record_run(spark, run, run_number=1, base=None, ledger="{}", counts={}, inputs={}, outputs=outputs)
    assert inputs.Inputs.newest(spark).snapshots[READING_CURRENT.qualified_name] == at


def test_what_was_submitted_stays_whatever_comes_later(
    spark: SparkSession, first: Run, second: Run, tmp_path: Path
) -> None:
    fill(spark, ROWS)
    made = make(spark, first, tmp_path)
    settled = {("G", IMPORT): 9200, ("(without contract)", IMPORT): 910, ("(without contract)", EXPORT): 50}
    assert lines(spark, made["settlement_id"]) == settled
    assert made["counts"] == {
        "lines": 3 * 31,
        "losses": 31,
        # March has 30 days of 96 and one of 92 intervals; three registers.
        "expected_intervals": 3 * (30 * 96 + 92),
        "received_intervals": 3 * 92 - 1,
        "infeed_wh": 10_500,
        "consumed_wh": 10_110,
        "fed_in_wh": 50,
        "difference_wh": 440,
    }
    (export,), (manifest,) = (list(tmp_path.rglob(f"FIRST-*.{kind}")) for kind in ("jsonl", "manifest.json"))
    assert hashlib.sha256(export.read_bytes()).hexdigest() == made["export_sha256"]
    assert hashlib.sha256(manifest.read_bytes()).hexdigest() == made["manifest_sha256"]
    assert json.loads(manifest.read_text(encoding="utf-8"))["inputs"] == made["inputs"]

    assert make(spark, first, tmp_path)["repeated"] is True
    with pytest.raises(SettlementRefusedError, match="was made already"):
        make(spark, second, tmp_path)

    correct(spark)
    everything = "options => map('rewrite-all', 'true')"
    spark.sql(f"CALL lake.system.rewrite_data_files(table => 'curated.reading_current', {everything})")
    now = "older_than => now(), retain_last => 1"
    spark.sql(f"CALL lake.system.expire_snapshots(table => 'curated.reading_current', {now})")
    assert reread(spark, tmp_path)["computed_sha256"] == made["export_sha256"]
    assert lines(spark, made["settlement_id"]) == settled

    cleared = make(spark, second, tmp_path, Kind.CLEARING)
    assert lines(spark, cleared["settlement_id"]) == settled | {("G", IMPORT): 9230}
    deltas = spark.table("lake.curated.settlement_delta").select("balancing_group", "local_day", "energy_wh", "values")
    assert [tuple(row) for row in deltas.collect()] == [("G", DAY, 30, [30] + [0] * 91)]
    chain = spark.table(SETTLEMENT_RUN.identifier).orderBy("chain_number").collect()
    assert [row["previous_manifest_sha256"] for row in chain] == [None, made["manifest_sha256"]]

    content = export.read_bytes()
    export.with_name(f".{export.name}.crc").unlink()
    export.write_bytes(content.replace(b"100,", b"101,", 1))
    spark.sql("UPDATE lake.curated.settlement_line SET expected_intervals = 0 WHERE local_day = DATE '2016-03-27'")
    sha256 = made["export_sha256"]
    with pytest.raises(SettlementDiffersError, match=f"computed_sha256 {sha256}, tables_sha256 (?!{sha256})") as caught:
        reread(spark, tmp_path)
    assert f"copy_sha256 {hashlib.sha256(export.read_bytes()).hexdigest()}" in str(caught.value)


def test_a_run_that_died_before_its_row_is_made_again_under_its_id_and_of_two_at_once_one_counts(
    spark: SparkSession, first: Run, second: Run, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    fill(spark, ROWS)
    copy_out, winners = records.copy_out, []

    def another_is_faster(*arguments: Any) -> None:
        # To the other run, lines without a row are those of one that died.
        assert spark.table(SETTLEMENT_LINE.identifier).count() == 3 * 31
        assert spark.table(SETTLEMENT_RUN.identifier).isEmpty()
        monkeypatch.setattr(records, "copy_out", copy_out)
        winners.append(make(spark, second, tmp_path)["settlement_id"])
        copy_out(*arguments)

    monkeypatch.setattr(records, "copy_out", another_is_faster)
    with pytest.raises(ConcurrentWriterError):
        make(spark, first, tmp_path)
    counted = spark.table(SETTLEMENT_RUN.identifier).select("settlement_id", "run_id").collect()
    assert [tuple(row) for row in counted] == [(winners[0], "second")]
    assert lines(spark, winners[0])[("G", IMPORT)] == 9200
    assert spark.table(SETTLEMENT_LINE.identifier).count() == 3 * 31
