"""Land what head-ends have delivered to Kafka in the raw tables.

Produces: `lake.raw.meter_reading`, `lake.raw.transformer_reading`; each snapshot carries every partition's end offset.
Reads: topics `meter.reading.v1` and `transformer.reading.v1`, from the ledger's offsets to the end at the job's start.
Schedule: none; triggered through the API when a delivery is complete (`make demo`), or by hand.
If it fails: a retry continues the same YARN application if that still runs, else reads again from the ledger.
"Kafka has already deleted" means that retention was shorter than the outage: docs/runbooks/retention_gap.md.
Re-run: always safe; records that have landed are not read again, so a second run appends nothing.
"""

from datetime import timedelta

from airflow.sdk import DAG
from pipeline import DEFAULT_ARGS, RAW, START, SparkJob

with DAG(
    dag_id="ingest",
    doc_md=__doc__,
    schedule=None,
    start_date=START,
    catchup=False,
    max_active_runs=1,
    dagrun_timeout=timedelta(hours=6),
    default_args=DEFAULT_ARGS,
    tags=["pipeline", "raw"],
):
    land_readings = SparkJob(
        task_id="land_readings",
        job="ingest",
        yarn_queue="ingest",
        pool="raw_tables",
        outlets=[RAW],
    )
