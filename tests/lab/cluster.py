"""The lab's cluster, reached the way an operator reaches it."""

import json
import os
import subprocess
from pathlib import Path
from typing import Any

from gridlake_control.demo import Selection
from gridlake_control.inventory import Inventory

CHECKOUT = Path(__file__).parents[2]
# What the tests of the slice look at.
SLICE = Selection(seed=90071, substations=3, days=7)


def variables(selection: Selection) -> list[str]:
    """The selection as variables of `make demo`."""
    return [f"SEED={selection.seed}", f"SUBSTATIONS={selection.substations}", f"DAYS={selection.days}"]


def environment() -> dict[str, str]:
    """Ours without the variables of the make that runs the tests: ARGS means something else to every target."""
    return {name: value for name, value in os.environ.items() if name not in {"MAKEFLAGS", "MAKEOVERRIDES", "MFLAGS"}}


class Cluster:
    """One inventory: make and ssh."""

    def __init__(self, inventory: str) -> None:
        self.inventory = Inventory(inventory)

    def command(self, *arguments: str) -> list[str]:
        """Argument vector of make."""
        return ["make", "--no-print-directory", *arguments, f"INVENTORY={self.inventory.name}"]

    def make(self, *arguments: str, timeout: int = 1800) -> str:
        """Run a target of the Makefile; its output is the evidence when it fails."""
        command = self.command(*arguments)
        done = subprocess.run(
            command, check=False, cwd=CHECKOUT, env=environment(), capture_output=True, text=True, timeout=timeout
        )
        assert done.returncode == 0, f"{' '.join(command)}\n{done.stdout[-6000:]}\n{done.stderr[-3000:]}"
        return done.stdout

    def demo(self, selection: Selection = SLICE) -> dict[str, Any]:
        """Run a small demo to its end; the proof that it leaves."""
        self.make("demo", *variables(selection))
        return dict(json.loads((CHECKOUT / "build" / "demo" / "proof.json").read_text(encoding="utf-8")))

    def verify(self) -> dict[str, Any]:
        """Check every service through the data path; the report."""
        self.make("verify")
        return self.report("verify")

    def report(self, kind: str = "cluster") -> dict[str, Any]:
        """The report that the last playbook of this kind left."""
        path = CHECKOUT / "build" / kind / f"{self.inventory.name}.json"
        return dict(json.loads(path.read_text(encoding="utf-8")))

    def on(self, host: str, *command: str, timeout: int = 300) -> "subprocess.CompletedProcess[str]":
        """Run a command on a host as root."""
        argv = self.inventory.ssh(host, *command)
        return subprocess.run(
            argv, check=False, capture_output=True, text=True, timeout=timeout, stdin=subprocess.DEVNULL
        )

    def figure(self, host: str, *command: str, timeout: int = 300) -> str:
        """Output of a command that must succeed."""
        done = self.on(host, *command, timeout=timeout)
        assert done.returncode == 0, f"{host}: {' '.join(command)}\n{done.stdout}\n{done.stderr}"
        return done.stdout.strip()
