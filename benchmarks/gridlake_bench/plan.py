"""The runs of a design in their random order: `python -m gridlake_bench.plan PROFILE DESIGN --seed N`.

The order is a sort by SHA-256 of seed and id: a hash is all that it takes to check it, and no library can change it.
"""

import json
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import asdict, dataclass
from hashlib import sha256
from itertools import groupby
from pathlib import Path

import click

from gridlake_bench import document, study
from gridlake_bench.errors import BenchError, DocumentError, ProfileError
from gridlake_bench.study import Design, Study

TWIN = "~twin"


@dataclass(frozen=True)
class Run:
    """One execution: a cell in a block."""

    id: str
    block: int
    # Place of the arm's turn in the block, and of the run in the turn; both count from 1.
    turn: int
    position: int
    arm: str
    twin: bool
    warmup: bool
    factors: Mapping[str, str]


def plan(of: Study, design: Design, seed: int, blocks: Iterable[int]) -> tuple[Run, ...]:
    """All runs of these blocks, in order."""
    return tuple(run for block in blocks for run in _block(of, design, seed, block))


def _block(of: Study, design: Design, seed: int, block: int) -> Iterable[Run]:
    turns = [(arm, False) for arm in design.arms] + ([(design.twin, True)] if design.twin is not None else [])
    stem = f"{of.name}/{design.name}/b{block:02d}"
    labels = {f"{stem}/{arm}{TWIN if twin else ''}": (arm, twin) for arm, twin in turns}
    settings = {setting_id(design, factors): factors for factors in of.settings(design)}
    for turn, label in enumerate(_shuffled(labels, seed), start=1):
        arm, twin = labels[label]
        order = _shuffled((f"{label}/{setting}" for setting in settings), seed)
        warmups = [(f"{label}/warmup{number + 1}", order[number % len(order)]) for number in range(design.warmups)]
        for position, (name, source) in enumerate([*warmups, *((name, name) for name in order)], start=1):
            factors = settings[source.removeprefix(f"{label}/")]
            yield Run(name, block, turn, position, arm, twin, name != source, factors)


def setting_id(design: Design, factors: Mapping[str, str]) -> str:
    """What tells the settings of a design apart."""
    return ",".join(f"{factor}={factors[factor]}" for factor in design.vary) or "only"


def _shuffled(names: Iterable[str], seed: int) -> list[str]:
    return sorted(names, key=lambda name: sha256(f"{seed}|{name}".encode()).digest())


def remaining(runs: Sequence[Run], done: Collection[str]) -> tuple[Run, ...]:
    """What is left when the runs with these ids are recorded. A turn that was not finished comes again as a whole."""
    if unknown := sorted(set(done) - {run.id for run in runs}):
        raise ProfileError(f"not of this plan (other profile, design, seed or blocks?): {', '.join(unknown[:3])}")
    left: list[Run] = []
    for _, turn in groupby(runs, key=lambda run: (run.block, run.turn)):
        members = list(turn)
        if not all(run.id in done for run in members):
            left += members
    return tuple(left)


def estimated_minutes(of: Study, runs: Sequence[Run]) -> float:
    """Expected duration from the profile's guesses."""
    turns = len({(run.block, run.turn) for run in runs})
    guess = of.profile["estimate"]
    return float(guess["run_seconds"] * len(runs) + guess["turn_seconds"] * turns) / 60


def sessions(of: Study, runs: Sequence[Run]) -> list[tuple[Run, ...]]:
    """The runs cut at block borders into sessions that the profile's limit allows."""
    limit = float(of.profile["session_minutes"])
    cut: list[tuple[Run, ...]] = []
    for number, block in groupby(runs, key=lambda run: run.block):
        members = tuple(block)
        if (minutes := estimated_minutes(of, members)) > limit:
            raise ProfileError(
                f"block {number} alone takes {minutes:.0f} minutes, {limit:.0f} allowed; split the design"
            )
        if cut and estimated_minutes(of, cut[-1] + members) <= limit:
            cut[-1] += members
        else:
            cut.append(members)
    return cut


@click.command()
@click.argument("profile")
@click.argument("design")
@click.option("--seed", type=int, required=True, help="Order of arms and settings; recorded with the result.")
@click.option("--blocks", help="First-last, such as 3-5; all of the design without it.")
@click.option("--done", type=click.Path(path_type=Path), help="A result document: plan only what it lacks.")
@click.option("--summary", is_flag=True, help="Sessions and minutes instead of the runs.")
def main(profile: str, design: str, seed: int, blocks: str | None, done: Path | None, summary: bool) -> None:
    """Print the runs of a design, one JSON object a line, in the order in which they are to be run."""
    try:
        of = study.load(profile)
        if design not in of.designs:
            raise ProfileError(f"{profile} has no design {design}; there are {', '.join(of.designs)}")
        runs = plan(of, of.designs[design], seed, _numbers(blocks, of.designs[design].blocks))
        if done is not None:
            try:
                recorded = [str(run["id"]) for run in document.read_json(done)["runs"]]
            except (KeyError, TypeError) as error:
                raise DocumentError(f"{done} is no document of runs; name one of results/") from error
            runs = remaining(runs, recorded)
        cut = sessions(of, runs)
    except BenchError as error:
        raise SystemExit(str(error)) from error
    if summary:
        for number, session in enumerate(cut, start=1):
            spans = f"blocks {session[0].block}-{session[-1].block}, {len(session)} runs"
            click.echo(f"session {number}: {spans}, about {estimated_minutes(of, session):.0f} minutes")
        return
    for run in runs:
        click.echo(json.dumps(asdict(run)))


def _numbers(blocks: str | None, planned: int) -> range:
    first, _, last = (blocks or f"1-{planned}").partition("-")
    if not (first.isdigit() and last.isdigit() and 1 <= int(first) <= int(last)):
        raise ProfileError(f"--blocks {blocks} is not first-last, such as 3-5")
    return range(int(first), int(last) + 1)


if __name__ == "__main__":
    main()
