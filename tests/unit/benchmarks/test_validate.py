"""The program that `make check` runs."""

import json
from datetime import date
from pathlib import Path

import pytest
from click.testing import CliRunner
from recorded import make_document

from gridlake_bench import result, study, validate


def run(folder: Path) -> tuple[int, str]:
    found = CliRunner().invoke(validate.main, ["--results", str(folder)])
    return found.exit_code, found.output


def test_no_result_is_fine_and_said(tmp_path: Path) -> None:
    assert run(tmp_path / "results") == (0, "profiles: storage-t0, storage-t1, storage-t2\nresults: none yet\n")


def test_what_is_committed_is_accepted() -> None:
    assert run(result.RESULTS)[0] == 0


def write(content: dict[str, object], folder: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """As if today were the day after; the program itself asks the clock."""
    monkeypatch.setattr(validate, "_today", lambda: date(2026, 11, 26))
    return result.write(content, date(2026, 11, 26), folder)


def test_void_runs_are_counted_aloud(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    content = make_document()
    for record in content["runs"][:9]:
        record["probes"]["goodput_mbit_per_s"] = 900.0
    write(content, tmp_path, monkeypatch)
    # 9 runs are three turns, of which three are warm-ups
    line = "2026-11-25/storage-t1-scan-seed7-b01-05.json: 24 valid, 0 failed, 6 void (goodput 6)"
    assert run(tmp_path) == (0, f"profiles: storage-t0, storage-t1, storage-t2\n{line}\nresults: 1\n")


def test_an_edited_result_ends_with_status_1(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    path = write(make_document(), tmp_path, monkeypatch)
    path.write_text(path.read_text(encoding="utf-8").replace('"wall": 10.0', '"wall": 9.9', 1), encoding="utf-8")
    status, output = run(tmp_path)
    assert status == 1
    assert "seed7-b01-05.json: content_sha256 does not fit: edited by hand?" in output


@pytest.mark.parametrize(
    ("name", "text", "reason"),
    [
        ("notes.md", "fast", "is no result; only dated .json documents belong here"),
        ("a.json", "{", "cannot be read"),
        ("a.json", json.dumps([1]), "[1] is not of type 'object'"),
    ],
)
def test_what_is_no_document_is_refused(tmp_path: Path, name: str, text: str, reason: str) -> None:
    (tmp_path / "2026-11-25").mkdir()
    (tmp_path / "2026-11-25" / name).write_text(text, encoding="utf-8")
    status, output = run(tmp_path)
    assert status == 1
    assert f"2026-11-25/{name}: " in output
    assert reason in output


def test_a_broken_profile_is_refused(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    text = (study.PROFILES / "storage-t0.yml").read_text(encoding="utf-8")
    (tmp_path / "storage-t0.yml").write_text(text.replace("H-dis", "H-gone"), encoding="utf-8")
    monkeypatch.setattr(study, "PROFILES", tmp_path)
    assert list(validate.inputs()) == ["storage-t0.yml: design counts: unknown arms H-gone"]
