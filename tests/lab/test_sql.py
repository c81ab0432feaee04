"""Claims about the SQL models on the platform's own Trino."""

import json
from dataclasses import replace
from pathlib import Path

import pytest
import yaml
from cluster import CHECKOUT, Cluster

from gridlake_control.demo_proof import lake_of

MODELS = CHECKOUT / "sql" / "models"
# As the task `marts` runs dbt, but for its folder: two runs of dbt in one would write each other's files.
DBT = (
    "set -a; . /etc/airflow/environment; set +a; cd /tmp; folder=$(runuser --user airflow -- mktemp -d);"
    " export DBT_TARGET_PATH=$folder/target DBT_LOG_PATH=$folder/logs;"
    " runuser --user airflow -- /opt/dbt/bin/dbt {arguments}"
    " --project-dir /opt/gridlake-jobs/sql --profiles-dir /opt/gridlake-jobs/sql >&2; code=$?;"
    " cat $folder/target/run_results.json; rm -r $folder; exit $code"
)
COUNT = "SELECT count(*) FROM lake.{schema}.{model}"


def declared(path: Path) -> list[str]:
    """Names of the unit tests in one file of models."""
    found = yaml.safe_load(path.read_text(encoding="utf-8"))
    return [test["name"] for test in found.get("unit_tests", [])]


# dbt learns the types of a model's inputs from the tables themselves.
@pytest.mark.usefixtures("slice_proof")
def test_every_unit_test_of_a_model_passes(cluster: Cluster) -> None:
    host = cluster.inventory.hosts("airflow")[0]
    done = cluster.on(host, DBT.format(arguments="test --select test_type:unit"))
    assert done.returncode == 0, done.stderr[-4000:]
    # The start hook is in the results too.
    ran = {entry["unique_id"]: entry["status"] for entry in json.loads(done.stdout)["results"]}
    tested = {name.rsplit(".", 1)[1]: status for name, status in ran.items() if name.startswith("unit_test.")}
    names = {name for path in MODELS.rglob("*.yml") for name in declared(path)}
    assert tested == dict.fromkeys(names, "pass") != {}


@pytest.mark.parametrize("model", sorted(MODELS.glob("*/*/*.sql")), ids=lambda path: f"{path.parts[-3]}.{path.stem}")
@pytest.mark.usefixtures("slice_proof")
def test_an_analyst_reads_every_model(cluster: Cluster, model: Path) -> None:
    # A view asks with its owner's rights, who needs the right to pass on what others may select.
    analyst = replace(lake_of(cluster.inventory), user="analyst", password=cluster.inventory.secret("trino_analyst"))
    ((rows,),) = analyst.table(COUNT.format(schema=model.parts[-3], model=model.stem))
    assert rows > 0
