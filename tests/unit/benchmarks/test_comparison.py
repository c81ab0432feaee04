"""From documents to judged cells."""

from collections.abc import Callable
from typing import Any

import pytest
from recorded import make_document

from gridlake_bench import comparison
from gridlake_bench.errors import SampleError
from gridlake_bench.plan import Run
from gridlake_bench.result import sealed
from gridlake_bench.verdict import Decision, Verdict


def sealed_document(seconds: Callable[[Run], float] = lambda _: 10.0, seed: int = 7) -> dict[str, Any]:
    return sealed(make_document(seconds, seed))


def seconds(run: Run) -> float:
    """H-dis takes 60 % more at 94 Mbit/s and the same at 469; blocks drift, which pairs take out."""
    slow = 1.6 if (run.arm, run.factors["rate"]) == ("H-dis", "94") else 1.0
    return 10.0 * slow * (1 + 0.05 * run.block)


def by_rate(found: dict[comparison.Cell, Verdict]) -> dict[str, Verdict]:
    assert {cell.arm for cell in found} == {"H-dis"}
    return {dict(cell.setting)["rate"]: verdict for cell, verdict in found.items()}


def test_cells_are_decided_by_pairs() -> None:
    found = by_rate(comparison.verdicts([sealed_document(seconds)]))
    assert (found["94"].decision, found["469"].decision) == (Decision.SLOWER, Decision.SAME)
    assert found["94"].ratio is not None
    assert found["94"].ratio.estimate == pytest.approx(1.6)
    assert found["94"].pairs == 5


def test_a_void_run_takes_its_cell_along() -> None:
    content = sealed_document(seconds)
    victim = next(
        r for r in content["runs"] if r["arm"] == "H-dis" and not r["warmup"] and r["factors"]["rate"] == "94"
    )
    victim["answer"]["sha256"] = "0" * 64
    found = by_rate(comparison.verdicts([content]))
    assert (found["94"].decision, found["469"].decision) == (Decision.VOID, Decision.SAME)
    assert "1 lost to void runs" in found["94"].reason
    # 5 blocks of 3 turns of 2 settings
    assert str(comparison.tally(content)) == "29 valid, 0 failed, 1 void (answer 1)"


def test_a_failed_run_leaves_its_cell_undecided() -> None:
    content = sealed_document(seconds)
    victim = next(
        r for r in content["runs"] if r["arm"] == "H-dis" and not r["warmup"] and r["factors"]["rate"] == "94"
    )
    victim |= {"state": "failed", "reason": "executor lost"}
    assert by_rate(comparison.verdicts([content]))["94"].decision is Decision.UNDECIDED
    assert str(comparison.tally(content)) == "29 valid, 1 failed, 0 void"


def test_another_arm_may_take_the_place_of_the_reference() -> None:
    found = comparison.verdicts([sealed_document(seconds)], against="H-dis")
    thin = next(verdict for cell, verdict in found.items() if dict(cell.setting)["rate"] == "94")
    assert {cell.arm for cell in found} == {"H-loc"}
    assert thin.decision is Decision.FASTER
    assert thin.ratio is not None
    assert thin.ratio.estimate == pytest.approx(1 / 1.6)
    with pytest.raises(SampleError, match="no run of S-dis"):
        comparison.verdicts([sealed_document(seconds)], against="S-dis")


def test_warmups_are_in_no_statistic() -> None:
    warm = comparison.verdicts([sealed_document(lambda run: 40.0 if run.warmup else seconds(run))])
    assert warm == comparison.verdicts([sealed_document(seconds)])


def test_a_block_counts_once() -> None:
    with pytest.raises(SampleError, match="two documents"):
        comparison.verdicts([sealed_document(seconds), sealed_document()])


def test_documents_of_different_plans_are_not_mixed() -> None:
    with pytest.raises(SampleError, match="one profile, design, seed"):
        comparison.verdicts([sealed_document(seconds=seconds, seed=seed) for seed in (7, 8)])
