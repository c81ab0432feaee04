"""Leaving a step out makes a run void, and says which."""

import copy
from datetime import UTC, datetime
from typing import Any

import pytest
from recorded import SMALL, record

from gridlake_bench.manipulation import local_share_of, void_reasons
from gridlake_bench.plan import plan
from gridlake_bench.study import Study


def a_run(of: Study, arm: str) -> dict[str, Any]:
    planned = next(run for run in plan(of, of.designs["scan"], 1, [1]) if run.arm == arm and not run.warmup)
    return record(planned, datetime(2026, 11, 25, tzinfo=UTC), 10.0)


def changed(run: dict[str, Any], path: str, value: Any) -> dict[str, Any]:
    found = copy.deepcopy(run)
    *parents, last = path.split("/")
    part = found
    for name in parents:
        part = part[name]
    part[last] = value
    return found


@pytest.mark.parametrize("arm", ["H-loc", "H-dis"])
def test_a_proper_run_counts(arm: str) -> None:
    assert void_reasons(SMALL, a_run(SMALL, arm)) == {}


@pytest.mark.parametrize(
    ("path", "value", "check", "reason"),
    [
        ("answer/sha256", None, "answer", "not recorded"),
        ("answer/oracle_sha256", None, "answer", "not recorded"),
        ("answer/sha256", "6" * 64, "answer", "4 rows 666666666666, the oracle has 4 rows 555555555555"),
        ("answer/rows", 5, "answer", "5 rows"),
        ("disk", None, "cold", "not recorded"),
        ("bytes/expected_from_device", 0, "cold", "not recorded"),
        ("disk/w1/read", 94_000_000, "cold", "94% of the expected bytes"),
        ("probes/goodput_mbit_per_s", None, "goodput", "not probed"),
        ("probes/goodput_mbit_per_s", 10_000.0, "goodput", "93% to 97% needed"),
        ("probes/goodput_mbit_per_s", 1.0, "goodput", "93% to 97% needed"),
        ("wire", None, "locality", "not recorded"),
        ("wire", {"c1": {"received": 0, "sent": 0}}, "locality", "not recorded"),
        ("bytes/not_storage", None, "locality", "not recorded"),
        ("bytes/read", None, "locality", "not recorded"),
        # 12 of 100 MB remote, headers taken off: 88.5 % local
        ("wire/w1/received", 12_000_000, "locality", "88.5% of bytes were local, 90% to 100% needed"),
        ("probes/neighbours_cpu_share", None, "neighbours", "not watched"),
        ("probes/neighbours_cpu_share", 0.05, "neighbours", "5.0% of the CPU"),
    ],
)
def test_a_step_that_was_left_out_shows(path: str, value: Any, check: str, reason: str) -> None:
    found = void_reasons(SMALL, changed(a_run(SMALL, "H-loc"), path, value))
    assert list(found) == [check]
    assert reason in found[check]


def test_compute_apart_that_reads_locally_is_void() -> None:
    # 50 MB on the wire for 100 MB read
    run = changed(a_run(SMALL, "H-dis"), "wire/c1/received", 50_000_000)
    assert void_reasons(SMALL, run)["locality"] == "52.2% of bytes were local, 0% to 1% needed"


def test_the_limits_themselves_count() -> None:
    run = changed(a_run(SMALL, "H-loc"), "disk/w1/read", 95_000_000)
    rate = float(run["factors"]["rate"])
    for share in (0.931, 0.969):
        assert void_reasons(SMALL, changed(run, "probes/goodput_mbit_per_s", rate * share)) == {}


def test_only_what_compute_hosts_receive_is_remote() -> None:
    run = changed(a_run(SMALL, "H-loc"), "wire/c1", {"received": 10**9, "sent": 0})
    share = local_share_of(run)
    assert share == pytest.approx(1 - 0.02 * 1448 / 1514)
