"""What a drill leaves: one entry of build/drills/drills.json."""

import json
from dataclasses import asdict, dataclass, field
from pathlib import Path


@dataclass
class Drill:
    """One fault on the running platform, what it took to be well again, and what was found to hold then."""

    name: str
    passed: bool = False
    seconds_to_recover: float | None = None
    invariants: dict[str, object] = field(default_factory=dict)


def write(path: Path, drills: list[Drill], *, keep: bool) -> None:
    """Write the drills of one run; ``keep`` leaves entries of earlier runs under names that this run does not have."""
    names = {drill.name for drill in drills}
    kept = json.loads(path.read_text(encoding="utf-8"))["drills"] if keep and path.is_file() else []
    entries = [entry for entry in kept if entry["name"] not in names] + [asdict(drill) for drill in drills]
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(json.dumps({"drills": entries}, indent=2) + "\n", encoding="utf-8")
