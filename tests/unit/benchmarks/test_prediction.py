"""Roofline inputs by hand, from the calibration of a document."""

from dataclasses import astuple
from typing import Any

import pytest
from recorded import SMALL, make_document

from gridlake_bench import prediction, study
from gridlake_bench.errors import SampleError
from gridlake_bench.roofline import Capacity, Demand, predict

CALIBRATION: dict[str, Any] = make_document()["calibration"]
THIN = {**SMALL.centre, "engine": "spark", "disk": "hdd", "workload": "W2-full", "rate": "94"}


def test_capacity_is_the_sum_over_hosts() -> None:
    # 5 hosts of 0.3 cores, 22.1 MB/s of disk and 89.9 Mbit/s; 0.1 ms, 8 requests in flight
    found = prediction.capacity(SMALL, CALIBRATION, THIN)
    assert astuple(found) == pytest.approx(astuple(Capacity(1.5, 0.5, 110.5, 56.1875, 0.0001, 8)))


def test_demand_of_a_remote_scan() -> None:
    # 2 GB at 16 and 1 CPU-seconds per GB, all of it remote
    assert prediction.demand(SMALL, CALIBRATION, "H-dis", THIN, 2000, 300) == Demand(32, 2, 2000, 2000, 300)


def test_short_circuit_reads_cost_the_storage_hosts_no_cpu() -> None:
    assert prediction.demand(SMALL, CALIBRATION, "H-loc", THIN, 2000, 0) == Demand(32, 0, 2000, 0, 0)


def test_a_warm_scan_reads_no_disk() -> None:
    warm = {**THIN, "cache": "warm"}
    assert prediction.demand(SMALL, CALIBRATION, "H-dis", warm, 2000, 0).disk_mb == 0


def test_the_registered_expectation_of_a_thin_link() -> None:
    # 60 MB/s per core is 25 CPU-s for 1.5 GB: 16.7 s local; 1500 MB over 5 x 11.24 MB/s are 26.7 s: ratio 1.6
    calibration = {**CALIBRATION, "cpu_seconds_per_gb": {"W2-full": 1000 / 60}}
    capacity = prediction.capacity(SMALL, calibration, THIN)
    seconds = {
        arm: predict(prediction.demand(SMALL, calibration, arm, THIN, 1500, 0), capacity).seconds
        for arm in ("H-loc", "H-dis")
    }
    assert seconds["H-dis"] / seconds["H-loc"] == pytest.approx(1.6, abs=0.01)


@pytest.mark.parametrize(
    ("arm", "factors", "share"),
    [
        ("H-loc", {}, 1.0),
        ("H-loc", {"file_size": "16MB"}, 0.407),
        ("H-loc", {"engine": "trino"}, 0.4),
        ("H-blind", {}, 0.4),
        ("H-dis", {}, 0.0),
        ("S-dis", {}, 0.0),
        ("S-col", {}, 0.4),
        ("H-EC", {"redundancy": "r3"}, 0.2),
    ],
)
def test_expected_local_fractions(arm: str, factors: dict[str, str], share: float) -> None:
    found = prediction.local_fraction(study.load("storage-t1"), arm, {**THIN, **factors})
    assert found == pytest.approx(share, abs=0.0006)


def test_what_is_no_scan_has_no_roofline() -> None:
    with pytest.raises(SampleError, match="W3-q9 is no scan"):
        prediction.demand(SMALL, CALIBRATION, "H-dis", {**THIN, "workload": "W3-q9"}, 1, 0)


def test_an_input_that_was_not_calibrated_is_named() -> None:
    with pytest.raises(SampleError, match="storage_cpu_seconds_per_gb/s3; run W0"):
        prediction.demand(study.load("storage-t1"), CALIBRATION, "S-dis", THIN, 1, 0)
    with pytest.raises(SampleError, match="goodput_mbit_per_s/234; run W0"):
        prediction.capacity(SMALL, CALIBRATION, {**THIN, "rate": "234"})
