"""What the hosts of a lab have used: processor time and resident memory, read from the kernel's own accounts."""

import errno
import os
import threading
from collections.abc import Iterator
from pathlib import Path
from types import TracebackType

CGROUPS = Path("/sys/fs/cgroup")

# What the kernel answers for a process or a group that has ended since it was listed.
ENDED = {errno.ENOENT, errno.ESRCH, errno.ENODEV}


def _group(inventory: str, controller: str) -> Path:
    """Control group of a lab: a tree per controller in version 1, one tree in version 2."""
    version_1 = CGROUPS / controller / "gridlake" / inventory
    return version_1 if version_1.is_dir() else CGROUPS / "gridlake" / inventory


def cpu_seconds(inventory: str) -> float:
    """CPU-seconds of all hosts since they booted."""
    group = _group(inventory, "cpuacct")
    usage = group / "cpuacct.usage"
    if usage.is_file():
        return int(usage.read_text(encoding="ascii")) / 1e9
    fields = dict(line.split() for line in (group / "cpu.stat").read_text(encoding="ascii").splitlines())
    return int(fields["usage_usec"]) / 1e6


def _read(path: Path) -> str:
    """A file of the kernel; empty when what it tells of has ended."""
    try:
        return path.read_text(encoding="ascii")
    except OSError as error:
        if error.errno not in ENDED:
            raise
        return ""


def _processes(inventory: str) -> Iterator[Path]:
    for group, _, files in os.walk(_group(inventory, "memory")):  # goes on where a folder has vanished
        if "cgroup.procs" in files:
            for pid in _read(Path(group) / "cgroup.procs").split():
                yield Path("/proc") / pid


def resident_bytes(inventory: str) -> int:
    """Proportional set size of every process of every host, summed: shared pages count once."""
    total = 0
    for process in _processes(inventory):
        rollup = _read(process / "smaps_rollup").splitlines()
        total += sum(int(line.split()[1]) * 1024 for line in rollup if line.startswith("Pss:"))
    return total


class PeakResidentBytes:
    """Samples ``resident_bytes`` in the background; ``peak`` is the largest. A failed sample is raised at the end."""

    def __init__(self, inventory: str, interval_seconds: float = 10.0) -> None:
        """Sampling starts with the ``with`` block."""
        self.inventory, self.interval_seconds, self.peak = inventory, interval_seconds, 0
        self._ended = threading.Event()
        self._failure: Exception | None = None
        self._thread = threading.Thread(target=self._sample, daemon=True)

    def _sample(self) -> None:
        try:
            while not self._ended.wait(self.interval_seconds):
                self.peak = max(self.peak, resident_bytes(self.inventory))
        except Exception as failure:  # noqa: BLE001 - whatever it is, a thread's error would only be printed
            self._failure = failure

    def __enter__(self) -> "PeakResidentBytes":
        """Start to sample."""
        self._thread.start()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        """Stop; an error of the block comes before one of the sampling."""
        self._ended.set()
        self._thread.join()
        if self._failure and error is None:
            raise self._failure
