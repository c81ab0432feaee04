"""A demo that dies by SIGKILL, whole process group, at a chosen moment of a chosen stage."""

import os
import random
import re
import signal
import subprocess
import time
from dataclasses import dataclass
from pathlib import Path
from uuid import uuid4

from cluster import CHECKOUT, Cluster, environment, variables
from orphans import MARK

from gridlake_control.demo import Selection

# The stages in their order, each with the seconds in which it has rarely ended on the lab, given something to do: a
# moment is drawn from these, and a stage that ends sooner is killed at its end.
STAGES = {
    "mirror": 6.0,
    "lab": 6.0,
    "cluster": 60.0,
    "register": 3.0,
    "landing": 2.0,
    "send": 5.0,
    "ingest": 30.0,
    "curate": 60.0,
    "proof": 5.0,
}
STAGE_LINE = re.compile(r"^\d\d:\d\d:\d\d  \S", re.MULTILINE)


@dataclass(frozen=True)
class Moment:
    """When to kill: in which stage, and how much of its seconds after it began."""

    number: int
    stage: str
    seconds: float

    def __str__(self) -> str:
        """Name of its drill."""
        return f"demo-{self.number}-{self.stage}"


def moments(seed: int) -> list[Moment]:
    """Ten moments by seed: every stage once, in any order, and one of them twice."""
    choice = random.Random(seed)  # noqa: S311 - moments, not secrets
    stages = [*choice.sample(list(STAGES), len(STAGES)), choice.choice(list(STAGES))]
    return [
        Moment(number, stage, round(choice.uniform(0, STAGES[stage]), 1))
        for number, stage in enumerate(stages, start=1)
    ]


class RunningDemo:
    """`make demo` in a process group of its own, its output in a file that nobody needs to read for it to go on."""

    def __init__(self, cluster: Cluster, selection: Selection, log: Path) -> None:
        self.mark, self.log = uuid4().hex, log
        with log.open("wb") as output:
            self.process = subprocess.Popen(
                cluster.command("demo", *variables(selection)),
                cwd=CHECKOUT,
                env={**environment(), MARK: self.mark},
                stdin=subprocess.DEVNULL,
                stdout=output,
                stderr=subprocess.STDOUT,
                start_new_session=True,
            )

    def stage(self) -> str | None:
        """The stage that its last line of that kind announced."""
        begun = len(STAGE_LINE.findall(self.log.read_text(encoding="utf-8", errors="replace")))
        return list(STAGES)[begun - 1] if begun else None

    def kill_at(self, moment: Moment) -> float:
        """Wait for the moment and kill the whole group; the seconds into the stage at which that was."""
        order, began = list(STAGES), 0.0
        while True:
            now, stage = time.monotonic(), self.stage()
            if self.process.poll() is not None:
                tail = self.log.read_text(encoding="utf-8", errors="replace")[-3000:]
                raise AssertionError(f"the demo ended before it could be killed in {moment.stage}:\n{tail}")
            if stage is not None and order.index(stage) >= order.index(moment.stage):
                began = began or now
                if stage != moment.stage or now - began >= moment.seconds:
                    os.killpg(self.process.pid, signal.SIGKILL)
                    self.process.wait()
                    return round(now - began, 1)
            time.sleep(0.05)
