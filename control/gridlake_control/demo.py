"""``make demo``: from a fresh machine to answers, every step printed with its time, every record accounted for.

Each step brings its part to the wanted state and does nothing where it is there already, so a demo that was stopped at
any point is simply started again.
"""

import json
import os
import subprocess
import sys
import time
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Any

import click
from rich.console import Console
from rich.table import Table

from gridlake_control import demo_proof, lab_resources, paths
from gridlake_control.airflow_client import AirflowClient
from gridlake_control.errors import ControlError
from gridlake_control.inventory import Inventory

# A file or a pipe has no width of its own, and rich's 80 columns would cut the substations' ids.
console = Console(highlight=False, soft_wrap=True, width=None if sys.stdout.isatty() else 120)
Show = Callable[[str], str | None]


def everything(line: str) -> str | None:
    """Show a command's line as it is."""
    return line


def plays(line: str) -> str | None:
    """Of Ansible's lines, show which play begins and what went wrong."""
    if line.startswith("PLAY ["):
        return line[len("PLAY [") : line.rindex("]")]
    return line if line.startswith(("fatal:", "ERROR", "[ERROR]", "[WARNING]")) else None


def progress(line: str) -> str | None:
    """Show progress without the JSON document at its end, which is indented and in braces."""
    return None if line[:1] in {"{", " ", "}"} else line


def facts(figures: Mapping[str, Any]) -> str:
    """Figures as a sentence: name and number, thousands apart."""
    return ", ".join(f"{value:,} {name}" for name, value in figures.items())


class StepFailedError(ControlError):
    """A step of the demo failed; the message names it and where to look."""


# What a delivery to Kafka is told by.
SENT = {"substations": "substations_sent", "records": "records_produced", "readings": "readings"}


@dataclass(frozen=True)
class Selection:
    """What the head-end sends: which customers, how many substations, how many local days."""

    seed: int
    substations: int
    days: int

    @property
    def options(self) -> list[str]:
        """The same as options of ``headend``."""
        return ["--seed", str(self.seed), "--substations", str(self.substations), "--days", str(self.days)]


