"""The cells of result documents, judged against the reference arm."""

from collections import defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any

from gridlake_bench import study
from gridlake_bench.errors import SampleError
from gridlake_bench.manipulation import void_reasons
from gridlake_bench.study import REFERENCE, Study
from gridlake_bench.verdict import Verdict, judge, paired_log_ratios

Document = Mapping[str, Any]
Setting = tuple[tuple[str, str], ...]


@dataclass(frozen=True)
class Tally:
    """What became of the runs of a document; warm-ups are not among them."""

    valid: int
    failed: int
    void: Mapping[str, int]

    def __str__(self) -> str:
        """As the validator prints it."""
        void = ", ".join(f"{check} {count}" for check, count in sorted(self.void.items()))
        return f"{self.valid} valid, {self.failed} failed, {sum(self.void.values())} void" + (
            f" ({void})" if void else ""
        )


@dataclass(frozen=True)
class Cell:
    """A setting on an arm."""

    setting: Setting
    arm: str


def tally(content: Document) -> Tally:
    """Count valid, failed and void runs; a void run counts under its first reason."""
    of = study.of_config(content["config"], "config")
    valid = failed = 0
    void: dict[str, int] = defaultdict(int)
    for run in content["runs"]:
        if run["warmup"]:
            continue
        if run["state"] == "failed":
            failed += 1
        elif reasons := void_reasons(of, run):
            void[next(iter(reasons))] += 1
        else:
            valid += 1
    return Tally(valid, failed, dict(void))


@dataclass
class _Times:
    """Seconds by block, and blocks that a void run took away."""

    seconds: dict[int, float]
    void: set[int]


def verdicts(contents: Iterable[Document], against: str = REFERENCE) -> dict[Cell, Verdict]:
    """Cells of documents of one design, profile and seed, against an arm in the same setting; the floor is H-loc's."""
    documents = list(contents)
    if len({(d["profile"], d["design"], d["seed"], d["config_sha256"]) for d in documents}) != 1:
        raise SampleError("only documents of one profile, design, seed and configuration are judged together")
    of = study.of_config(documents[0]["config"], "config")
    seed = int(documents[0]["seed"])
    times = _times(of, documents)
    if against not in {cell.arm for cell, _ in times}:
        raise SampleError(f"no run of {against} to judge by; name an arm of the design")
    nothing = _Times({}, set())
    found: dict[Cell, Verdict] = {}
    for cell, twin in times:
        if twin or cell.arm == against:
            continue
        own = times[cell, False]
        base = times.get((Cell(cell.setting, against), False), nothing)
        first, again = (times.get((Cell(cell.setting, REFERENCE), twice), nothing) for twice in (False, True))
        effect = paired_log_ratios(base.seconds, own.seconds)
        floor = paired_log_ratios(first.seconds, again.seconds)
        void = own.void | base.void | first.void | again.void
        found[cell] = judge(effect, floor, len(void), seed)
    return found


def _times(of: Study, documents: Iterable[Document]) -> dict[tuple[Cell, bool], _Times]:
    found: dict[tuple[Cell, bool], _Times] = defaultdict(lambda: _Times({}, set()))
    blocks: set[int] = set()
    for content in documents:
        if repeated := sorted(blocks & set(content["blocks"])):
            raise SampleError(f"blocks {repeated} are in two documents; a block counts once")
        blocks |= set(content["blocks"])
        for run in content["runs"]:
            if run["warmup"]:
                continue
            times = found[Cell(tuple(sorted(run["factors"].items())), run["arm"]), run["twin"]]
            if run["state"] == "failed":
                continue
            if void_reasons(of, run):
                times.void.add(run["block"])
            else:
                times.seconds[run["block"]] = float(run["seconds"]["wall"])
    return dict(found)
