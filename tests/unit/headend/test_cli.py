"""The command line: options, results and explained failures."""

import hashlib
import json
from datetime import date
from pathlib import Path

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


@pytest.mark.parametrize("command", ["send", "register", "landing", "truth"])
def test_every_command_takes_the_options_of_a_world(command: str) -> None:
    text = CliRunner().invoke(main, [command, "--help"]).output
    assert all(option in text for option in ("--seed", "--substations", "--days", "--start"))


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
