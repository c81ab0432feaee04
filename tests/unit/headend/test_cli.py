"""The command line: options, results and explained failures."""

import json
from pathlib import Path

import pytest
from click.testing import CliRunner

from headend.cli import main


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
