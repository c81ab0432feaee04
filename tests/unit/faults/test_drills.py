"""Claims about the record of drills."""

import json
from pathlib import Path
from typing import Any

from drills import Drill, write


def recorded(path: Path) -> list[dict[str, Any]]:
    return list(json.loads(path.read_text(encoding="utf-8"))["drills"])


def test_a_drill_is_recorded_as_others_read_it(tmp_path: Path) -> None:
    write(tmp_path / "new" / "drills.json", [Drill("kill-kafka", True, 7.5, {"verify_failed": 0})], keep=False)
    assert recorded(tmp_path / "new" / "drills.json") == [
        {"name": "kill-kafka", "passed": True, "seconds_to_recover": 7.5, "invariants": {"verify_failed": 0}}
    ]


def test_some_drills_leave_the_record_of_the_others(tmp_path: Path) -> None:
    path = tmp_path / "drills.json"
    write(path, [Drill("kill-kafka"), Drill("lab-down")], keep=False)
    write(path, [Drill("kill-kafka", passed=True)], keep=True)
    assert {entry["name"]: entry["passed"] for entry in recorded(path)} == {"lab-down": False, "kill-kafka": True}


def test_all_drills_start_the_record_anew(tmp_path: Path) -> None:
    path = tmp_path / "drills.json"
    write(path, [Drill("of-long-ago")], keep=False)
    write(path, [Drill("lab-down")], keep=False)
    assert [entry["name"] for entry in recorded(path)] == ["lab-down"]
