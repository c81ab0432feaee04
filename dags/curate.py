"""Turn raw records into settlement-grade readings, then build the marts from them.

Produces: `lake.curated.*` (versions, current readings, completeness, rejected records), `lake.ops.*` (the run's
manifest and what the lake's own check of it found), `lake.marts.*`.
Reads: `lake.raw.*`, the asset register in PostgreSQL, the grid extract of one supply area in the landing directory.
Schedule: none; triggered through the API after `ingest` with {"area": "QN-00001"}, or by hand.
If it fails: `grid_extract` gives up after an hour without a _READY marker (ask who delivers the extract); jobs repair a
run that died anywhere; `marts` names the model or test, whose rows dbt prints.
Re-run: always safe; what is curated is not curated again, and marts are rebuilt from the current tables.
"""

from datetime import timedelta

from airflow.providers.apache.hdfs.sensors.web_hdfs import WebHdfsSensor
from airflow.providers.standard.operators.bash import BashOperator
from airflow.sdk import DAG, Param
from pipeline import CURATED, DEFAULT_ARGS, JOBS, MARTS, RAW, START, SparkJob

with DAG(
    dag_id="curate",
    doc_md=__doc__,
    schedule=None,
    start_date=START,
    catchup=False,
    max_active_runs=1,
    dagrun_timeout=timedelta(hours=6),
    default_args=DEFAULT_ARGS,
    params={"area": Param("QN-00001", type="string", pattern="^QN-[0-9]{5}$", title="Supply area")},
    tags=["pipeline", "curated", "marts"],
):
    grid_extract = WebHdfsSensor(
        task_id="grid_extract",
        webhdfs_conn_id="webhdfs",
        filepath="{{ var.value.landing }}/grid/{{ params.area }}/_READY",
        mode="reschedule",
        poke_interval=30,
        timeout=timedelta(hours=1),
        # One look: the hook opens its probe to a NameNode without a timeout of its own.
        execution_timeout=timedelta(minutes=2),
    )
    sync_master_data = SparkJob(
        task_id="sync_master_data",
        job="sync_master_data",
        options=["--password-file", "assets_reader.password"],
        files="/etc/airflow/assets_reader.password",
        yarn_queue="curate",
        pool="curated_tables",
        conf={"spark.executor.instances": "1"},
    )
    curate_readings = SparkJob(
        task_id="curate_readings",
        job="curate",
        yarn_queue="curate",
        pool="curated_tables",
        inlets=[RAW],
        outlets=[CURATED],
    )
    marts = BashOperator(
        task_id="marts",
        # Unit tests judge the code and not the data; they run in `make test`.
        bash_command=(
            "/opt/dbt/bin/dbt build --exclude-resource-type unit_test"
            f" --project-dir {JOBS}/sql --profiles-dir {JOBS}/sql"
        ),
        # dbt writes beside its project unless told otherwise, and the project is read-only.
        env={"DBT_TARGET_PATH": "/data/airflow/dbt/target", "DBT_LOG_PATH": "/data/airflow/dbt/logs"},
        append_env=True,
        pool="marts",
        inlets=[CURATED],
        outlets=[MARTS],
    )
    grid_extract >> sync_master_data >> curate_readings >> marts
