"""A result is read from this checkout's own measurement first, and what nobody measured is never a number."""

import json
from pathlib import Path
from typing import Any

import pytest

from gridlake_control.documents.quantity import Missing, Quantity
from gridlake_control.documents.results import ResultError, Results


def results(tmp_path: Path, **files: Any) -> Results:
    for name, content in files.items():
        path = tmp_path / name.replace("__", "/").replace("_json", ".json")
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(content if isinstance(content, str) else json.dumps(content), encoding="utf-8")
    return Results(tmp_path / "build", tmp_path / "results")


def test_an_absent_result_is_missing_and_names_its_command(tmp_path: Path) -> None:
    subject = results(tmp_path)
    assert not subject.have("score")
    assert subject.figure("score", "mapping.recall") == Missing("make score")
    assert subject.place("score") == "not measured yet"
    with pytest.raises(ResultError, match=r"no result score yet; .* make score"):
        subject.holds("score", "anything")


def test_a_figure_is_found_by_its_dotted_key(tmp_path: Path) -> None:
    subject = results(tmp_path, build__demo__proof_json={"lost": 0, "seconds": {"ingest": 37.3}})
    seconds = subject.figure("demo", "seconds.ingest", "seconds")
    assert isinstance(seconds, Quantity)
    assert (seconds.number, seconds.unit) == (37.3, "seconds")
    assert subject.figure("demo", "lost") == Quantity(0, "count", "lost of proof.json")


def test_all_figures_below_a_key_are_found_in_their_order(tmp_path: Path) -> None:
    subject = results(tmp_path, build__bench__sql_json={"summary": {"b": 2, "a": None}, "none": {}, "one": 1})
    assert list(subject.figures("sql", "summary", "seconds").items()) == [
        ("b", Quantity(2, "seconds", "summary.b of sql.json")),
        ("a", Missing("make bench-sql")),
    ]
    for key in ("none", "one"):
        with pytest.raises(ResultError, match=f"{key} holds no figures"):
            subject.figures("sql", key)


def test_a_figure_that_the_run_left_open_is_missing(tmp_path: Path) -> None:
    subject = results(tmp_path, build__demo__proof_json={"readings_per_second": None})
    assert subject.figure("demo", "readings_per_second") == Missing("make demo")


def test_the_own_measurement_goes_before_the_committed_and_the_newest_committed_before_older(tmp_path: Path) -> None:
    committed = {"results__2026-11-01__sql_json": {"a": 1}, "results__2026-12-01__sql_json": {"a": 2}}
    assert results(tmp_path, **committed).figure("sql", "a") == Quantity(2, "count", "a of sql.json")
    assert results(tmp_path, build__bench__sql_json={"a": 3}).figure("sql", "a") == Quantity(
        3, "count", "a of sql.json"
    )


@pytest.mark.parametrize(
    ("content", "message"),
    [
        ("{", "is not JSON"),
        ({}, "has no lost"),
        ({"lost": [1]}, "is list, not a figure"),
        ({"lost": True}, "is bool, not"),
    ],
)
def test_a_result_without_the_figure_is_an_error_and_not_missing(tmp_path: Path, content: Any, message: str) -> None:
    with pytest.raises(ResultError, match=message):
        results(tmp_path, build__demo__proof_json=content).figure("demo", "lost")


def test_a_yes_is_true_or_false_and_nothing_like_it(tmp_path: Path) -> None:
    subject = results(tmp_path, build__demo__proof_json={"proven": False, "count": 1})
    assert subject.holds("demo", "proven") is False
    with pytest.raises(ResultError, match="neither true nor false"):
        subject.holds("demo", "count")


def test_an_unknown_result_is_refused(tmp_path: Path) -> None:
    with pytest.raises(ResultError, match="no result 'speed'; known are demo"):
        results(tmp_path).have("speed")
