"""The command `headend`: plays the meters of one or more seeds against the platform."""

from __future__ import annotations

import json
import sys
import time
from collections import Counter
from datetime import datetime
from functools import wraps
from pathlib import Path
from typing import Any

import click

from headend import broker, delivery, landing, options, rate, register, transport_truth, truth
from headend.errors import HeadendError
from headend.faults import Plan
from headend.fleet import Fleet
from headend.ledger import SentLedger
from headend.local_days import Window
from headend.request import Request
from headend.webhdfs import WebHdfsLanding

_PROGRESS_S = 5.0


def _explained(command: options.Command) -> options.Command:
    """Print a known failure as its cause and next step, without a traceback."""

    @wraps(command)
    def wrapped(*args: Any, **kwargs: Any) -> None:
        try:
            command(*args, **kwargs)
        except HeadendError as error:
            raise click.ClickException(str(error)) from error
        except OSError as error:
            # With a name it is a file or folder that somebody has given; without one a defect, or the network's.
            if error.filename is None:
                raise
            told = "Next step: make room there, give it to this account, or name another"
            raise click.ClickException(f"{error.filename}: {error.strerror}\n{told}") from error

    return wrapped


@click.group(context_settings={"help_option_names": ["-h", "--help"]})
def main() -> None:
    """The simulated head-end of Quellbruck Netz.

    Real low-voltage grids and profiles (SimBench, ODbL 1.0), customers diversified by --seed. The same options describe
    the same world in every command; results go to standard output as JSON, progress to standard error.
    """


@main.command()
@options.world
@options.window(matters=True)
@options.bootstrap
@click.option(
    "--processes", type=click.IntRange(1, 64), default=2, show_default=True, help="Simulating and sending processes."
)
@click.option(
    "--once", is_flag=True, help="Leave out substations whose days this Kafka cluster has acknowledged before."
)
@click.option(
    "--ledger",
    type=click.Path(dir_okay=False, path_type=Path),
    default=Path("sent.jsonl"),
    show_default=True,
    help="File that remembers what was acknowledged.",
)
@options.faults
@options.arriving_from
@options.arriving_before
@_explained
def send(
    seed: int,
    substations: int,
    losses: str,
    days: int,
    start: datetime,
    bootstrap: str,
    processes: int,
    once: bool,
    ledger: Path,
    faults: str,
    arriving_from: datetime | None,
    arriving_before: datetime | None,
) -> None:
    """Send day bundles and transformer readings to Kafka.

    At-least-once: a repetition sends the same bytes as new records, and the lake drops them as duplicates. A killed run
    is continued with --once: only substations that were under way are sent again.
    """
    started, window = time.monotonic(), Window(start.date(), days)
    request = Request(seed, window, Plan.parse(faults), options.arrivals(arriving_from, arriving_before), losses)
    fleet = Fleet.of(seed, losses=losses)
    selected = fleet.select(substations)
    before = broker.offsets(bootstrap)
    sent = SentLedger.load(ledger, broker.cluster_id(bootstrap), request)
    grids = sent.missing(selected) if once else selected
    done: Counter[str] = Counter()
    progress = _Progress("send", len(grids))

    def acknowledged(task: delivery.Task, produced: delivery.Produced) -> None:
        sent.record(task.grids)
        done["substations"] += len(task.grids)
        done["records"] += produced.total()
        progress.show(done["substations"], f"{done['records']:,} records acknowledged")

    produced = delivery.deliver(delivery.tasks(request, grids, bootstrap), processes, acknowledged)
    after, seconds = broker.offsets(bootstrap), time.monotonic() - started
    readings = fleet.bundles(grids, window) // days * len(window.interval_starts)
    _result(
        seed=seed,
        first_day=window.first_day.isoformat(),
        days=days,
        faults=str(request.plan),
        arrivals=str(request.arrivals),
        substations=len(selected),
        substations_sent=len(grids),
        records_produced=produced.total(),
        readings=readings,
        seconds=round(seconds, 1),
        readings_per_second=round(readings / seconds),
        topics=delivery.by_topic(produced, before, after),
    )


@main.command()
@options.bootstrap
@_explained
def offsets(bootstrap: str) -> None:
    """Print [first, end] offset of every partition of the head-end's topics."""
    _result(**broker.offsets(bootstrap))


@main.command(name="register")
@options.world
@options.window(matters=False)
@click.option(
    "--migrations",
    envvar="HEADEND_MIGRATIONS",
    type=click.Path(exists=True, file_okay=False, path_type=Path),
    default=Path("sql/assets"),
    show_default=True,
    help="Folder of the migrations. [HEADEND_MIGRATIONS]",
)
@click.option(
    "--conninfo", default="", help="libpq connection string; by default the PG* variables of the environment."
)
@_explained
def register_command(seed: int, substations: int, losses: str, migrations: Path, conninfo: str) -> None:
    """Load the asset register into PostgreSQL.

    Applies the migrations that the database lacks, then writes rows that are new or different: a second run writes
    nothing. All or nothing.
    """
    fleet = Fleet.of(seed, losses=losses)
    changes = register.load(conninfo, migrations, fleet, fleet.select(substations))
    _result(seed=seed, substations=substations, tables={name: vars(change) for name, change in changes.items()})