@dataclass
class Demo:
    """One run of the demo and what its steps took."""

    selection: Selection
    inventory: Inventory
    seconds: dict[str, float] = field(default_factory=dict)
    cpu_seconds_before: float = 0.0
    sent: dict[str, Any] = field(default_factory=dict)

    @contextmanager
    def step(self, name: str, title: str) -> Iterator[None]:
        """Print a step as it starts and with its time when it ends."""
        console.print(f"[bold]{datetime.now(UTC):%H:%M:%S}  {title}[/bold]")
        started = time.monotonic()
        try:
            yield
        finally:
            self.seconds[name] = round(time.monotonic() - started, 1)
        console.print(f"          done in {self.seconds[name]:.1f} s")

    def run(self, name: str, *command: str, quiet: bool = False, show: Show = everything) -> str:
        """Run a command; its output is returned and in build/demo/<name>.log, and `show` picks what people see."""
        log = paths.BUILD / "demo" / f"{name}.log"
        log.parent.mkdir(parents=True, exist_ok=True)
        lines: list[str] = []
        with log.open("w", encoding="utf-8") as stream, self._process(command) as process:
            for line in process.stdout or ():
                stream.write(line)
                stream.flush()
                lines.append(line)
                if not quiet and (shown := show(line.rstrip())) is not None:
                    self.say(shown)
        if process.returncode != 0:
            tail = "".join(lines[-30:])
            raise StepFailedError(f"{name} failed with exit code {process.returncode}; whole output: {log}\n{tail}")
        return "".join(lines)

    @staticmethod
    def say(text: str) -> None:
        """One line below the title of the step."""
        console.print(f"          {text}", markup=False)

    @staticmethod
    def _process(command: tuple[str, ...]) -> "subprocess.Popen[str]":
        return subprocess.Popen(
            command,
            cwd=paths.CHECKOUT,
            text=True,
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
        )

    def make(self, target: str, *, name: str, show: Show = everything) -> None:
        """Bring a part of this inventory to its wanted state, as an operator would."""
        self.run(name, "make", "--no-print-directory", target, f"INVENTORY={self.inventory.name}", show=show)

    def headend(self, name: str, *command: str) -> dict[str, Any]:
        """Run a command of the head-end on the gateway; its result."""
        on_gateway = self.inventory.ssh(self.inventory.hosts("gateway")[0], "headend", *command)
        return demo_proof.document(self.run(name, *on_gateway, show=progress))

    def airflow(self) -> AirflowClient:
        """A client of the platform's Airflow."""
        address, port = self.inventory.address("airflow"), self.inventory.settings["airflow_http_port"]
        return AirflowClient(f"http://{address}:{port}", "admin", self.inventory.secret("airflow_admin"))

    def platform(self) -> None:
        """Mirror, hosts and cluster."""
        with self.step("mirror", "Mirror: artifacts, base image, distributions"):
            self.make("mirror", name="mirror", show=lambda line: None if line.startswith("/") else line)
        with self.step("lab", "Lab: five Debian hosts"):
            self.make("lab-up", name="lab", show=plays)
        with self.step("cluster", "Cluster: ansible-playbook site.yml"):
            self.make("cluster", name="cluster", show=plays)
        path = paths.BUILD / "cluster" / f"{self.inventory.name}.json"
        report = json.loads(path.read_text(encoding="utf-8"))
        report["resident_bytes"] = lab_resources.resident_bytes(self.inventory.name)
        path.write_text(json.dumps(report, indent=2) + "\n", encoding="utf-8")
        self.say(facts({"changes": report["changed"], "tasks on hosts": report["task_hosts"]}))

    def data(self) -> None:
        """Asset register, landing files and readings."""
        self.cpu_seconds_before = lab_resources.cpu_seconds(self.inventory.name)
        options = self.selection.options
        with self.step("register", "Asset register -> PostgreSQL"):
            tables = self.headend("register", "register", *options)["tables"]
            self.say(f"rows written: {facts({name: table['written'] for name, table in tables.items()})}")
        with self.step("landing", "Grid extracts -> HDFS landing"):
            extract = self.headend("landing", "landing", *options)
            sizes = facts({"files": len(extract["files"]), "bytes": sum(extract["files"].values())})
            self.say(f"{extract['path']}: {sizes}{'' if extract['written'] else ', there already'}")
        with self.step("send", "Readings -> Kafka"):
            self.sent = self.headend("send", "send", "--once", *options)
            self.say(facts({name: self.sent[key] for name, key in SENT.items()}))

    def pipeline(self) -> None:
        """The DAGs, through Airflow's API."""
        client, area = self.airflow(), f"QN-{self.selection.seed:05d}"
        steps: tuple[tuple[str, str, dict[str, str]], ...]
        steps = (("ingest", "Kafka -> raw tables", {}), ("curate", "raw -> curated tables -> marts", {"area": area}))
        for dag, title, configuration in steps:
            with self.step(dag, f"DAG {dag}: {title} (Spark on YARN)"):
                client.run(dag, configuration, self.say)

    def proof(self) -> dict[str, Any]:
        """Compare the lake with what was sent; build/demo/proof.json."""
        cpu_seconds = lab_resources.cpu_seconds(self.inventory.name) - self.cpu_seconds_before
        with self.step("proof", "Proof: every record accounted for, values equal by hash"):
            result = demo_proof.prove(self.inventory, self.selection.seed, self.selection.options, self.run)
        pipeline = sum(self.seconds[step] for step in ("send", "ingest", "curate"))
        rates = demo_proof.rates(
            result["readings"], self.sent["substations_sent"], self.selection.substations, pipeline, cpu_seconds
        )
        return result | {"seconds": self.seconds, "cpu_seconds": round(cpu_seconds, 1)} | rates

    def show(self, result: dict[str, Any]) -> None:
        """The answers, and where to look further."""
        for title, header, rows in result["tables"]:
            table = Table(*header, title=title, title_justify="left")
            for row in rows:
                table.add_row(*(str(cell) for cell in row))
            console.print(table)
        self.run("pages", sys.executable, "-m", "gridlake_control.pages", "--inventory", self.inventory.name)


@click.command()
@click.option(
    "--seed", type=click.IntRange(0, 99999), default=1, show_default=True, help="Which customers to simulate."
)
@click.option(
    "--substations", type=click.IntRange(1, 412), default=412, show_default=True, help="How many substations."
)
@click.option("--days", type=click.IntRange(1, 366), default=7, show_default=True, help="How many local days.")
@click.option("--inventory", default="lab", show_default=True, help="A lab inventory.")
def main(seed: int, substations: int, days: int, inventory: str) -> None:
    """From a fresh machine to answers: hosts, cluster, readings, tables, marts, proof."""
    if os.geteuid() != 0:
        raise SystemExit(
            "make demo boots hosts and needs root: run it as root (sudo make demo). Nothing has been changed."
        )
    if not inventory.startswith("lab"):
        raise SystemExit(f"the demo writes invented data and runs on lab inventories only, not on {inventory}")
    demo = Demo(Selection(seed, substations, days), Inventory(inventory))
    started = time.monotonic()
    try:
        with lab_resources.PeakResidentBytes(inventory) as resident:
            for step in (demo.platform, demo.data, demo.pipeline):
                step()
            result = demo.proof()
        demo_proof.write(result | {"resident_bytes_peak": resident.peak})
        demo.show(result)
    except ControlError as error:
        raise SystemExit(
            f"\nThe demo stopped: {error}\nStart it again with the same command; what is done is kept."
        ) from error
    console.print(f"Total {time.monotonic() - started:.0f} s; build/demo/proof.json")
    if not result["proven"]:
        raise SystemExit("The proof failed: see build/demo/proof.json")


if __name__ == "__main__":
    main()
