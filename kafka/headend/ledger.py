"""What was already sent: one line per substation, appended when Kafka has acknowledged everything."""

from __future__ import annotations

import json
from collections import defaultdict
from dataclasses import dataclass, field
from datetime import date
from pathlib import Path

from headend.errors import RequestError
from headend.grid import Grid
from headend.local_days import Window
from headend.loss_profile import NONE
from headend.request import Request


@dataclass(frozen=True)
class SentLedger:
    """The acknowledged substation-days of one Kafka cluster and of requests that differ in their window only."""

    path: Path
    cluster_id: str
    request: Request
    sent: dict[int, set[date]] = field(default_factory=lambda: defaultdict(set))

    @classmethod
    def load(cls, path: Path, cluster_id: str, request: Request) -> SentLedger:
        """Read the lines of one cluster, world and plan; a cluster that was formatted anew starts from nothing."""
        ledger, wanted = cls(path, cluster_id, request), (cluster_id, request.seed, request.faults, request.losses)
        lines = path.read_text(encoding="utf-8").splitlines() if path.exists() else []
        for number, line in enumerate(lines, start=1):
            try:
                entry = json.loads(line)
                # Lines from before there were faults and losses do not name any.
                known = (entry["cluster_id"], entry["seed"], entry.get("faults", "none"), entry.get("losses", NONE))
                if known == wanted:
                    window = Window(date.fromisoformat(entry["first_day"]), entry["days"])
                    ledger.sent[entry["grid"]].update(window.dates)
            except (ValueError, KeyError, TypeError) as error:
                # A kill while appending leaves half of the last line: nothing lost, that substation is sent again.
                if number == len(lines):
                    path.write_text("".join(f"{whole}\n" for whole in lines[:-1]), encoding="utf-8")
                    continue
                raise RequestError(
                    f"line {number} of {path} is not a ledger entry: {error}",
                    "move the file away; everything is then sent again, and the lake drops the duplicates",
                ) from error
        return ledger

    def missing(self, grids: tuple[Grid, ...]) -> tuple[Grid, ...]:
        """The substations of which at least one day was not sent yet."""
        days = self.request.window.dates
        return tuple(grid for grid in grids if not self.sent.get(grid.number, set()).issuperset(days))

    def record(self, grids: tuple[int, ...]) -> None:
        """Append what has been acknowledged."""
        window = self.request.window
        with self.path.open("a", encoding="utf-8") as file:
            for grid in grids:
                self.sent[grid].update(window.dates)
                entry = {
                    "cluster_id": self.cluster_id,
                    "seed": self.request.seed,
                    "faults": self.request.faults,
                    "losses": self.request.losses,
                    "grid": grid,
                    "first_day": window.first_day.isoformat(),
                    "days": window.days,
                }
                file.write(json.dumps(entry) + "\n")
