"""Turn new raw records into versions, current readings and completeness; every record is accounted for.

Each step can be repeated: a run that died anywhere is repaired by the next one, because the run's manifest, which
moves the ledger, is written last.
"""

import argparse
import json
from collections.abc import Mapping
from datetime import date

from pyspark.sql import DataFrame, SparkSession

from gridlake.catalog import curated, ops, raw
from gridlake.catalog.assets import REGISTER, SUBSTATION
from gridlake.catalog.messages import METER_READING, TRANSFORMER_READING
from gridlake.catalog.table import Table
from gridlake.curation import day_bundles, transformer_messages
from gridlake.curation.window import Outcome, Window
from gridlake.errors import SourceError
from gridlake.io import lake
from gridlake.io.raw_tables import TABLE_OF_TOPIC, landed
from gridlake.io.run import Run, last_manifest, record_run
from gridlake.ledger import Ledger
from gridlake.settings import Settings

Summary = dict[str, object]

_INPUTS = (*raw.TABLES, REGISTER, SUBSTATION)


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Options of the job."""
    parser.add_argument(
        "--days",
        type=date.fromisoformat,
        nargs="+",
        default=[],
        help="compose these local days again from their versions, instead of curating what is new in raw",
    )


def run(spark: SparkSession, _settings: Settings, run: Run, arguments: argparse.Namespace) -> Summary:
    """Curate everything new, or the days named; the summary holds the counts and the snapshots."""
    return curate(spark, run, arguments.days)


def curate(spark: SparkSession, run: Run, days: list[date]) -> Summary:
    """Steps of the job; nothing new means nothing written."""
    for table in (*raw.TABLES, *curated.TABLES, *ops.TABLES):
        lake.ensure(spark, table)
    manifest, base = last_manifest(spark, run.job)
    ledgers = {} if manifest is None else json.loads(manifest.ledger)
    windows = {} if days else _windows(spark, ledgers)
    registers, substations = (_master_data(spark, table) for table in (REGISTER, SUBSTATION))
    inputs = _snapshots(spark, _INPUTS)

    outcomes: list[Outcome] = []
    if (window := windows.get(METER_READING.topic)) is not None:
        outcomes.append(day_bundles.curate(spark, run, window, registers))
        days = list(outcomes[-1].days)
    elif days:
        day_bundles.recompose(spark, run, days)
    if days:
        day_bundles.publish_completeness(spark, run, days, registers)
    if (window := windows.get(TRANSFORMER_READING.topic)) is not None:
        outcomes.append(transformer_messages.curate(spark, run, window, substations))

    counts = {name: count for outcome in outcomes for name, count in outcome.counts.items()}
    summary: Summary = {"days": [day.isoformat() for day in days], "counts": counts}
    if not outcomes and not days:
        return summary
    ledgers |= {topic: window.landed.to_json() for topic, window in windows.items()}
    outputs = _snapshots(spark, curated.TABLES)
    record_run(
        spark,
        run,
        run_number=1 if manifest is None else manifest.run_number + 1,
        base=base,
        ledger=json.dumps(ledgers, sort_keys=True),
        counts=counts,
        inputs=inputs,
        outputs=outputs,
    )
    return summary | {"inputs": inputs, "outputs": outputs}


def _windows(spark: SparkSession, ledgers: Mapping[str, str]) -> dict[str, Window]:
    """What has landed and is not curated, per topic; topics without news are left out."""
    windows = {}
    for topic, table in TABLE_OF_TOPIC.items():
        at = lake.snapshot_id(spark, table)
        done = Ledger.from_json(ledgers[topic]) if topic in ledgers else Ledger.empty(topic)
        window = Window(topic, at, done, landed(spark, topic, at))
        if not window.is_empty:
            windows[topic] = window
    return windows


def _master_data(spark: SparkSession, table: Table) -> DataFrame:
    """A master data table; without it every record would be rejected as unknown."""
    lake.ensure(spark, table)
    at = lake.snapshot_id(spark, table)
    if at is None:
        raise SourceError(f"{table.identifier} was never filled; run the job sync_master_data first")
    return lake.read(spark, table, at)


def _snapshots(spark: SparkSession, tables: tuple[Table, ...]) -> dict[str, int]:
    """Current snapshot ids by table name; tables that were never written are left out."""
    ids = {table.qualified_name: lake.snapshot_id(spark, table) for table in tables}
    return {name: at for name, at in ids.items() if at is not None}