@main.command(name="landing")
@options.world
@options.window(matters=False)
@click.option("--webhdfs", envvar="HEADEND_WEBHDFS", help="NameNodes, http://host:port with commas. [HEADEND_WEBHDFS]")
@click.option(
    "--root",
    envvar="HEADEND_LANDING",
    default="/landing",
    show_default=True,
    help="Landing directory in HDFS. [HEADEND_LANDING]",
)
@click.option(
    "--user", envvar="HEADEND_HDFS_USER", default="gridlake", show_default=True, help="HDFS user. [HEADEND_HDFS_USER]"
)
@click.option(
    "--out", type=click.Path(file_okay=False, path_type=Path), help="Write to this local folder instead of HDFS."
)
@_explained
def landing_command(
    seed: int, substations: int, losses: str, webhdfs: str | None, root: str, user: str, out: Path | None
) -> None:
    """Put the grid extract below <root>/grid/<area>/.

    CSV files, then a _READY marker with rows and checksums of each. An unchanged extract is left alone; a different one
    first loses its marker.
    """
    if not webhdfs and not out:
        raise click.UsageError("name the NameNodes with --webhdfs (or HEADEND_WEBHDFS), or a local folder with --out")
    target: landing.Landing
    target = landing.LocalLanding(out) if out else WebHdfsLanding(tuple((webhdfs or "").split(",")), root, user)
    fleet = Fleet.of(seed, losses=losses)
    extract = landing.extract(fleet, fleet.select(substations))
    written = landing.put(extract, target)
    _result(
        path=f"{out or root}/grid/{extract.area}",
        written=written,
        files={name: len(content) for name, content in extract.files.items()},
    )


@main.command(name="truth")
@options.world
@options.window(matters=True)
@click.option(
    "--out",
    type=click.Path(file_okay=False, path_type=Path),
    required=True,
    help="Folder, by habit build/truth/<seed>.",
)
@options.faults
@options.arriving_before
@_explained
def truth_command(
    seed: int,
    substations: int,
    losses: str,
    days: int,
    start: datetime,
    out: Path,
    faults: str,
    arriving_before: datetime | None,
) -> None:
    """Write what meters recorded and the oracle hash. For scorers on the controller; the cluster must never see it.

    With --losses also what is hidden in the world: fault.parquet, confounder.parquet and losses.json.
    With --faults also every injected transport fault and what a pipeline must have made of them: transport.parquet,
    transport_current.parquet and transport_oracle.json; with --arriving-before, of what was known then.
    """
    started, plan, window = time.monotonic(), Plan.parse(faults), Window(start.date(), days)
    fleet = Fleet.of(seed, losses=losses)
    grids = fleet.select(substations)
    progress = _Progress("truth", len(grids))
    oracle: dict[str, Any] = dict(vars(truth.write(fleet, grids, window, out, progress.show)))
    arrivals = options.arrivals(None, arriving_before)
    if plan or arrivals:
        faulty = _Progress("transport", len(grids))
        oracle |= {"transport": transport_truth.write(fleet, grids, window, plan, out, faulty.show, arrivals)}
    _result(**oracle, seconds=round(time.monotonic() - started, 1))


@main.command(name="rate")
@options.world
@options.window(matters=True)
@click.option("--processes", type=click.IntRange(1, 64), default=2, show_default=True, help="Simulating processes.")
@_explained
def rate_command(seed: int, substations: int, losses: str, days: int, start: datetime, processes: int) -> None:
    """Measure how many readings a second are generated in memory, without encoding or sending them."""
    fleet = Fleet.of(seed, losses=losses)
    window = Window(start.date(), days)
    measured = rate.measure(seed, losses, fleet.select(substations), window, processes)
    _result(seed=seed, substations=substations, days=days, losses=losses, processes=processes, **vars(measured))


class _Progress:
    """One line every few seconds on standard error."""

    def __init__(self, name: str, total: int) -> None:
        self._name, self._total, self._shown = name, total, time.monotonic()

    def show(self, done: int, note: str = "") -> None:
        if done == self._total or time.monotonic() - self._shown > _PROGRESS_S:
            self._shown = time.monotonic()
            print(f"{self._name}: {done}/{self._total} substations {note}".rstrip(), file=sys.stderr, flush=True)


def _result(**fields: Any) -> None:
    print(json.dumps(fields, indent=2))
