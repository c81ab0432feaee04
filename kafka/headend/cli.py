"""The command `headend`: plays the meters of one or more seeds against the platform."""

from __future__ import annotations

import json
import sys
import time
from collections import Counter
from collections.abc import Callable
from datetime import UTC, datetime
from functools import wraps
from pathlib import Path
from typing import Any

import click

from headend import broker, delivery, landing, loss_profile, rate, register, transport_truth, truth
from headend.errors import HeadendError
from headend.faults import PROFILES, Fault, Plan
from headend.fleet import Fleet
from headend.ledger import SentLedger
from headend.local_days import Window
from headend.request import Arrivals
from headend.webhdfs import WebHdfsLanding

_PROGRESS_S = 5.0

Command = Callable[..., None]


def _world(command: Command) -> Command:
    """Which substations: one set of options describes one world in every command."""
    seed = click.option(
        "--seed", type=click.IntRange(0, 99_999), required=True, help="Which world: ids and values derive from it."
    )
    substations = click.option(
        "--substations",
        type=click.IntRange(1, 412),
        default=412,
        show_default=True,
        help="How many of the seed's 412 substations.",
    )
    losses = click.option(
        "--losses",
        type=click.Choice(loss_profile.names()),
        default=loss_profile.NONE,
        show_default=True,
        help="How the world departs from perfect metering; a seed is one world only under one profile.",
    )
    return seed(substations(losses(command)))


def _window(*, matters: bool) -> Callable[[Command], Command]:
    """Which days; commands for which they do not matter accept them all the same."""
    note = "" if matters else " Does not matter here."
    days = click.option(
        "--days",
        type=click.IntRange(min=1),
        default=7,
        show_default=True,
        expose_value=matters,
        help=f"Local days.{note}",
    )
    start = click.option(
        "--start",
        type=click.DateTime(["%Y-%m-%d"]),
        default="2016-03-21",
        show_default=True,
        expose_value=matters,
        help=f"First local day; the default week ends with the day of 92 intervals.{note}",
    )
    return lambda command: days(start(command))


bootstrap_option = click.option(
    "--bootstrap",
    envvar="HEADEND_BOOTSTRAP",
    required=True,
    help="Kafka brokers, host:port with commas. [HEADEND_BOOTSTRAP]",
)


faults_option = click.option(
    "--faults",
    default="none",
    show_default=True,
    help=f"Transport faults: a comma list of profiles ({', '.join(PROFILES)}), faults, and fault=rate."
    f" Faults: {', '.join(Fault)}.",
)


_INSTANT = click.DateTime(["%Y-%m-%dT%H:%M"])
arriving_before = click.option(
    "--arriving-before", type=_INSTANT, help="Only what arrives before this simulated instant, UTC."
)


def _arrivals(begin: datetime | None, end: datetime | None) -> Arrivals:
    return Arrivals(*(None if at is None else int(at.replace(tzinfo=UTC).timestamp()) for at in (begin, end)))


def _explained(command: Command) -> Command:
    """Print a known failure as its cause and next step, without a traceback."""

    @wraps(command)
    def wrapped(*args: Any, **kwargs: Any) -> None:
        try:
            command(*args, **kwargs)
        except HeadendError as error:
            raise click.ClickException(str(error)) from error

    return wrapped


@click.group(context_settings={"help_option_names": ["-h", "--help"]})
def main() -> None:
    """The simulated head-end of Quellbruck Netz.

    Real low-voltage grids and profiles (SimBench, ODbL 1.0), customers diversified by --seed. The same options describe
    the same world in every command; results go to standard output as JSON, progress to standard error.
    """


@main.command()
@_world
@_window(matters=True)
@bootstrap_option
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
@faults_option
@click.option("--arriving-from", type=_INSTANT, help="Only what arrives from this simulated instant on, UTC.")
@arriving_before
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
    started, plan, window = time.monotonic(), Plan.parse(faults), Window(start.date(), days)
    arrivals = _arrivals(arriving_from, arriving_before)
    fleet = Fleet.of(seed, losses=losses)
    selected = fleet.select(substations)
    before = broker.offsets(bootstrap)
    faulty = f"{plan} {arrivals}" if arrivals else str(plan)
    sent = SentLedger.load(ledger, broker.cluster_id(bootstrap), seed, faulty, losses)
    grids = sent.missing(selected, window) if once else selected
    done: Counter[str] = Counter()
    progress = _Progress("send", len(grids))

    def acknowledged(task: delivery.Task, produced: delivery.Produced) -> None:
        sent.record(task.grids, window)
        done["substations"] += len(task.grids)
        done["records"] += produced.total()
        progress.show(done["substations"], f"{done['records']:,} records acknowledged")

    work = delivery.tasks(seed, window, grids, bootstrap, plan, arrivals, losses)
    produced = delivery.deliver(work, processes, acknowledged)
    after, seconds = broker.offsets(bootstrap), time.monotonic() - started
    readings = fleet.bundles(grids, window) // days * len(window.interval_starts)
    _result(
        seed=seed,
        first_day=window.first_day.isoformat(),
        days=days,
        faults=str(plan),
        arrivals=str(arrivals),
        substations=len(selected),
        substations_sent=len(grids),
        records_produced=produced.total(),
        readings=readings,
        seconds=round(seconds, 1),
        readings_per_second=round(readings / seconds),
        topics={
            topic: {
                "records_produced": sum(count for (name, _), count in produced.items() if name == topic),
                "partitions": {
                    partition: {
                        "records_produced": produced[topic, partition],
                        "start_offset": before[topic].get(partition, (0, 0))[1],
                        "end_offset": end,
                    }
                    for partition, (_, end) in partitions.items()
                },
            }
            for topic, partitions in after.items()
        },
    )


@main.command()
@bootstrap_option
@_explained
def offsets(bootstrap: str) -> None:
    """Print [first, end] offset of every partition of the head-end's topics."""
    _result(**broker.offsets(bootstrap))


@main.command(name="register")
@_world
@_window(matters=False)
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
@_world
@_window(matters=False)
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
@_world
@_window(matters=True)
@click.option(
    "--out",
    type=click.Path(file_okay=False, path_type=Path),
    required=True,
    help="Folder, by habit build/truth/<seed>.",
)
@faults_option
@arriving_before
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
    arrivals = _arrivals(None, arriving_before)
    if plan or arrivals:
        faulty = _Progress("transport", len(grids))
        oracle |= {"transport": transport_truth.write(fleet, grids, window, plan, out, faulty.show, arrivals)}
    _result(**oracle, seconds=round(time.monotonic() - started, 1))


@main.command(name="rate")
@_world
@_window(matters=True)
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
