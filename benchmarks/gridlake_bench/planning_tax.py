"""What locality costs before the first byte: block locations, file by file, beside the cost of S3's requests."""

import math
from collections.abc import Mapping
from dataclasses import dataclass
from statistics import fmean, median

from gridlake_bench.errors import SampleError


@dataclass(frozen=True)
class PlanningTax:
    """Seconds of planning that locality adds: by file, and fixed."""

    seconds_per_file: float
    fixed_seconds: float

    def seconds(self, files: int) -> float:
        """The tax of a query over this many files."""
        return self.fixed_seconds + self.seconds_per_file * files

    def files_that_eat(self, saved_seconds: float) -> float:
        """Number of files at which the tax equals what locality saves in execution."""
        if self.seconds_per_file <= 0:
            return math.inf
        return max(0.0, (saved_seconds - self.fixed_seconds) / self.seconds_per_file)


def planning_tax(with_locality: Mapping[int, float], without: Mapping[int, float]) -> PlanningTax:
    """Least-squares line through the differences; both map number of files to median planning seconds."""
    if with_locality.keys() != without.keys() or len(with_locality) < 2:
        raise SampleError("the tax needs planning times of the same file counts, at least two of them")
    files = sorted(with_locality)
    added = [with_locality[count] - without[count] for count in files]
    mean_files, mean_added = fmean(files), fmean(added)
    spread = sum((count - mean_files) ** 2 for count in files)
    slope = sum((c - mean_files) * (a - mean_added) for c, a in zip(files, added, strict=True)) / spread
    return PlanningTax(slope, mean_added - slope * mean_files)


def medians(by_files: Mapping[int, list[float]]) -> dict[int, float]:
    """Median planning seconds of each file count."""
    return {files: median(seconds) for files, seconds in by_files.items()}


def request_seconds(requests: int, latency_s: float, concurrency: float) -> float:
    """What the store's requests cost a query, for the same chart."""
    if concurrency <= 0:
        raise SampleError("requests need at least one in flight")
    return requests * latency_s / concurrency
