"""Documents that are malformed, negative, edited, misdated or not what was planned are refused."""

from collections.abc import Callable
from datetime import date
from pathlib import Path
from typing import Any

import pytest
from recorded import make_document

from gridlake_bench import document, result
from gridlake_bench.errors import BenchError

TODAY = date(2026, 11, 30)
Change = Callable[[dict[str, Any]], None]


def problems(content: dict[str, Any], path: Path | None = None, today: date = TODAY) -> list[str]:
    return list(result.problems_of(content, path or result.place(content, Path("results")), today))


def test_a_written_document_reads_back_without_a_problem(tmp_path: Path) -> None:
    path = result.write(make_document(), TODAY, tmp_path)
    assert path == tmp_path / "2026-11-25" / "storage-t1-scan-seed7-b01-05.json"
    assert problems(document.read_json(path), path) == []
    # a head of one line a field, a line a run: 45 runs
    assert sum(line.startswith('  {"id"') for line in path.read_text(encoding="utf-8").splitlines()) == 45


def test_a_document_is_never_overwritten(tmp_path: Path) -> None:
    path = result.write(make_document(), TODAY, tmp_path)
    before = path.read_bytes()
    with pytest.raises(BenchError, match="never overwritten"):
        result.write(make_document(lambda _: 11.0), TODAY, tmp_path)
    assert path.read_bytes() == before


def test_a_document_that_is_wrong_is_not_written(tmp_path: Path) -> None:
    content = make_document()
    content["runs"][3]["seconds"]["wall"] = -1.0
    with pytest.raises(BenchError, match="wall"):
        result.write(content, TODAY, tmp_path)
    content["runs"][3]["seconds"]["wall"] = float("nan")
    with pytest.raises(BenchError, match="no canonical form"):
        result.write(content, TODAY, tmp_path)
    assert list(tmp_path.iterdir()) == []


@pytest.mark.parametrize(
    ("edit", "hashes"),
    [
        (lambda c: c["runs"][4]["seconds"].update(wall=9.0, execution=8.4), ["content_sha256"]),
        (lambda c: c["environment"]["machine"].update(cores=64), ["environment_sha256", "content_sha256"]),
        (lambda c: c["config"]["profile"].update(claim="the best"), ["config_sha256", "content_sha256"]),
        (lambda c: c["calibration"]["disk_mb_per_s_per_host"].update(hdd=99.0), ["content_sha256"]),
    ],
)
def test_an_edit_by_hand_shows(edit: Change, hashes: list[str]) -> None:
    content = result.sealed(make_document())
    assert problems(content) == []
    edit(content)
    assert [problem.split()[0] for problem in problems(content)] == hashes


def remove_a_slow_run(content: dict[str, Any]) -> None:
    del content["runs"][7]


def repeat_a_run(content: dict[str, Any]) -> None:
    content["runs"].append(content["runs"][7])


def add_a_run(content: dict[str, Any]) -> None:
    content["runs"].append(content["runs"][7] | {"id": "storage-t1/scan/b06/H-loc/rate=94"})


def swap_two_arms(content: dict[str, Any]) -> None:
    content["runs"][1]["arm"], content["runs"][1]["twin"] = "H-dis", not content["runs"][1]["twin"]


def swap_two_times(content: dict[str, Any]) -> None:
    one, two = content["runs"][4], content["runs"][8]
    for name in ("started", "ended"):
        one[name], two[name] = two[name], one[name]


def fail_without_reason(content: dict[str, Any]) -> None:
    content["runs"][2]["state"] = "failed"


def measure_with_reason(content: dict[str, Any]) -> None:
    content["runs"][2]["reason"] = "it felt slow"


def null_without_reason(content: dict[str, Any]) -> None:
    content["runs"][2]["requests"] = None


def reason_without_null(content: dict[str, Any]) -> None:
    content["runs"][2]["nulls"]["seconds/wall"] = "the clock was off"


def calibration_without_reason(content: dict[str, Any]) -> None:
    content["calibration"]["round_trip_s"] = None


