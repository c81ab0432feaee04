"""Grid extracts and their marker."""

import csv
import hashlib
import io
import json
from pathlib import Path

import pytest

from headend import landing
from headend.fleet import Fleet
from headend.landing import Extract, LocalLanding


@pytest.fixture(scope="module")
def extract(fleet: Fleet) -> Extract:
    return landing.extract(fleet, fleet.grids[:2])


class Recorder(LocalLanding):
    """A real folder that also notes the order of what happens to it."""

    def write(self, path: str, content: bytes) -> None:
        super().write(path, content)
        EVENTS.append(path.rpartition("/")[2])

    def delete(self, path: str) -> None:
        super().delete(path)
        EVENTS.append(f"without {path.rpartition('/')[2]}")


EVENTS: list[str] = []


def test_the_marker_goes_first_and_comes_back_last(extract: Extract, tmp_path: Path) -> None:
    EVENTS.clear()
    assert landing.put(extract, Recorder(tmp_path))
    assert EVENTS[0] == "without _READY"
    assert EVENTS[-1] == "_READY"
    assert sorted(EVENTS[1:-1]) == sorted(extract.files)


def test_an_unchanged_extract_is_left_alone(extract: Extract, tmp_path: Path) -> None:
    assert landing.put(extract, LocalLanding(tmp_path))
    EVENTS.clear()
    assert not landing.put(extract, Recorder(tmp_path))
    assert EVENTS == []


def test_the_marker_counts_and_checks_every_file(extract: Extract, tmp_path: Path) -> None:
    landing.put(extract, LocalLanding(tmp_path))
    folder = tmp_path / "grid" / "QN-00001"
    marker = json.loads((folder / "_READY").read_text(encoding="utf-8"))
    assert "Open Database License" in marker["notice"]
    assert sorted(marker["files"]) == sorted(path.name for path in folder.glob("*.csv"))
    for name, facts in marker["files"].items():
        content = (folder / name).read_bytes()
        assert facts["sha256"] == hashlib.sha256(content).hexdigest()
        assert facts["rows"] == len(list(csv.DictReader(io.StringIO(content.decode()))))


def test_connections_name_busbars_that_exist(extract: Extract) -> None:
    busbars = {(row["substation_id"], row["busbar"]) for row in rows(extract, "busbar.csv")}
    connections = rows(extract, "connection.csv")
    assert len(connections) == 26
    assert all((row["substation_id"], row["busbar"]) in busbars for row in connections)


def rows(extract: Extract, name: str) -> list[dict[str, str]]:
    return list(csv.DictReader(io.StringIO(extract.files[name].decode())))
