"""Predictions by hand, and the numbers that RULES.md registers."""

import pytest

from gridlake_bench.errors import SampleError
from gridlake_bench.roofline import Capacity, Demand, agreement, break_even_rate, predict

# Five hosts of 0.3 cores: 22 MB/s of disk and 11.2 MB/s of NIC each.
LAB = Capacity(cores=1.5, storage_cores=0.5, disk_mb_per_s=110, nic_mb_per_s=56, round_trip_s=0.001, concurrency=10)


def demand(**overrides: float) -> Demand:
    figures = {"cpu_seconds": 9.0, "storage_cpu_seconds": 1.0, "disk_mb": 1100.0, "remote_mb": 0.0, "requests": 0.0}
    return Demand(**(figures | overrides))


@pytest.mark.parametrize(
    ("figures", "seconds", "bound"),
    [
        ({}, 10.0, "disk"),
        ({"remote_mb": 1120.0}, 20.0, "network"),
        ({"cpu_seconds": 30.0}, 20.0, "cpu"),
        ({"storage_cpu_seconds": 7.0}, 14.0, "storage cpu"),
        # 1000 requests of 1 ms, ten at a time, come on top
        ({"requests": 1000.0}, 10.1, "disk"),
        ({"requests": 200_000.0}, 30.0, "round trips"),
        # warm: no byte from a disk
        ({"disk_mb": 0.0}, 6.0, "cpu"),
    ],
)
def test_the_slowest_resource_decides(figures: dict[str, float], seconds: float, bound: str) -> None:
    found = predict(demand(**figures), LAB)
    assert found.seconds == pytest.approx(seconds)
    assert found.bound == bound


def test_remote_bytes_come_off_a_disk_too() -> None:
    # on a NIC faster than the disks the remote arm is as fast as the local one, never faster
    wide = Capacity(1.5, 0.5, 110, 10_000, 0.001, 10)
    assert predict(demand(remote_mb=1100.0), wide).seconds == predict(demand(), wide).seconds


def test_break_even_rates_are_those_registered() -> None:
    assert break_even_rate(1.0, 60) == pytest.approx(54.5, abs=0.1)
    assert break_even_rate(0.6, 60) == pytest.approx(32.7, abs=0.1)


def test_an_uncalibrated_capacity_is_refused() -> None:
    with pytest.raises(SampleError, match="disk_mb_per_s, concurrency"):
        Capacity(1.5, 0.5, 0, 56, 0.001, 0)


def test_agreement_counts_what_lies_within_a_fifth() -> None:
    found = agreement([(8.0, 10.0), (12.0, 10.0), (12.1, 10.0), (10.0, 10.0)])
    assert (found.cells, found.within, found.share) == (4, 3, 0.75)


def test_agreement_over_nothing_is_refused() -> None:
    with pytest.raises(SampleError, match="no cell"):
        agreement([])
