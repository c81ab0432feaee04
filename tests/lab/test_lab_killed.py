"""Claims about a lab whose play was killed at any moment: the next run repairs it, and down leaves nothing."""

import json
import os
import random
import signal
import subprocess
import sys
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from leftovers import left_behind

from gridlake_control import base_image

HERE = Path(__file__).parent
MODULE_UTILS = HERE.parents[1] / "ansible" / "plugins" / "module_utils"
Run = Callable[..., dict[str, Any] | None]


@pytest.fixture(scope="module")
def directory(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("state") / "labkill"


@pytest.fixture(scope="module")
def run(directory: Path) -> Iterator[Run]:
    """Runs one verb to its end, or None where it was killed on the way."""
    image = base_image.ensure(base_image.load())

    def call(verb: str, last_call: int = 0, stop_timeout: float = 90.0) -> dict[str, Any] | None:
        command = [sys.executable, str(HERE / "killed_run.py"), verb, str(directory), str(image)]
        command += [str(last_call), str(stop_timeout)]
        environment = {**os.environ, "PYTHONPATH": str(MODULE_UTILS)}
        done = subprocess.run(command, check=False, capture_output=True, text=True, env=environment, timeout=200)
        if last_call and done.returncode == -signal.SIGKILL:
            return None
        assert done.returncode == 0, done.stderr
        return dict(json.loads(done.stdout))

    yield call
    call("destroy")


def states(answer: dict[str, Any] | None) -> set[str]:
    assert answer is not None
    return {host["state"] for host in answer["hosts"]}


@pytest.mark.parametrize("seed", range(int(os.environ.get("GRIDLAKE_KILLS", "4"))))
def test_a_run_killed_anywhere_is_repaired_by_the_next(run: Run, directory: Path, seed: int) -> None:
    whole = run("up")
    assert whole is not None
    down = run("down")
    assert down is not None
    assert left_behind("labkill", directory, "gl-labkill0") == []

    choice = random.Random(seed)  # noqa: S311 - moments, not secrets
    up_call = choice.randrange(1, 200)
    run("up", up_call)
    assert states(run("up")) == {"running"}, f"up had been killed at call {up_call}"
    second = run("up")
    assert second is not None
    assert second["actions"] == []

    down_call = choice.randrange(1, down["calls"])
    run("down", down_call)
    assert states(run("up")) == {"running"}, f"down had been killed at call {down_call}"
    run("down", down_call)
    run("down")
    assert left_behind("labkill", directory, "gl-labkill0") == [], f"down had been killed at call {down_call}"


def test_a_host_that_does_not_end_is_killed_and_leaves_nothing(run: Run, directory: Path) -> None:
    run("up")
    stubborn = ["systemd-run", "--property=KillSignal=SIGCONT", "--property=TimeoutStopSec=infinity", "sleep", "1d"]
    subprocess.run(["ssh", "-F", str(directory / "ssh" / "config"), "host1", *stubborn], check=True)
    down = run("down", stop_timeout=5)
    assert down is not None
    assert down["warnings"] == ["host1 did not end within 5 s and was killed"]
    assert left_behind("labkill", directory, "gl-labkill0") == []
    assert states(run("up")) == {"running"}
