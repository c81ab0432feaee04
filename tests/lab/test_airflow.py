"""Claims about the DAGs inside the real Airflow."""

import json
from typing import Any

import pytest
from cluster import Cluster

# Runs on the Airflow host: what Airflow makes of the DAG files, without running anything.
PARSE = """
import json, sys
sys.path.insert(0, "/etc/airflow/dags")
from airflow.dag_processing.dagbag import DagBag
bag = DagBag(dag_folder="/etc/airflow/dags")
jobs = [task for dag in bag.dags.values() for task in dag.tasks if type(task).__name__ == "SparkJob"]
commands = {task.task_id: task._get_hook()._build_spark_submit_command(task.application) for task in jobs}
print(json.dumps({"errors": bag.import_errors, "dags": sorted(bag.dags), "commands": commands}))
"""
AS_AIRFLOW = (
    "set -a; . /etc/airflow/environment; set +a; cd /data/airflow; "
    "exec runuser --user airflow -- /opt/airflow/bin/python -"
)


@pytest.fixture(scope="module")
def host(cluster: Cluster) -> str:
    return cluster.inventory.hosts("airflow")[0]


@pytest.fixture(scope="module")
def parsed(cluster: Cluster, host: str) -> dict[str, Any]:
    output = cluster.figure(host, f"{AS_AIRFLOW} <<'SCRIPT'\n{PARSE}\nSCRIPT")
    return dict(json.loads(output.splitlines()[-1]))


def test_airflow_imports_every_dag(parsed: dict[str, Any]) -> None:
    assert parsed["errors"] == {}
    assert parsed["dags"] == ["curate", "ingest", "maintain", "settle"]


def test_a_job_is_submitted_exactly_so(parsed: dict[str, Any]) -> None:
    assert " ".join(parsed["commands"]["land_readings"]) == (
        "spark-submit --master yarn --conf spark.yarn.submit.waitAppCompletion=false"
        " --py-files /opt/gridlake-jobs/gridlake.zip --name gridlake-ingest --queue ingest --deploy-mode cluster"
        " /opt/gridlake-jobs/gridlake/launcher.py ingest --run-id {{ run_id }}"
    )
    assert " ".join(parsed["commands"]["curate_readings"]) == (
        "spark-submit --master yarn --conf spark.yarn.submit.waitAppCompletion=false"
        " --py-files /opt/gridlake-jobs/gridlake.zip --name gridlake-curate --queue curate --deploy-mode cluster"
        " /opt/gridlake-jobs/gridlake/launcher.py curate --run-id {{ run_id }}"
    )
    assert " ".join(parsed["commands"]["settle_month"]) == (
        "spark-submit --master yarn --conf spark.yarn.submit.waitAppCompletion=false"
        " --py-files /opt/gridlake-jobs/gridlake.zip --name gridlake-settle --queue curate --deploy-mode cluster"
        " /opt/gridlake-jobs/gridlake/launcher.py settle --run-id {{ run_id }} --month {{ params.month }}"
        " --kind {{ params.kind }} --as-of-day {{ dag_run.run_after | ds }}"
    )


def test_secrets_are_for_airflow_alone(cluster: Cluster, host: str) -> None:
    listing = cluster.figure(host, "stat -c '%U:%G %a %n' /etc/airflow/environment /data/airflow/passwords.json")
    assert listing.splitlines() == [
        "root:airflow 640 /etc/airflow/environment",
        "airflow:airflow 600 /data/airflow/passwords.json",
    ]
    assert cluster.on(host, "runuser --user analyst -- cat /etc/airflow/environment").returncode != 0
