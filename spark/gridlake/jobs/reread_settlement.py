"""Compute a submitted settlement run again from the inputs that its tags hold, and compare it byte by byte."""

import argparse
import hashlib
from datetime import date

from pyspark.sql import SparkSession

from gridlake.catalog.settlement import Kind
from gridlake.catalog.settlement import month as parsed_month
from gridlake.catalog.settlement_tables import SETTLEMENT_LINE, SETTLEMENT_LOSS
from gridlake.errors import SettlementDiffersError, SettlementRefusedError
from gridlake.io import hdfs
from gridlake.io.run import Run
from gridlake.settings import Settings
from gridlake.settlement import records
from gridlake.settlement.inputs import Inputs
from gridlake.settlement.manifest import sha256
from gridlake.settlement.statement import MonthInputs, Statement

Summary = dict[str, object]


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Options of the job."""
    parser.add_argument("--month", type=parsed_month, required=True, help="settled month, as YYYY-MM")
    parser.add_argument("--kind", type=Kind, choices=list(Kind), required=True, help="which run of the month")


def run(spark: SparkSession, settings: Settings, _run: Run, arguments: argparse.Namespace) -> Summary:
    """Compare; a difference is a refusal that holds all hashes."""
    return reread(spark, settings.landing, arguments.month, arguments.kind)


def reread(spark: SparkSession, landing: str, month: date, kind: Kind) -> Summary:
    """Steps of the job; it writes nothing."""
    chain, _ = records.recorded(spark)
    made = chain.find(month, kind)
    if made is None:
        known = ", ".join(f"{run.month:%Y-%m} {run.kind}" for run in chain.runs) or "none"
        raise SettlementRefusedError(
            f"there is no {kind} run of {month:%Y-%m}; runs are: {known}. Make it with the DAG settle, or name one of "
            "these."
        )
    inputs = MonthInputs.of(spark, Inputs.held(spark, made.tag, made.inputs), month)
    lines = inputs.lines().persist()
    try:
        computed = Statement.of(lines, inputs.losses(lines)).export(month, kind).sha256
    finally:
        lines.unpersist()
    tables = (records.rows_of(spark, table, made.settlement_id) for table in (SETTLEMENT_LINE, SETTLEMENT_LOSS))
    path = records.export_path(landing, month, kind, made.settlement_id)
    found = {
        "computed_sha256": computed,
        "tables_sha256": Statement.of(*tables).export(month, kind).sha256,
        "copy_sha256": _of_file(hdfs.read(spark, path)),
    }
    manifest = _of_file(hdfs.read(spark, records.manifest_path(path)))
    if set(found.values()) != {made.export_sha256} or manifest != sha256(made.manifest):
        listed = ", ".join(f"{name} {value}" for name, value in found.items())
        raise SettlementDiffersError(
            f"the {kind} run of {month:%Y-%m} was submitted with export {made.export_sha256} and manifest "
            f"{made.manifest_sha256}; found are {listed}, and a copy of the manifest with {manifest}. Whatever is "
            "alone with its hash was changed, or lost; nothing was written."
        )
    return {"settlement_id": made.settlement_id, "equal": True, "export_sha256": made.export_sha256} | found


def _of_file(content: bytes | None) -> str | None:
    return None if content is None else hashlib.sha256(content).hexdigest()
