"""Entry point of every job: spark-submit --py-files gridlake.zip launcher.py <job> [options].

Prints one JSON line with the job's summary. Exit code 1 with a message for a refusal, a traceback for a defect.
"""

import argparse
import json
import sys
from datetime import UTC, datetime
from pathlib import Path
from types import ModuleType

from gridlake.errors import GridlakeError
from gridlake.io.run import Run
from gridlake.io.session import start_session
from gridlake.jobs import curate, ingest, maintain, reread_settlement, settle, sync_master_data
from gridlake.package import code_version
from gridlake.settings import PLATFORM_FILE, Settings

JOBS: dict[str, ModuleType] = {
    "ingest": ingest,
    "curate": curate,
    "maintain": maintain,
    "sync_master_data": sync_master_data,
    "settle": settle,
    "reread_settlement": reread_settlement,
}


def parser() -> argparse.ArgumentParser:
    """Command line: one subcommand per job."""
    top = argparse.ArgumentParser(prog="launcher.py", description=__doc__)
    top.add_argument("--platform", type=Path, default=PLATFORM_FILE, help="settings of this host")
    jobs = top.add_subparsers(dest="job", required=True)
    for name, module in JOBS.items():
        job = jobs.add_parser(name, help=(module.__doc__ or "").splitlines()[0])
        job.add_argument("--run-id", help="id that the scheduler gives the run; default: Spark's application id")
        module.add_arguments(job)
    return top


def main(argv: list[str]) -> int:
    """Run one job."""
    arguments = parser().parse_args(argv)
    try:
        settings = Settings.load(arguments.platform)
        spark = start_session(arguments.job, settings)
        try:
            run_id = arguments.run_id or spark.sparkContext.applicationId
            run = Run(arguments.job, run_id, code_version(), datetime.now(UTC))
            summary = JOBS[arguments.job].run(spark, settings, run, arguments)
        finally:
            spark.stop()
    except GridlakeError as error:
        sys.stderr.write(f"{type(error).__name__}: {error}\n")
        return 1
    facts = {"job": run.job, "run_id": run.run_id, "code_version": run.code_version}
    sys.stdout.write(json.dumps(facts | summary) + "\n")
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
