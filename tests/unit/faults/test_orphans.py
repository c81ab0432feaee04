"""Claims about finding what a killed demo has left."""

import os
import signal
import subprocess
import time
from collections.abc import Callable
from pathlib import Path
from uuid import uuid4

from orphans import MARK, Orphans, doubled, started_by


def application(name: str, started: int, finished: int) -> dict[str, object]:
    return {"id": f"{name}-{started}", "name": name, "startedTime": started, "finishedTime": finished}


def wait_until(condition: Callable[[], bool]) -> None:
    deadline = time.monotonic() + 10
    while not condition():
        assert time.monotonic() < deadline
        time.sleep(0.01)


def test_what_left_the_process_group_is_found_until_it_ends(tmp_path: Path) -> None:
    mark, file = uuid4().hex, tmp_path / "pid"
    script = f"setsid sleep 60 & echo $! > {file}; wait"
    group = subprocess.Popen(["sh", "-c", script], env={**os.environ, MARK: mark}, start_new_session=True)
    wait_until(lambda: "sleep 60" in started_by(mark).values())
    os.killpg(group.pid, signal.SIGKILL)
    group.wait()
    orphan = int(file.read_text())
    with Orphans(mark) as watched:
        assert started_by(mark) == {orphan: "sleep 60"}
        os.kill(orphan, signal.SIGKILL)
    assert watched.seen == {orphan: "sleep 60"}
    wait_until(lambda: started_by(mark) == {})


def test_processes_of_others_are_no_orphans() -> None:
    assert started_by(uuid4().hex) == {}


def test_the_same_job_twice_at_once_is_doubled() -> None:
    first, second, other = application("ingest", 10, 30), application("ingest", 20, 40), application("curate", 20, 40)
    assert doubled([second, other, first]) == ["ingest-10 and ingest-20 of ingest"]
    assert doubled([application("ingest", 10, 0), application("ingest", 20, 40)]) != []
    assert doubled([application("ingest", 10, 20), application("ingest", 20, 40), other]) == []
