"""Claims about what the hosts of a lab have used, on trees like the kernel's."""

import os
import subprocess
from pathlib import Path

import pytest

from gridlake_control import lab_resources


@pytest.fixture(params=["version 1", "version 2"])
def lab(request: pytest.FixtureRequest, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Memory group of a lab whose one host runs this process and one that has ended."""
    ended = subprocess.Popen(["true"])
    ended.wait()
    if request.param == "version 1":
        group, accounts = tmp_path / "memory" / "gridlake" / "lab", tmp_path / "cpuacct" / "gridlake" / "lab"
        usage = {"cpuacct.usage": "2500000000\n"}
    else:
        group = accounts = tmp_path / "gridlake" / "lab"
        usage = {"cpu.stat": "usage_usec 2500000\nuser_usec 2000000\n"}
    (group / "worker1").mkdir(parents=True)
    accounts.mkdir(parents=True, exist_ok=True)
    for name, text in usage.items():
        (accounts / name).write_text(text, encoding="ascii")
    (group / "cgroup.procs").write_text("", encoding="ascii")
    (group / "worker1" / "cgroup.procs").write_text(f"{ended.pid}\n{os.getpid()}\n", encoding="ascii")
    monkeypatch.setattr(lab_resources, "CGROUPS", tmp_path)
    return group


@pytest.mark.usefixtures("lab")
def test_processor_time_is_in_seconds() -> None:
    assert lab_resources.cpu_seconds("lab") == 2.5


@pytest.mark.usefixtures("lab")
def test_memory_is_that_of_the_processes_which_still_run() -> None:
    assert lab_resources.resident_bytes("lab") > 1_000_000


def test_a_group_that_vanishes_while_it_is_walked_counts_nothing(lab: Path) -> None:
    (lab / "worker2").mkdir()
    (lab / "worker2" / "cgroup.procs").symlink_to(lab / "gone")
    assert lab_resources.resident_bytes("lab") > 1_000_000


def test_a_failed_sample_is_raised_at_the_end(lab: Path) -> None:
    (lab / "worker1" / "cgroup.procs").unlink()
    (lab / "worker1" / "cgroup.procs").symlink_to(lab / "loop")
    (lab / "loop").symlink_to(lab / "loop")
    with pytest.raises(OSError, match="symbolic links"), lab_resources.PeakResidentBytes("lab", 0.001) as resident:
        resident._thread.join(10)


def test_the_error_of_the_body_wins(lab: Path) -> None:
    (lab / "worker1" / "cgroup.procs").write_text("not ascii: ä", encoding="utf-8")

    def body() -> None:
        with lab_resources.PeakResidentBytes("lab", 0.001) as resident:
            resident._thread.join(10)
            raise LookupError

    with pytest.raises(LookupError):
        body()
