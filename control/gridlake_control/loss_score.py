"""Print how well losses and wrong assignments are found in worlds of the head-end's; no lab, no Spark.

python -m gridlake_control.loss_score [--seeds 2001 2002] [--substations 20] [--days 90] [--start 2016-02-01]
    [--losses scoring] [--missing 0.03] [--out build/score/loss_score.json]
"""

from __future__ import annotations

import argparse
import hashlib
import json
import subprocess
import sys
import time
from datetime import date
from pathlib import Path
from typing import Any

from gridlake.losses.detector import Finding, Settings, detect
from gridlake.losses.relocation import ROUNDS, Relocation, again, misplaced, touched
from gridlake_control import loss_baselines, loss_world
from gridlake_control.loss_figures import Outcome, figures, goals
from headend import loss_profile
from headend.local_days import Window

CALIBRATION_SEEDS = range(901, 913)
"""Worlds that thresholds and interval widths were chosen on: never scored."""
_FIRST_SCORING_SEED, _SCORING_SEEDS = 1000, 98_000
_NUMBER_OF_SEEDS = 2


def main() -> None:
    """Measure, print a line per goal, and end with 1 if a figure misses its own."""
    parser = argparse.ArgumentParser(prog="loss_score", description="Score the detection of losses.")
    parser.add_argument("--seeds", type=int, nargs="+", help="default: two that follow from the commit")
    parser.add_argument("--substations", type=int, default=20)
    parser.add_argument("--days", type=int, default=90)
    parser.add_argument("--start", type=date.fromisoformat, default=date(2016, 2, 1))
    parser.add_argument("--losses", default="scoring", help="loss profile of the head-end")
    parser.add_argument("--missing", type=float, help="share of intervals that are filled, instead of the profile's")
    parser.add_argument("--calibrate", action="store_true", help="use calibration seeds; the result is no score")
    parser.add_argument("--out", type=Path, help="also write all figures as JSON")
    asked = parser.parse_args()
    seeds = asked.seeds or (list(CALIBRATION_SEEDS) if asked.calibrate else seeds_of(_commit()))
    calibrating = sorted(set(seeds) & set(CALIBRATION_SEEDS))
    if bool(calibrating) != asked.calibrate or (asked.calibrate and len(calibrating) < len(set(seeds))):
        raise SystemExit(
            f"seeds {calibrating} are among those of the calibration, {CALIBRATION_SEEDS.start} to "
            f"{CALIBRATION_SEEDS.stop - 1}: a score takes none of them, --calibrate no others"
        )
    window = Window(asked.start, asked.days)
    report: dict[str, Any] = {
        "seeds": seeds,
        "calibration_seeds": list(CALIBRATION_SEEDS),
        "days": asked.days,
        "first_day": asked.start.isoformat(),
        "losses": asked.losses,
        "missing": asked.missing,
        "loss_profiles_sha256": hashlib.sha256(loss_profile.FILE.read_bytes()).hexdigest(),
        "settings": vars(Settings()),
        "by_seed": {},
    }
    together: Outcome | None = None
    readings, cpu = 0, 0.0
    for seed in seeds:
        world = loss_world.make(seed, asked.losses, asked.substations, window, asked.missing)
        outcome, handed, seconds = scored(world)
        readings, cpu = readings + handed, cpu + seconds
        report["by_seed"][str(seed)] = figures(outcome)
        together = outcome if together is None else together.plus(outcome)
        _say(f"seed {seed}: {_brief(report['by_seed'][str(seed)])}")
    assert together is not None  # noqa: S101 - there is at least one seed
    found = figures(together)
    report["all"] = found
    report["speed"] = {"readings": readings, "cpu_seconds": round(cpu, 1), "per_cpu_second": round(readings / cpu)}
    judged = goals(found, with_faults=asked.losses != "honest")
    report["goals"] = [dict(zip(("name", "figure", "goal", "reached"), row, strict=True)) for row in judged]
    for name, value, goal, reached in judged:
        shown = "nothing to judge" if value is None else f"{value:.4f}"
        print(f"{'-' if reached is None else 'ok' if reached else 'MISSED':7} {name}: {shown} (goal {goal})")
    for name, other in found["baselines"].items():
        print(f"baseline {name}: {_rounded(other)}")
    print(f"hidden kind: {_rounded(found['under_recording']['hidden_kind'])}")
    print(f"speed: {readings} readings handed to the regression, {readings / cpu / 1e6:.2f} M per CPU-second")
    if asked.out:
        asked.out.parent.mkdir(parents=True, exist_ok=True)
        asked.out.write_text(json.dumps(report, indent=2) + "\n", encoding="utf-8")
    raise SystemExit(0 if all(reached is not False for *_, reached in judged) else 1)


def seeds_of(commit: str) -> list[int]:
    """Seeds that nobody chose: they follow from a commit, and none is one of the calibration."""
    digests = (hashlib.sha256(f"{commit}/{number}".encode()).digest() for number in range(_NUMBER_OF_SEEDS))
    return [_FIRST_SCORING_SEED + int.from_bytes(one[:8]) % _SCORING_SEEDS for one in digests]


def scored(world: loss_world.World) -> tuple[Outcome, int, float]:
    """Run detector and baselines on a world; with the readings handed to the detector, each once, and its time."""
    found: dict[str, Finding] = {}
    ranked: dict[str, list[loss_baselines.Suspicion]] = {name: [] for name in loss_baselines.METHODS}
    seconds = 0.0
    for supply in world.supplies({}):
        began = time.process_time()
        found[supply.substation_id] = detect(supply)
        seconds += time.process_time() - began
        for name, suspicions in loss_baselines.suspicions(supply).items():
            ranked[name] += suspicions
    readings = sum(one.readings for one in found.values())
    moved: list[Relocation] = []
    for _ in range(ROUNDS):
        began = time.process_time()
        settled, moved = moved, again(list(found.values()), moved)
        seconds += time.process_time() - began
        ends = touched(settled, moved)
        for supply in world.supplies({one.metering_point_id: one.supplied_by for one in moved}, ends):
            began = time.process_time()
            found[supply.substation_id] = detect(supply)
            seconds += time.process_time() - began
    outcome = Outcome(
        first_day=world.window.first_day,
        days=world.window.days,
        substations=len(found),
        points=len(world.registered),
        commercial=sum(one.startswith("G") for one in world.profile_class.values()),
        truth=list(world.truth),
        cases=[case for one in found.values() for case in one.cases],
        misplaced=misplaced(list(found.values()), moved),
        baselines=ranked,
    )
    return outcome, readings, seconds


def _commit() -> str:
    command = ["git", "rev-parse", "HEAD"]
    return subprocess.run(command, check=True, capture_output=True, text=True).stdout.strip()


def _brief(found: dict[str, Any]) -> str:
    wanted = {
        "under_recording": ("faults", "flagged", "precision", "recall", "energy_recall"),
        "mapping": ("faults", "flagged", "precision", "recall"),
        "hook": ("faults", "flagged", "precision", "recall"),
    }
    return "; ".join(
        f"{part} {_rounded({name: found[part][name] for name in names})}" for part, names in wanted.items()
    )


def _rounded(found: dict[str, Any]) -> str:
    return ", ".join(f"{name} {value:.3g}" if value is not None else f"{name} -" for name, value in found.items())


def _say(text: str) -> None:
    print(text, file=sys.stderr, flush=True)


if __name__ == "__main__":
    main()
