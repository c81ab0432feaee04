"""Keep tables fast and small: compact where it pays, forget old snapshots, quarantine orphan files.

No answer changes. A step that finds nothing to do writes nothing, and each can be repeated after a run that died.
"""

import argparse
import json
from dataclasses import dataclass
from datetime import datetime, timedelta

from pyspark.sql import SparkSession

from gridlake.catalog import assets, curated, ops, raw, settlement_tables
from gridlake.catalog.table import Table
from gridlake.io import lake, references
from gridlake.io.run import Run, last_manifest, record_run
from gridlake.maintenance import compaction, expiry, orphans
from gridlake.settings import Settings

Summary = dict[str, object]

TABLES = (*raw.TABLES, *assets.TABLES, *curated.TABLES, *ops.TABLES, *settlement_tables.TABLES)


@dataclass(frozen=True)
class Policy:
    """How long what is no longer current is kept: snapshots, files that none knows, files in quarantine."""

    snapshots_before: datetime
    retain_last: int
    orphans_before: datetime
    purge_before: datetime
    dry_run: bool = False


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Options of the job."""
    parser.add_argument(
        "--namespace",
        nargs="+",
        choices=sorted({table.namespace for table in TABLES}),
        default=sorted({table.namespace for table in TABLES}),
        help="whose tables; no writer of theirs may run beside",
    )
    parser.add_argument("--retain-days", type=_natural, default=7, help="age of snapshots that may go; default 7")
    parser.add_argument("--orphan-days", type=_days, default=7, help="age of files that no snapshot knows; default 7")
    parser.add_argument(
        "--retain-last", type=_positive, default=50, help="snapshots kept however old they are; default 50"
    )
    parser.add_argument(
        "--quarantine-days", type=_positive, default=14, help="days before an orphan is deleted; default 14"
    )
    parser.add_argument("--dry-run", action="store_true", help="tell what would be done, and do nothing")


def run(spark: SparkSession, settings: Settings, run: Run, arguments: argparse.Namespace) -> Summary:
    """Maintain the tables of the namespaces; the summary has a row of figures per table that something was done to."""
    policy = Policy(
        snapshots_before=run.started_at - timedelta(days=arguments.retain_days),
        retain_last=arguments.retain_last,
        orphans_before=run.started_at - timedelta(days=arguments.orphan_days),
        purge_before=run.started_at - timedelta(days=arguments.quarantine_days),
        dry_run=arguments.dry_run,
    )
    tables = [table for table in TABLES if table.namespace in arguments.namespace]
    return maintain(spark, run, tables, policy, f"{settings.warehouse}/.quarantine")


def maintain(spark: SparkSession, run: Run, tables: list[Table], policy: Policy, quarantine: str) -> Summary:
    """Steps of the job."""
    present = [table for table in tables if spark.catalog.tableExists(table.identifier)]
    done = {table.qualified_name: _maintained(spark, run, table, policy, quarantine) for table in present}
    done = {name: figures for name, figures in done.items() if figures}
    purged = [] if policy.dry_run else orphans.purge(spark, quarantine, policy.purge_before)
    audits = {table.qualified_name: names for table in present if (names := references.branches(spark, table))}
    summary: Summary = {"tables": done, "open_audits": audits, "purged": purged, "dry_run": policy.dry_run}
    counts = {f"{name}/{figure}": count for name, figures in done.items() for figure, count in figures.items()}
    if policy.dry_run or not counts:
        return summary
    lake.ensure(spark, ops.RUN_MANIFEST)
    manifest, base = last_manifest(spark, run.job)
    outputs = {table.qualified_name: lake.snapshot_id(spark, table) for table in present}
    record_run(
        spark,
        run,
        run_number=1 if manifest is None else manifest.run_number + 1,
        base=base,
        ledger=json.dumps({}),
        counts=counts,
        inputs={},
        outputs={name: at for name, at in outputs.items() if at is not None},
    )
    return summary


def _maintained(spark: SparkSession, run: Run, table: Table, policy: Policy, quarantine: str) -> dict[str, int]:
    """Figures of one table; empty when nothing was worth doing."""
    figures: dict[str, int] = {}
    worth = [part for part in compaction.parts(spark, table) if part.is_worth_rewriting]
    # An audit publishes by fast-forward, which a compaction of main in between would refuse.
    audits = references.branches(spark, table)
    if worth and not audits:
        figures["parts"] = len(worth)
        if policy.dry_run:
            figures["files_saved"] = sum(part.files_saved for part in worth)
            figures["delete_files"] = sum(part.delete_files for part in worth)
        else:
            figures |= compaction.rewrite(spark, table, worth)
    if not policy.dry_run:
        if not audits and compaction.has_scattered_manifests(spark, table):
            figures |= compaction.rewrite_manifests(spark, table)
        if table in raw.TABLES and expiry.keep_ledger(spark, table):
            figures["ledger_tag_moved"] = 1
    if expired := expiry.expirable(spark, table, policy.snapshots_before, policy.retain_last):
        figures |= (
            {"snapshots_expirable": expired}
            if policy.dry_run
            else expiry.expire(spark, table, policy.snapshots_before, policy.retain_last)
        )
    if found := orphans.find(spark, table, policy.orphans_before):
        figures["orphans"] = len(found)
        if not policy.dry_run:
            orphans.quarantine(spark, table, found, quarantine, run.started_at)
    return figures


def _natural(text: str) -> int:
    number = int(text)
    if number < 0:
        raise argparse.ArgumentTypeError(f"{text} lies ahead: write 0 or more")
    return number


def _positive(text: str) -> int:
    number = int(text)
    if number < 1:
        raise argparse.ArgumentTypeError(f"{text} keeps nothing: write 1 or more")
    return number


def _days(text: str) -> int:
    days = int(text)
    # Iceberg refuses orphans younger than a day itself.
    if days <= 1:
        raise argparse.ArgumentTypeError(f"a job that runs for {text} days would lose its files: write 2 or more")
    return days
