"""Make one settlement run of a month: what is submitted, fixed for good.

Produces: `lake.curated.settlement_line`, `settlement_loss`, `settlement_delta` and the run's row in
`lake.ops.settlement_run`; a copy of export and manifest in the landing directory, `settlement/<month>/`; tags on the
tables that were read.
Reads: `lake.curated.reading_current`, `transformer_reading`, `metering_point`, `register`, `substation`, `contract`.
Schedule: none; by hand, or through the API with {"month": "2016-03", "kind": "FIRST"}, from the day on which the run is
due; the day is that of the DAG run.
If it fails: the driver's log in YARN names the cause and the next step in one sentence: not due yet, made already,
nothing curated, a curation that has not finished, contracts that overlap. What died in between is made by the retry.
Re-run: a cleared task finds its own run and changes nothing; a new DAG run of the same kind is refused. Whether a
submitted run can still be computed from its tags, byte by byte, says the job `reread_settlement` (spark/README.md).
"""

from datetime import timedelta

from airflow.sdk import DAG, Param
from pipeline import CURATED, DEFAULT_ARGS, SETTLED, START, SparkJob

with DAG(
    dag_id="settle",
    doc_md=__doc__,
    schedule=None,
    start_date=START,
    catchup=False,
    max_active_runs=1,
    dagrun_timeout=timedelta(hours=6),
    default_args=DEFAULT_ARGS,
    params={
        "month": Param("2016-03", type="string", pattern="^[0-9]{4}-(0[1-9]|1[0-2])$", title="Month to settle"),
        "kind": Param("FIRST", enum=["FIRST", "CLEARING", "SETTLEMENT", "CORRECTION"], title="Which run of the month"),
    },
    tags=["pipeline", "settlement"],
):
    settle_month = SparkJob(
        task_id="settle_month",
        job="settle",
        options=[
            "--month",
            "{{ params.month }}",
            "--kind",
            "{{ params.kind }}",
            "--as-of-day",
            "{{ dag_run.run_after | ds }}",
        ],
        yarn_queue="curate",
        # Curation writes what is read here, and the pool keeps it out.
        pool="curated_tables",
        inlets=[CURATED],
        outlets=[SETTLED],
    )
