"""Whether a run was what it claims to be (RULES.md, "What makes a run void"). A missing figure is void, not fine."""

from collections.abc import Mapping
from typing import Any

from gridlake_bench.locality import local_share
from gridlake_bench.study import Study

GOODPUT = (0.93, 0.97)
FROM_DEVICE = 0.95
NEIGHBOURS = 0.05
Run = Mapping[str, Any]


def void_reasons(study: Study, run: Run) -> dict[str, str]:
    """Each check that a measured run fails, with the figure; empty where the run counts."""
    found = {check: _CHECKS[check](study, run) for check in study.checks(run["factors"])}
    return {check: reason for check, reason in found.items() if reason is not None}


def local_share_of(run: Run) -> float | None:
    """Local share of the bytes by interface counters; None where something of it was not recorded."""
    counts = run["bytes"]
    if run["wire"] is None or not counts["read"] or counts["not_storage"] is None:
        return None
    if not run["wire"].keys() >= set(run["compute_hosts"]):
        return None
    received = sum(run["wire"][host]["received"] for host in run["compute_hosts"])
    return local_share(counts["read"], received, counts["not_storage"])


def _answer(_: Study, run: Run) -> str | None:
    answer = run["answer"]
    if None in answer.values():
        return "the answer or the oracle's was not recorded"
    if (answer["rows"], answer["sha256"]) == (answer["oracle_rows"], answer["oracle_sha256"]):
        return None
    own, oracle = (f"{answer[f'{whose}rows']} rows {answer[f'{whose}sha256'][:12]}" for whose in ("", "oracle_"))
    return f"{own}, the oracle has {oracle}"


def _cold(_: Study, run: Run) -> str | None:
    expected = run["bytes"]["expected_from_device"]
    if run["disk"] is None or not expected:
        return "bytes from devices were not recorded"
    share = sum(host["read"] for host in run["disk"].values()) / expected
    return (
        None
        if share >= FROM_DEVICE
        else f"{share:.0%} of the expected bytes came from devices, {FROM_DEVICE:.0%} needed"
    )


def _goodput(study: Study, run: Run) -> str | None:
    measured = run["probes"]["goodput_mbit_per_s"]
    if measured is None:
        return "the link was not probed"
    share = measured / study.profile["rates"][run["factors"]["rate"]]["mbit_per_s"]
    low, high = GOODPUT
    return None if low <= share <= high else f"goodput {share:.1%} of the set rate, {low:.0%} to {high:.0%} needed"


def _locality(study: Study, run: Run) -> str | None:
    required = study.local_share(run["arm"], run["factors"])
    if required is None:
        return None
    share = local_share_of(run)
    if share is None:
        return "bytes on the wire were not recorded"
    low, high = required
    return None if low <= share <= high else f"{share:.1%} of bytes were local, {low:.0%} to {high:.0%} needed"


def _neighbours(_: Study, run: Run) -> str | None:
    share = run["probes"]["neighbours_cpu_share"]
    if share is None:
        return "other processes were not watched"
    return (
        None
        if share < NEIGHBOURS
        else f"other processes used {share:.1%} of the CPU, less than {NEIGHBOURS:.0%} needed"
    )


_CHECKS = {"answer": _answer, "cold": _cold, "goodput": _goodput, "locality": _locality, "neighbours": _neighbours}
