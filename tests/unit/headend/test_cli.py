"""The command line: options, results and explained failures."""

import hashlib
import json
from datetime import date
from pathlib import Path

import pyarrow.parquet as pq
import pytest
from click.testing import CliRunner

from headend import truth
from headend.cli import main
from headend.fleet import Fleet
from headend.local_days import Window


def test_truth_leaves_the_oracle_and_prints_it(tmp_path: Path) -> None:
    result = CliRunner().invoke(
        main, ["truth", "--seed", "3", "--substations", "2", "--days", "1", "--out", str(tmp_path)]
    )
    assert result.exit_code == 0, result.output
    printed = json.loads(result.stdout)
    written = json.loads((tmp_path / "oracle.json").read_text(encoding="utf-8"))
    assert printed["sha256"] == written["sha256"]
    assert written["metering_point_prefix"] == "DE-QN00003"


def test_a_world_before_its_beginning_is_explained(tmp_path: Path) -> None:
    result = CliRunner().invoke(main, ["truth", "--seed", "3", "--start", "2015-12-31", "--out", str(tmp_path)])
    assert result.exit_code == 1
    assert "choose --start 2016-01-01 or later" in result.stderr


def test_landing_without_a_place_is_explained() -> None:
    result = CliRunner().invoke(main, ["landing", "--seed", "3"], env={"HEADEND_WEBHDFS": ""})
    assert result.exit_code == 2
    assert "--webhdfs" in result.stderr


@pytest.mark.parametrize("command", ["send", "register", "landing", "truth", "rate"])
def test_every_command_takes_the_options_of_a_world(command: str) -> None:
    text = CliRunner().invoke(main, [command, "--help"]).output
    assert all(option in text for option in ("--seed", "--substations", "--losses", "--days", "--start"))


def test_every_command_of_a_world_with_losses_has_the_same_points(tmp_path: Path) -> None:
    """Register, landing and truth are asked in turn, as an operator does; what is sent has the ids of the truth."""
    world = ["--seed", "3", "--substations", "2", "--losses", "scoring"]
    runner = CliRunner()
    landed = runner.invoke(main, ["landing", *world, "--out", str(tmp_path / "landing")])
    assert landed.exit_code == 0, landed.output
    told = runner.invoke(main, ["truth", *world, "--days", "1", "--out", str(tmp_path / "truth")])
    assert told.exit_code == 0, told.output
    connected = (tmp_path / "landing/grid/QN-00003/connection.csv").read_text(encoding="utf-8").splitlines()[1:]
    metered = pq.read_table(tmp_path / "truth/meter_reading.parquet")["metering_point_id"].to_pylist()
    assert {line.split(",")[0] for line in connected} == set(metered)
    grid_digits = {point[len("DE-QN00003") :][:3] for point in metered}
    assert len(grid_digits) > 10  # two substations only, but ids do not say which


def test_the_rate_is_of_all_readings_asked_for() -> None:
    result = CliRunner().invoke(main, ["rate", "--seed", "3", "--substations", "2", "--days", "1", "--processes", "1"])
    assert result.exit_code == 0, result.output
    measured = json.loads(result.stdout)
    fleet = Fleet.of(3)
    assert measured["readings"] == 96 * sum(len(grid.loads) + len(grid.plants) for grid in fleet.select(2))
    assert measured["readings_per_second"] > 0


def test_truth_with_faults_leaves_them_beside_the_clean_truth(other_seed: Fleet, tmp_path: Path) -> None:
    options = ["truth", "--seed", "2", "--substations", "1", "--days", "1", "--start", "2016-03-21"]
    result = CliRunner().invoke(main, [*options, "--faults", "dense,late=0.5", "--out", str(tmp_path)])
    assert result.exit_code == 0, result.output
    window = Window(date(2016, 3, 21), 1)
    clean = truth.lines(other_seed.readings(other_seed.select(1)[0], window), window)
    assert json.loads(result.stdout)["sha256"] == hashlib.sha256(clean).hexdigest()
    assert "late=0.5" in json.loads((tmp_path / "transport_oracle.json").read_text(encoding="utf-8"))["faults"]


def test_an_unknown_fault_is_explained(tmp_path: Path) -> None:
    result = CliRunner().invoke(main, ["truth", "--seed", "3", "--out", str(tmp_path), "--faults", "lateness"])
    assert result.exit_code == 1
    assert "'lateness' in --faults is neither" in result.stderr


def test_a_wave_that_ends_before_it_begins_is_explained_and_sends_nothing(tmp_path: Path) -> None:
    wave = ["--arriving-from", "2016-03-24T06:00", "--arriving-before", "2016-03-24T05:00"]
    ledger = tmp_path / "sent.jsonl"
    # Nothing listens there: a command that got as far as the brokers would say so.
    options = ["send", "--seed", "3", "--bootstrap", "127.0.0.1:9", "--ledger", str(ledger), *wave]
    result = CliRunner().invoke(main, options)
    assert result.exit_code == 1
    assert "--arriving-from 2016-03-24T06:00 is not before --arriving-before 2016-03-24T05:00" in result.stderr
    assert not ledger.exists()


@pytest.mark.parametrize("brokers", ["", "nonsense", "h:x", "h:1,", "h:1 i:2"])
def test_brokers_that_nobody_could_connect_to_are_refused_at_once(brokers: str) -> None:
    result = CliRunner().invoke(main, ["offsets", "--bootstrap", brokers])
    assert result.exit_code == 2
    assert f"{brokers!r} is no list of brokers; write host:port" in result.output


def test_a_folder_that_cannot_be_made_is_told_without_a_traceback() -> None:
    world = ["--seed", "3", "--substations", "1", "--days", "1"]
    result = CliRunner().invoke(main, ["truth", *world, "--out", "/proc/no"])
    assert result.exit_code == 1
    assert "Error: /proc/no: No such file or directory\nNext step: make room there" in result.output
