"""When the NameNode's image counts as too old."""

import time
from typing import Any

import pytest
from gridlake_health import UnhealthyError, hdfs

HOUR = 3600
SETTINGS: dict[str, Any] = {
    "hdfs_checkpoint_seconds": HOUR,
    "hdfs_namenode_http_port": 1,
    "hdfs_secondary_namenode_http_port": 2,
    "hosts": {"namenode": ["m"]},
}


def answer(monkeypatch: pytest.MonkeyPatch, started_ago: int, image_age: int) -> str:
    now = time.time() * 1000
    beans = {
        2: {"StartTime": now - started_ago * 1000},
        1: {"LastCheckpointTime": now - image_age * 1000, "TransactionsSinceLastCheckpoint": 7},
    }
    monkeypatch.setattr(hdfs, "bean", lambda _host, port, _name: beans[port])
    return hdfs.secondary_namenode(SETTINGS, "e")


def test_an_image_of_the_last_two_periods_is_healthy(monkeypatch: pytest.MonkeyPatch) -> None:
    assert answer(monkeypatch, 90 * HOUR, 2 * HOUR - 60) == "image 7140 s old, 7 edits since"


def test_an_older_image_is_not(monkeypatch: pytest.MonkeyPatch) -> None:
    with pytest.raises(UnhealthyError, match=r"the NameNode's image is 3\.0 h old"):
        answer(monkeypatch, 90 * HOUR, 3 * HOUR)


def test_a_daemon_that_has_just_started_is_given_time(monkeypatch: pytest.MonkeyPatch) -> None:
    assert answer(monkeypatch, 60, 90 * HOUR).startswith("image 324000 s old")