@pytest.mark.parametrize(
    ("change", "message"),
    [
        (lambda c: c.pop("seed"), "'seed' is a required property"),
        (lambda c: c.update(extra=1), "'extra' was unexpected"),
        (lambda c: c["runs"][0]["disk"]["w1"].update(read=-1), "/runs/0/disk/w1/read: -1 is less than the minimum"),
        (lambda c: c["runs"][0]["requests"].update(GET=-2), "/runs/0/requests/GET"),
        (lambda c: c["runs"][0]["seconds"].update(wall=0), "/runs/0/seconds/wall"),
        (lambda c: c["runs"][0]["seconds"].update(wall=None), "/runs/0/seconds/wall"),
        (lambda c: c["runs"][0]["seconds"].update(wall="10"), "/runs/0/seconds/wall"),
        (lambda c: c["runs"][0]["answer"].update(sha256="abc"), "/runs/0/answer/sha256"),
        (lambda c: c["runs"][0]["tasks"].update(LOCALISH={"count": 1, "bytes": 1}), "/runs/0/tasks"),
        (lambda c: c["runs"][0]["seconds"].update(execution=60.0), "its parts 60.6"),
        (lambda c: c["runs"][0]["seconds"].update(wall=30.0), "took 30.0 s within 11.0 s"),
        (lambda c: c["runs"][0]["bytes"].update(client_local=100_000_001), "more bytes as client_local"),
        (
            lambda c: c["runs"][0]["wire"].update(w9={"received": 1, "sent": 1}),
            "hosts that the environment does not: w9",
        ),
        (fail_without_reason, "/runs/2/reason"),
        (measure_with_reason, "/runs/2/reason"),
        (null_without_reason, "requests is null without a reason"),
        (reason_without_null, "explains seconds/wall, which is not null"),
        (calibration_without_reason, "calibration: round_trip_s is null without a reason"),
        (remove_a_slow_run, "planned but not recorded, not even as failed: storage-t1/scan/b01/"),
        (repeat_a_run, "recorded twice"),
        (add_a_run, "recorded but not planned: storage-t1/scan/b06/H-loc/rate=94"),
        (swap_two_arms, "differs from the plan in arm, twin"),
        (swap_two_times, "another order than the planned one"),
        (lambda c: c.update(seed=8), "from the plan in"),
        (lambda c: c.update(design="other"), "no design other"),
        (lambda c: c.update(tier="T2"), "says storage-t1 T2, its configuration storage-t1 T1"),
        (lambda c: c.update(tree_clean=False), "uncommitted changes"),
        (lambda c: c["config"]["profile"]["checks"].remove("cold"), "/profile/checks"),
        (lambda c: c.update(method=2), "names method 2"),
    ],
)
def test_a_document_that_is_no_result_is_refused(change: Change, message: str) -> None:
    content = make_document()
    path = result.place(content, Path("results"))
    change(content)
    found = problems(result.sealed(content), path)
    assert any(message in problem for problem in found), found


def test_a_failed_run_is_a_result_with_its_reason() -> None:
    content = make_document()
    run = content["runs"][4]
    run |= {"state": "failed", "reason": "executor lost", "seconds": dict.fromkeys(run["seconds"]), "tasks": None}
    run["nulls"] = {f"seconds/{name}": "the run failed" for name in run["seconds"]} | {"tasks": "the run failed"}
    assert problems(result.sealed(content)) == []


@pytest.mark.parametrize(
    ("change", "today", "message"),
    [
        ({"date": "2026-11-26"}, TODAY, "dated 2026-11-26 but started on 2026-11-25"),
        ({"date": "2026-02-30"}, TODAY, "no such time"),
        ({}, date(2026, 11, 24), "which is in the future"),
        ({"started": "2026-11-25T08:30:00Z"}, TODAY, "outside of the document's time"),
        ({"ended": "2026-11-25T08:30:00Z"}, TODAY, "outside of the document's time"),
    ],
)
def test_a_misdated_document_is_refused(change: dict[str, str], today: date, message: str) -> None:
    content = result.sealed({**make_document(), **change})
    assert any(message in problem for problem in problems(content, today=today))


def test_a_result_older_than_its_method_is_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(result.METHODS, 1, date(2026, 11, 26))
    assert problems(result.sealed(make_document())) == ["dated 2026-11-25, before method 1 was registered"]


@pytest.mark.parametrize("place", ["2026-11-24/storage-t1-scan-seed7-b01-05.json", "2026-11-25/best.json"])
def test_a_document_in_the_wrong_place_is_refused(place: str) -> None:
    found = problems(result.sealed(make_document()), Path("results") / place)
    assert len(found) == 1
    assert "belongs in 2026-11-25/storage-t1-scan-seed7-b01-05.json" in found[0]
