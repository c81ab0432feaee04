"""The oracle, by hand and by an independent path."""

import hashlib
import json
from datetime import date
from pathlib import Path

import numpy as np
import pyarrow.parquet as pq

from headend import truth
from headend.fleet import Fleet, GridReadings
from headend.grid import Grid
from headend.local_days import Window
from headend.meter import MeterReadings
from headend.substation import TransformerReadings


def test_lines_of_a_tiny_example_by_hand() -> None:
    window = Window(date(2016, 1, 1), 1)
    values = np.zeros((2, 1, 96), dtype=np.int64)
    values[0, 0, :2] = [7, 120]
    values[1, 0, 95] = 3
    nothing = np.zeros((2, 1), dtype=np.int64)
    empty = np.zeros(0)
    readings = GridReadings(
        substation_id="QN-00009-001",
        head_end="he-mv1.101",
        keys=[],
        metering_point_ids=["DE-QN000090010001", "DE-QN000090010001"],
        registers=["1-0:1.8.0", "1-0:2.8.0"],
        meters=MeterReadings(values, nothing, nothing, nothing),
        collected_at=nothing.astype(float),
        transformer=TransformerReadings(nothing, nothing, nothing, nothing, empty, empty),
    )
    text = bytes(truth.lines(readings, window)).decode()
    found = text.splitlines(keepends=True)
    # 31 December 2015, 23:00 UTC is 1451602800.
    assert found[0] == "DE-QN000090010001|1-0:1.8.0|1451602800|7|0\n"
    assert found[1] == "DE-QN000090010001|1-0:1.8.0|1451603700|120|0\n"
    assert found[96] == "DE-QN000090010001|1-0:2.8.0|1451602800|0|0\n"
    assert found[191] == "DE-QN000090010001|1-0:2.8.0|1451688300|3|0\n"
    assert len(found) == 192


def test_the_oracle_is_the_hash_of_what_the_parquet_file_says(fleet: Fleet, tmp_path: Path, march_week: Window) -> None:
    grids = fleet.grids[:3]
    seen: list[int] = []
    oracle = truth.write(fleet, grids, march_week, tmp_path, seen.append)
    rows = pq.read_table(tmp_path / "meter_reading.parquet").to_pylist()
    every = sorted(
        (row["metering_point_id"], row["register"], int(row["interval_start_utc"].timestamp()) + 900 * position, value)
        for row in rows
        for position, value in enumerate(row["values"])
    )
    text = "".join(f"{point}|{register}|{start}|{value}|0\n" for point, register, start, value in every)
    assert oracle.sha256 == hashlib.sha256(text.encode()).hexdigest()
    assert (oracle.readings, oracle.bundles) == (len(every), len(rows))
    assert json.loads((tmp_path / "oracle.json").read_text())["sha256"] == oracle.sha256
    assert all(sum(row["values"]) == row["end_register"] - row["start_register"] for row in rows)
    assert seen == [1, 2, 3]


def test_one_flipped_watt_hour_changes_the_hash(small_readings: GridReadings, march_week: Window) -> None:
    before = hashlib.sha256(truth.lines(small_readings, march_week)).hexdigest()
    small_readings.meters.values[3, 2, 40] += 1
    try:
        assert hashlib.sha256(truth.lines(small_readings, march_week)).hexdigest() != before
    finally:
        small_readings.meters.values[3, 2, 40] -= 1


def test_a_pinned_world_stays_what_it_is(fleet: Fleet, small_grid: Grid, march_week: Window) -> None:
    """Whoever changes the physics sees it here: else a seed would mean another world in a lake that holds the old."""
    text = truth.lines(fleet.readings(small_grid, march_week), march_week)
    assert hashlib.sha256(text).hexdigest() == PINNED


PINNED = "1e198fbfd32afcef555c7f7f1d15ab61cc59989e67d921d28a1b924025929600"
