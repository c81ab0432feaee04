"""What calibration and plan say about a scan before it has run: the inputs of the roofline."""

from collections.abc import Mapping
from typing import Any

from gridlake_bench.errors import SampleError
from gridlake_bench.locality import by_chance, union_rule
from gridlake_bench.roofline import Capacity, Demand
from gridlake_bench.study import Factors, Study

Calibration = Mapping[str, Any]
# Files in a split of 128 MB: Iceberg counts a file as at least 4 MB (open-file-cost).
FILES_IN_A_SPLIT = {"128MB": 1, "16MB": 8, "1MB": 32}
SCANS = ("W1-read", "W2-")


def capacity(of: Study, calibration: Calibration, factors: Factors) -> Capacity:
    """All hosts together, at the rates that calibration measured for this setting's shaping."""
    requires = of.profile["requires"]
    storage_hosts, compute_hosts = requires["storage_hosts"], requires["compute_hosts"]
    goodput = _measured(calibration, "goodput_mbit_per_s", factors["rate"])
    return Capacity(
        cores=compute_hosts * requires["cores_per_compute_host"],
        storage_cores=requires["storage_cores"],
        disk_mb_per_s=storage_hosts * _measured(calibration, "disk_mb_per_s_per_host", factors["disk"]),
        nic_mb_per_s=min(storage_hosts, compute_hosts) * goodput / 8,
        round_trip_s=_measured(calibration, "round_trip_s"),
        concurrency=_measured(calibration, "concurrency"),
    )


def local_fraction(of: Study, arm: str, factors: Factors) -> float:
    """Share of bytes that the arm is expected to read locally; found by chance where nothing steers it."""
    placed = of.arms[arm]
    hosts = int(of.profile["requires"]["storage_hosts"])
    copies = of.redundancy_of(arm, factors).copies
    if placed.placement == "apart":
        return 0.0
    if placed.locality and placed.redundancy is None and factors["engine"] == "spark":
        return union_rule(copies, hosts, FILES_IN_A_SPLIT[factors["file_size"]]).bytes
    return by_chance(copies, hosts)


def demand(
    of: Study, calibration: Calibration, arm: str, factors: Factors, needed_mb: float, requests: float
) -> Demand:
    """What a scan of so many MB of Parquet asks for. Short-circuit reads cost no storage CPU, S3 reads always do."""
    if not factors["workload"].startswith(SCANS):
        raise SampleError(f"{factors['workload']} is no scan; only scans have a roofline")
    remote_mb = needed_mb * (1 - local_fraction(of, arm, factors))
    store = of.arms[arm].store
    served_mb = remote_mb if store == "hdfs" else needed_mb
    return Demand(
        cpu_seconds=_measured(calibration, "cpu_seconds_per_gb", factors["workload"]) * needed_mb / 1000,
        storage_cpu_seconds=_measured(calibration, "storage_cpu_seconds_per_gb", store) * served_mb / 1000,
        disk_mb=needed_mb if factors["cache"] == "cold" else 0.0,
        remote_mb=remote_mb,
        requests=requests,
    )


def _measured(calibration: Calibration, *path: str) -> float:
    value: Any = calibration
    for name in path:
        value = value.get(name)
    if value is None:
        raise SampleError(f"calibration has no {'/'.join(path)}; run W0 for it")
    return float(value)
