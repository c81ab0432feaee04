"""Claims about what a support bundle hides."""

import importlib.util
from pathlib import Path

import pytest

PROGRAM = Path(__file__).parents[3] / "ansible" / "roles" / "support" / "files" / "collect_support.py"
SPECIFICATION = importlib.util.spec_from_file_location("collect_support", PROGRAM)
assert SPECIFICATION is not None
assert SPECIFICATION.loader is not None
collect_support = importlib.util.module_from_spec(SPECIFICATION)
SPECIFICATION.loader.exec_module(collect_support)


@pytest.mark.parametrize(
    "line",
    [
        "connection-password=s3cr3t",
        "AIRFLOW__API__SECRET_KEY=s3cr3t",
        '"password": "s3cr3t"',
        "jwt_secret: s3cr3t",
        "TOKEN = s3cr3t",
    ],
)
def test_value_of_a_secret_key_is_masked(line: str) -> None:
    assert "s3cr3t" not in collect_support.masked(line)


@pytest.mark.parametrize("line", ["dfs.replication=3", "user=hive", "hive.metastore.uris: thrift://master1:9083"])
def test_other_values_stay(line: str) -> None:
    assert collect_support.masked(line) == line


def test_file_below_a_closed_folder_counts_as_closed(tmp_path: Path) -> None:
    closed = tmp_path / "closed"
    closed.mkdir(mode=0o700)
    inside = closed / "a.conf"
    inside.write_text("x")
    inside.chmod(0o644)
    assert not collect_support.readable_by_all(inside)
