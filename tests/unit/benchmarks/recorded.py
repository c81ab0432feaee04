"""A small study and documents of it, whose figures a test overrides."""

import copy
from collections.abc import Callable, Mapping
from datetime import UTC, datetime, timedelta
from typing import Any

from gridlake_bench import study
from gridlake_bench.plan import Run, plan
from gridlake_bench.study import Study

BEGIN = datetime(2026, 11, 25, 8, 0, tzinfo=UTC)
ORACLE = "5" * 64


def small_study() -> Study:
    """Two arms and a twin on five storage hosts, one workload at two rates, five blocks."""
    config = copy.deepcopy(dict(study.load("storage-t1").config))
    config["profile"]["designs"] = {
        "scan": {
            "arms": ["H-loc", "H-dis"],
            "twin": "H-loc",
            "blocks": 5,
            "warmups": 1,
            "hold": {"engine": "spark", "disk": "hdd", "workload": "W2-full"},
            "vary": {"rate": ["94", "469"]},
        }
    }
    return study.of_config(config, "small")


SMALL = small_study()


def record(run: Run, begin: datetime, seconds: float) -> dict[str, Any]:
    """A run as a driver would record it, valid in everything: 100 MB read, all of it cold."""
    hosts = ["c1"] if run.arm == "H-dis" else ["w1"]
    # 95 MB of payload and more for H-dis, which reads nothing locally; 2 MB for H-loc.
    received = 105_000_000 if run.arm == "H-dis" else 2_000_000
    end = begin + timedelta(seconds=seconds + 1)
    return {
        "id": run.id,
        "block": run.block,
        "turn": run.turn,
        "position": run.position,
        "arm": run.arm,
        "twin": run.twin,
        "warmup": run.warmup,
        "factors": dict(run.factors),
        "state": "measured",
        "reason": None,
        "started": begin.isoformat().replace("+00:00", "Z"),
        "ended": end.isoformat().replace("+00:00", "Z"),
        "seconds": {"wall": seconds, "planning": 0.5, "scheduling": 0.1, "execution": seconds - 0.6, "commit": None},
        "answer": {"rows": 4, "sha256": ORACLE, "oracle_rows": 4, "oracle_sha256": ORACLE},
        "compute_hosts": hosts,
        "bytes": {
            "needed": 90_000_000,
            "read": 100_000_000,
            "client_local": 0 if run.arm == "H-dis" else 99_000_000,
            "client_short_circuit": 0,
            "client_erasure_coded": 0,
            "not_storage": 0,
            "expected_from_device": 100_000_000,
        },
        "wire": {hosts[0]: {"received": received, "sent": 1_000_000}},
        "disk": {"w1": {"read": 100_000_000, "written": 0}},
        "tasks": {"NODE_LOCAL": {"count": 2, "bytes": 100_000_000}},
        "requests": {"getBlockLocations": 3},
        "cpu_seconds": {"compute": 2.0, "storage": 0.5},
        "storage_peak_bytes": 200_000_000,
        "probes": {
            "goodput_mbit_per_s": float(run.factors["rate"]) * 0.955,
            "neighbours_cpu_share": 0.01,
        },
        "nulls": {"seconds/commit": "a scan commits nothing"},
    }


def make_document(seconds: Callable[[Run], float] = lambda _: 10.0, seed: int = 7) -> dict[str, Any]:
    """A document of the small study, not yet sealed; a run starts every minute."""
    runs = plan(SMALL, SMALL.designs["scan"], seed, range(1, 6))
    records = [record(run, BEGIN + timedelta(minutes=place), seconds(run)) for place, run in enumerate(runs)]
    host: Mapping[str, Any] = {"cores": 0.3, "memory_bytes": 10**9, "disks": ["loop"]}
    return {
        "format": 1,
        "benchmark": "storage",
        "method": 1,
        "profile": "storage-t1",
        "tier": "T1",
        "design": "scan",
        "seed": seed,
        "blocks": [1, 2, 3, 4, 5],
        "date": "2026-11-25",
        "started": "2026-11-25T07:59:00Z",
        "ended": "2026-11-25T10:00:00Z",
        "commit": "a" * 40,
        "tree_clean": True,
        "environment": {
            "machine": {
                "cpu": "x",
                "cores": 2,
                "memory_bytes": 24 * 2**30,
                "kernel": "6.18",
                "system": "Debian 12",
                "cgroup_version": 1,
            },
            "hosts": {"w1": {"roles": ["storage", "compute"], **host}, "c1": {"roles": ["compute"], **host}},
            "versions": {"hadoop": "3.4.2"},
            "native": {"hadoop": True},
            "encryption": "clear",
            "mtu": 1500,
        },
        "config": copy.deepcopy(dict(SMALL.config)),
        "calibration": {
            "disk_mb_per_s_per_host": {"hdd": 22.1},
            "goodput_mbit_per_s": {"94": 89.9, "469": 447.0},
            "round_trip_s": 0.0001,
            "concurrency": 8,
            "cpu_seconds_per_gb": {"W2-full": 16.0},
            "storage_cpu_seconds_per_gb": {"hdfs": 1.0, "s3": None},
            "get_64kib_s": {},
            "list_per_s": None,
            "namenode_ops_per_s": {"getBlockLocations": 2000.0},
            "nulls": {
                "storage_cpu_seconds_per_gb/s3": "no arm of this design uses S3",
                "list_per_s": "no arm of this design uses S3",
            },
        },
        "discarded": [],
        "runs": records,
    }
