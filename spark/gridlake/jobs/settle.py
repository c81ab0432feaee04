"""Settle a month: lines per balancing group, the grid's losses and the delta to the run before, never changed later.

The run's row in ops.settlement_run is written last and makes it count. A run that died before is made again, under the
same id if nothing it reads has changed, and under another one if something has.
"""

import argparse
from datetime import date
from typing import Any

from pyspark.sql import SparkSession

from gridlake.catalog.calendar import WORKING_DAYS
from gridlake.catalog.settlement import Kind, due_day
from gridlake.catalog.settlement import month as parsed_month
from gridlake.catalog.settlement_tables import SETTLEMENT_DELTA, SETTLEMENT_LINE, SETTLEMENT_LOSS
from gridlake.errors import SettlementRefusedError
from gridlake.io.run import Run
from gridlake.quality.settlement_balance import check_balance, check_sums
from gridlake.settings import Settings
from gridlake.settlement import records
from gridlake.settlement.inputs import Inputs
from gridlake.settlement.manifest import Plan, Recorded, plan
from gridlake.settlement.statement import MonthInputs, Statement
from gridlake.transforms.rules import INTERVAL_MINUTES, LOCAL_ZONE
from gridlake.transforms.settlement import settlement_deltas

Summary = dict[str, object]


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Options of the job."""
    parser.add_argument("--month", type=parsed_month, required=True, help="month to settle, as YYYY-MM")
    parser.add_argument("--kind", type=Kind, choices=list(Kind), required=True, help="which run of the month")
    parser.add_argument(
        "--as-of-day", type=date.fromisoformat, required=True, help="business day of the run, as YYYY-MM-DD"
    )


def run(spark: SparkSession, settings: Settings, run: Run, arguments: argparse.Namespace) -> Summary:
    """Make the run; the summary holds its id, its hashes and what it counted."""
    return settle(spark, run, settings.landing, arguments.month, arguments.kind, arguments.as_of_day)


def settle(spark: SparkSession, run: Run, landing: str, month: date, kind: Kind, as_of_day: date) -> Summary:
    """Steps of the job."""
    due = due_day(month, kind)
    if as_of_day < due:
        raise SettlementRefusedError(
            f"the {kind} run of {month:%Y-%m} is due on {due} and not on {as_of_day}; nothing was settled. Make it on "
            "that day or later."
        )
    chain, base = records.recorded(spark)
    if (made := chain.find(month, kind)) is not None and made.run_id == run.run_id:
        return _summary(made) | {"repeated": True}
    chain.refuse_out_of_turn(month, kind)
    inputs = Inputs.newest(spark)
    of_month = MonthInputs.of(spark, inputs, month)
    energy, infeed = of_month.totals()
    of_month.refuse_overlapping_contracts()

    parameters = {
        "as_of_day": as_of_day.isoformat(),
        "due_day": due.isoformat(),
        "calendar": WORKING_DAYS,
        "tzdata": _tzdata(spark),
        "zone": LOCAL_ZONE,
        "interval_minutes": INTERVAL_MINUTES,
        "code_version": run.code_version,
    }
    made_from = plan(chain, month, kind, parameters, inputs.snapshots)
    previous = made_from.facts["previous_settlement_id"]
    named = (run, made_from.settlement_id, month, kind, previous)
    lines = records.write(of_month.lines(), SETTLEMENT_LINE, *named)
    losses = records.write(of_month.losses(lines), SETTLEMENT_LOSS, *named)
    statement = Statement.of(lines, losses)
    check_sums(statement.lines, statement.losses, energy, infeed)
    check_balance(statement.lines, statement.losses)
    counts = statement.counts()
    if previous is not None:
        before = records.rows_of(spark, SETTLEMENT_LINE, previous)
        counts["deltas"] = records.write(settlement_deltas(lines, before), SETTLEMENT_DELTA, *named).count()
    inputs.hold(spark, made_from.tag)
    return _submit(spark, run, landing, made_from, statement, counts, base) | {"counts": counts}


def _submit(
    spark: SparkSession,
    run: Run,
    landing: str,
    made_from: Plan,
    statement: Statement,
    counts: dict[str, int],
    base: int | None,
) -> Summary:
    """Copy export and manifest out, then write the row by which the run counts."""
    at, kind = parsed_month(made_from.facts["month"]), Kind(made_from.facts["kind"])
    export = statement.export(at, kind)
    manifest = made_from.manifest(export, counts)
    path = records.export_path(landing, at, kind, made_from.settlement_id)
    records.copy_out(spark, path, export, manifest)
    made = records.record(spark, run, made_from, export, manifest, base=base)
    return _summary(made) | {"export": path}


def _summary(made: Recorded) -> Summary:
    return {
        "settlement_id": made.settlement_id,
        "chain_number": made.chain_number,
        "tag": made.tag,
        "inputs": dict(made.inputs),
        "export_sha256": made.export_sha256,
        "manifest_sha256": made.manifest_sha256,
    }


def _tzdata(spark: SparkSession) -> str:
    """Version of the time zone rules by which Spark cuts days; they decide how many intervals a day has."""
    jvm: Any = spark._jvm
    return str(jvm.java.time.zone.ZoneRulesProvider.getVersions(LOCAL_ZONE).lastKey())
