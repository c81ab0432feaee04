"""What the hosts of a lab have used: processor time and resident memory, read from the kernel's own accounts."""

import threading
from collections.abc import Iterator
from pathlib import Path
from types import TracebackType

CGROUPS = Path("/sys/fs/cgroup")


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


def _processes(inventory: str) -> Iterator[Path]:
    for listing in _group(inventory, "memory").rglob("cgroup.procs"):
        for pid in listing.read_text(encoding="ascii").split():
            yield Path("/proc") / pid


def resident_bytes(inventory: str) -> int:
    """Proportional set size of every process of every host, summed: shared pages count once."""
    total = 0
    for process in _processes(inventory):
        try:
            rollup = (process / "smaps_rollup").read_text(encoding="ascii")
        except (FileNotFoundError, ProcessLookupError):  # ended since it was listed
            continue
        total += sum(int(line.split()[1]) * 1024 for line in rollup.splitlines() if line.startswith("Pss:"))
    return total


class PeakResidentBytes:
    """Samples ``resident_bytes`` in the background; ``peak`` is the largest sample."""

    def __init__(self, inventory: str, interval_seconds: float = 10.0) -> None:
        self.inventory, self.interval_seconds, self.peak = inventory, interval_seconds, 0
        self._ended = threading.Event()
        self._thread = threading.Thread(target=self._sample, daemon=True)

    def _sample(self) -> None:
        while not self._ended.wait(self.interval_seconds):
            self.peak = max(self.peak, resident_bytes(self.inventory))

    def __enter__(self) -> "PeakResidentBytes":
        self._thread.start()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._ended.set()
        self._thread.join()
