"""Keep the lake's tables fast and small; no answer changes.

Produces: fewer and sorted files in `lake.raw.*`, `lake.curated.*`, `lake.ops.*`, a row of figures in
`lake.ops.run_manifest`, orphan files under `.quarantine` in the warehouse.
Reads: the metadata of the same tables, which says where a rewrite pays.
Schedule: none; by hand or through the API, when no delivery is expected. Nightly: `schedule="30 1 * * *"`.
If it fails: "another run wrote" means a writer outside Airflow, which has won; what was not done is done by the retry.
Re-run: always safe; a run that finds nothing to do writes nothing. Take an orphan back: docs/runbooks/maintenance.md.
"""

from datetime import timedelta

from airflow.sdk import DAG, Param
from pipeline import DEFAULT_ARGS, START, SparkJob

RETENTION = [
    "--retain-days",
    "{{ params.retain_days }}",
    "--retain-last",
    "{{ params.retain_last }}",
]

with DAG(
    dag_id="maintain",
    doc_md=__doc__,
    schedule=None,
    start_date=START,
    catchup=False,
    max_active_runs=1,
    dagrun_timeout=timedelta(hours=6),
    default_args=DEFAULT_ARGS,
    params={
        "retain_days": Param(7, type="integer", minimum=0, title="Days before a snapshot may go"),
        "retain_last": Param(50, type="integer", minimum=1, title="Snapshots kept however old they are"),
    },
    tags=["pipeline", "maintenance"],
):
    maintain_raw = SparkJob(
        task_id="maintain_raw",
        job="maintain",
        options=["--namespace", "raw", *RETENTION],
        yarn_queue="curate",
        pool="raw_tables",
    )
    # One after the other: both write the manifest, and a cluster this small has one job's worth of memory to spare.
    maintain_curated = SparkJob(
        task_id="maintain_curated",
        job="maintain",
        options=["--namespace", "curated", "ops", *RETENTION],
        yarn_queue="curate",
        pool="curated_tables",
    )
    maintain_raw >> maintain_curated
