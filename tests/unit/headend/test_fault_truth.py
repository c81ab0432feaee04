"""The hidden truth says who and how much, and no one but the scorer can read it."""

import hashlib
import json
import re
from collections import Counter
from datetime import date
from itertools import pairwise
from pathlib import Path

import numpy as np
import pyarrow.parquet as pq
import pytest

from headend import assignment, avro, bundle, delivery, identity, landing, register, transport_truth, truth
from headend.bundle import SCHEMA as BUNDLE_SCHEMA
from headend.faults import Plan
from headend.fleet import Fleet
from headend.local_days import Window
from headend.loss_profile import FAULTS, Kind
from headend.transformer import SCHEMA as TRANSFORMER_SCHEMA

ROOT = Path(__file__).resolve().parents[3]
WEEK = Window(date(2016, 3, 21), 7)
COLUMNS = ["metering_point_id", "substation_id", "kind", "onset_date", "end_date", "kwh_lost", "true_substation_id"]
IMPORTS_HEADEND = re.compile(r"^\s*(from|import) headend\b", re.MULTILINE)
TELLING = {"kind", "onset_date", "end_date", "kwh_lost", "true_substation_id", "level", "fault", "losses", "profile"}


@pytest.fixture(scope="module")
def written(scoring: Fleet, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Truth of forty substations and a week."""
    out = tmp_path_factory.mktemp("truth")
    truth.write(scoring, scoring.select(40), WEEK, out, lambda _: None)
    return out


def test_the_truth_is_these_files(written: Path) -> None:
    assert sorted(path.name for path in written.iterdir()) == [
        "confounder.parquet",
        "fault.parquet",
        "losses.json",
        "meter_reading.parquet",
        "oracle.json",
        "transformer_reading.parquet",
    ]
    about = json.loads((written / "losses.json").read_text(encoding="utf-8"))
    assert (about["seed"], about["profile"], about["days"]) == (1, "scoring", 7)


def test_faults_and_confounders_are_told_apart(written: Path) -> None:
    faults, others = (pq.read_table(written / f"{name}.parquet") for name in ("fault", "confounder"))
    assert faults.column_names == others.column_names == COLUMNS
    assert set(faults["kind"].to_pylist()) <= set(FAULTS)
    assert set(others["kind"].to_pylist()) == {
        Kind.VACANCY,
        Kind.MOVE,
        Kind.HOLIDAY,
        Kind.EMPTY_HOME,
        Kind.STREET_LIGHTING,
        Kind.CLOCK_DRIFT,
    }
    assert faults.num_rows > 20
    moved = [row for row in faults.to_pylist() if row["substation_id"] != row["true_substation_id"]]
    assert moved
    assert {row["kind"] for row in moved} == {Kind.WRONG_SUBSTATION}


def test_register_and_landing_have_the_wrong_substations_of_the_truth(written: Path, scoring: Fleet) -> None:
    wrong = {
        row["metering_point_id"]: row["substation_id"]
        for row in pq.read_table(written / "fault.parquet").to_pylist()
        if row["kind"] == Kind.WRONG_SUBSTATION
    }
    connections = scoring.connections(scoring.select(40))
    register_says = {str(row[0]): row[1] for row in register.metering_points(1, connections)}
    text = landing.extract(scoring, scoring.select(40)).files["connection.csv"].decode()
    landing_says = dict(line.split(",")[:2] for line in text.splitlines()[1:])
    assert register_says == landing_says
    assert {point: register_says[point] for point in wrong} == wrong
    right = {one.metering_point_id: identity.substation_id(1, one.grid.number) for one in connections}
    assert {point for point, place in right.items() if register_says[point] != place} == set(wrong)


def test_the_energy_lost_is_what_the_registers_of_an_honest_world_counted_more(
    written: Path, scoring: Fleet, honest: Fleet
) -> None:
    lost: dict[str, float] = {}
    for row in pq.read_table(written / "fault.parquet").to_pylist():
        if row["kind"] not in (Kind.HOOK, Kind.WRONG_SUBSTATION) and row["metering_point_id"]:
            lost[row["metering_point_id"]] = lost.get(row["metering_point_id"], 0.0) + row["kwh_lost"]
    compared = 0
    for grid in scoring.select(40)[:8]:
        faulty, clean = scoring.readings(grid, WEEK), honest.readings(grid, WEEK)
        more = (clean.meters.values - faulty.meters.values).sum(axis=(1, 2)) / 1000.0
        for point, obis, kwh in zip(faulty.metering_point_ids, faulty.registers, more.tolist(), strict=True):
            if obis == identity.IMPORT:
                # Meters are off by 0.4 % and count whole Wh, a day at a time.
                assert kwh == pytest.approx(lost.get(point, 0.0), rel=0.02, abs=0.008)
                compared += point in lost
    assert compared >= 3


def test_the_oracle_of_unordered_ids_is_the_hash_of_what_the_parquet_file_says(scoring: Fleet, tmp_path: Path) -> None:
    window = Window(date(2016, 3, 27), 1)
    grids = scoring.grids[:3]
    oracle = truth.write(scoring, grids, window, tmp_path, lambda _: None)
    status = {}
    for grid in grids:
        readings = scoring.readings(grid, window)
        assert readings.meters.status is not None
        for row, names in enumerate(zip(readings.metering_point_ids, readings.registers, strict=True)):
            status[names] = readings.meters.status[row, 0].tolist()
    rows = pq.read_table(tmp_path / "meter_reading.parquet").to_pylist()
    every = sorted(
        (row["metering_point_id"], row["register"], int(row["interval_start_utc"].timestamp()) + 900 * position, value)
        for row in rows
        for position, value in enumerate(row["values"])
    )
    first = int(window.starts[0])
    text = "".join(
        f"{point}|{obis}|{start}|{value}|{status[point, obis][(start - first) // 900]}\n"
        for point, obis, start, value in every
    )
    assert oracle.sha256 == hashlib.sha256(text.encode()).hexdigest()
    assert oracle.readings == len(every)


def test_transport_faults_happen_to_a_world_with_losses_too(scoring: Fleet, tmp_path: Path) -> None:
    """Without a fault both oracles speak of the same lines, although one follows messages and the other meters."""
    window = Window(date(2016, 3, 27), 1)
    plain = truth.write(scoring, scoring.grids[:3], window, tmp_path, lambda _: None)
    plan = Plan.parse("duplicate=0.5")
    sent = transport_truth.write(scoring, scoring.grids[:3], window, plan, tmp_path, lambda _: None)
    assert sent["injected"]["duplicate"] > 10
    assert sent["contract"]["sha256"] == plain.sha256
    assert pq.read_table(tmp_path / "transport_current.parquet").num_rows == 0


def test_a_perfect_world_has_no_hidden_truth(fleet: Fleet, tmp_path: Path) -> None:
    truth.write(fleet, fleet.grids[:1], Window(date(2016, 3, 27), 1), tmp_path, lambda _: None)
    assert sorted(path.name for path in tmp_path.iterdir()) == [
        "meter_reading.parquet",
        "oracle.json",
        "transformer_reading.parquet",
    ]


def test_a_second_run_leaves_nothing_of_another_world(fleet: Fleet, scoring: Fleet, tmp_path: Path) -> None:
    window = Window(date(2016, 3, 27), 1)
    truth.write(scoring, scoring.grids[:1], window, tmp_path, lambda _: None)
    transport_truth.write(scoring, scoring.grids[:1], window, Plan.parse("dense"), tmp_path, lambda _: None)
    (tmp_path / "notes.txt").write_text("not ours")
    truth.write(fleet, fleet.grids[:1], window, tmp_path, lambda _: None)
    assert sorted(path.name for path in tmp_path.iterdir()) == [
        "meter_reading.parquet",
        "notes.txt",
        "oracle.json",
        "transformer_reading.parquet",
    ]


def test_a_run_that_fails_leaves_no_marker_of_the_one_before(fleet: Fleet, tmp_path: Path) -> None:
    def killed(_done: int) -> None:
        raise KeyboardInterrupt

    window, plan = Window(date(2016, 3, 27), 1), Plan.parse("dense")
    truth.write(fleet, fleet.grids[:1], window, tmp_path, lambda _: None)
    transport_truth.write(fleet, fleet.grids[:1], window, plan, tmp_path, lambda _: None)
    with pytest.raises(KeyboardInterrupt):
        transport_truth.write(fleet, fleet.grids[:1], window, plan, tmp_path, killed)
    assert not (tmp_path / "transport_oracle.json").exists()
    assert (tmp_path / "oracle.json").exists()
    with pytest.raises(KeyboardInterrupt):
        truth.write(fleet, fleet.grids[:1], window, tmp_path, killed)
    assert not (tmp_path / "oracle.json").exists()


def test_no_message_landing_file_or_register_column_has_a_field_of_the_truth(scoring: Fleet) -> None:
    fields = {
        field["name"]
        for schema in (BUNDLE_SCHEMA, TRANSFORMER_SCHEMA)
        for field in json.loads((avro.SCHEMA_FOLDER / f"{schema}.avsc").read_text(encoding="utf-8"))["fields"]
    }
    extract = landing.extract(scoring, scoring.select(5))
    headers = {name for content in extract.files.values() for name in content.split(b"\n")[0].decode().split(",")}
    columns = {
        name for table in (register.SUBSTATION, register.METERING_POINT, register.REGISTER) for name in table.columns
    }
    assert not (fields | headers | columns) & TELLING
    assert {"metering_point_id", "substation_id"} <= fields & headers & columns


def test_no_byte_that_leaves_the_head_end_names_a_kind_or_a_profile(scoring: Fleet) -> None:
    grids = scoring.select(5)
    connections = scoring.connections(grids)
    extract = landing.extract(scoring, grids)
    leaving = b"".join(
        message or b""
        for _, _, message in delivery.messages(scoring, [grids[0]], Window(date(2016, 3, 27), 1), Plan.parse("none"))
    )
    leaving += extract.marker + b"".join(extract.files.values())
    rows = [
        *register.metering_points(1, connections),
        *register.registers(connections),
        *register.substations(1, grids),
    ]
    leaving += repr(rows).encode()
    public = {b"street_lighting"}  # declared by the municipality: where lamps burn is no secret
    words = {kind.encode() for kind in Kind} | {b"scoring", b"honest", b"pilot"}
    assert [word for word in words - public if word in leaving] == []


def test_what_leaves_does_not_come_in_the_order_of_the_truth(scoring: Fleet) -> None:
    grids = scoring.select(5)
    rows = [str(row[0]) for row in register.metering_points(1, scoring.connections(grids))]
    assert rows == sorted(rows)
    lines = landing.extract(scoring, grids).files["connection.csv"].decode().splitlines()[1:]
    assert lines == sorted(lines)


@pytest.mark.parametrize("plan", ["none", "duplicate=0.1"])
def test_the_order_of_messages_does_not_say_which_substation_they_come_from(scoring: Fleet, plan: str) -> None:
    """Bundles of all substations come mixed: a point between others' would give away that its register is wrong."""
    grids, day = scoring.select(5), Window(date(2016, 3, 27), 1)
    where = {
        point.encode(): grid.number
        for grid in grids
        for point in assignment.metering_point_ids(1, scoring.losses, scoring.grids, grid)
    }
    sent = list(delivery.messages(scoring, grids, day, Plan.parse(plan)))
    order = [where[key or b""] for topic, key, _ in sent if topic == bundle.TOPIC]
    assert sum(one != other for one, other in pairwise(order)) > len(order) / 2
    apart = [message for grid in grids for message in delivery.messages(scoring, [grid], day, Plan.parse(plan))]
    assert Counter(sent) == Counter(apart)


def test_nothing_but_times_energies_and_status_tells_a_faulty_meter_from_another(scoring: Fleet, honest: Fleet) -> None:
    """Ids, registers, contracts, places in the sequence and sending times are those of a world without faults."""
    grids = scoring.select(5)
    ours, theirs = scoring.connections(grids), honest.connections(grids)
    assert [one.metering_point_id for one in ours] == [one.metering_point_id for one in theirs]
    assert list(register.registers(ours)) == list(register.registers(theirs))
    without_place = [row[:1] + row[2:] for row in register.metering_points(1, ours)]
    assert without_place == [row[:1] + row[2:] for row in register.metering_points(1, theirs)]
    one, other = scoring.readings(grids[0], WEEK), honest.readings(grids[0], WEEK)
    assert one.head_end == other.head_end == "he-qn-00001"
    assert np.array_equal(one.collected_at, other.collected_at)


def test_no_pipeline_code_or_table_speaks_of_the_truth() -> None:
    """Jobs, transforms, tables, DAGs and marts name neither the files of the truth nor the package that makes it."""
    files = [
        path
        for folder in ("spark", "dags", "sql")
        for path in (ROOT / folder).rglob("*")
        if path.suffix in (".py", ".sql", ".yml") and "target" not in path.parts
    ]
    assert len(files) > 40
    told = (
        "fault.parquet",
        "confounder.parquet",
        "build/truth",
        "true_substation_id",
        "loss_profile",
    )
    text = {path: path.read_text(encoding="utf-8") for path in files}
    assert [(path.name, word) for path in files for word in told if word in text[path]] == []
    assert [path.name for path in files if path.suffix == ".py" and IMPORTS_HEADEND.search(text[path])] == []


@pytest.mark.parametrize("line", ["import headend", "from headend.fleet import Fleet", "    from headend import truth"])
def test_every_way_to_import_the_package_is_seen(line: str) -> None:
    assert IMPORTS_HEADEND.search(f"import json\n{line}\n")
