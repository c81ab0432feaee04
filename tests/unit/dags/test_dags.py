"""Claims about every DAG that a parser can check; the same DAGs run for real in tests/lab."""

import ast
import re

import pytest
import yaml
from dag_file import CHECKOUT, DAGS, SHARED, DagFile, dag_files

from gridlake.catalog.settlement import Kind

FILES = dag_files()
ROLE = CHECKOUT / "ansible" / "roles" / "airflow"
# What a DAG file may import: the DAG language, operators, time, and the module that all share. Nothing here can reach
# a network or Spark while the file is parsed.
ALLOWED = re.compile(rf"^(airflow\.sdk|airflow\.providers\.[a-z_.]+\.(operators|sensors)\.\w+|datetime|{SHARED})$")

each_dag = pytest.mark.parametrize("dag", FILES, ids=lambda dag: str(dag.path.stem))


def literal(text: str) -> str:
    return str(ast.literal_eval(text))


def role_variables(name: str) -> dict[str, object]:
    document: dict[str, object] = yaml.safe_load((ROLE / name / "main.yml").read_text(encoding="utf-8"))
    return document


def test_the_dags_of_the_pipeline_are_there() -> None:
    assert [dag.path.stem for dag in FILES] == ["curate", "ingest", "maintain", "settle"]


@each_dag
def test_a_dag_explains_itself_first(dag: DagFile) -> None:
    text = ast.get_docstring(dag.tree) or ""
    for heading in ("Produces:", "Reads:", "Schedule:", "If it fails:", "Re-run:"):
        assert heading in text, heading
    assert dag.dag["doc_md"] == "__doc__"


@each_dag
def test_a_dag_imports_no_spark_no_network_and_no_other_dag(dag: DagFile) -> None:
    assert {name for name in dag.imports if not ALLOWED.match(name)} == set()


@each_dag
def test_a_dag_states_what_airflow_would_otherwise_choose(dag: DagFile) -> None:
    assert literal(dag.dag["dag_id"]) == dag.path.stem
    assert {"schedule", "start_date", "dagrun_timeout", "tags"} <= set(dag.dag)
    assert dag.dag["catchup"] == "False"
    assert dag.dag["max_active_runs"] == "1"
    assert dag.dag["default_args"] == "DEFAULT_ARGS"


@each_dag
def test_a_task_is_called_what_its_variable_is_called(dag: DagFile) -> None:
    assert dag.operators
    for task in dag.operators:
        assert literal(task.arguments["task_id"]) == task.variable


@each_dag
def test_a_task_that_writes_takes_a_slot_of_a_declared_pool(dag: DagFile) -> None:
    pools = role_variables("defaults")["airflow_pools"]
    assert isinstance(pools, dict)
    for task in dag.operators:
        if not task.kind.endswith("Sensor"):
            assert literal(task.arguments["pool"]) in pools, task.variable


@each_dag
def test_connections_and_variables_are_declared_by_the_role(dag: DagFile) -> None:
    source = dag.path.read_text(encoding="utf-8") + (DAGS / f"{SHARED}.py").read_text(encoding="utf-8")
    declared, variables = (
        role_variables("vars")["__airflow_connections"],
        role_variables("defaults")["airflow_variables"],
    )
    assert isinstance(declared, dict)
    assert isinstance(variables, dict)
    assert set(re.findall(r'conn_id="(\w+)"', source)) <= set(declared)
    assert set(re.findall(r"var\.value\.(\w+)", source)) <= set(variables)


@each_dag
def test_a_spark_job_is_one_that_the_launcher_knows_in_a_queue_that_exists(dag: DagFile) -> None:
    launcher = ast.parse((CHECKOUT / "spark" / "gridlake" / "launcher.py").read_text(encoding="utf-8"))
    (jobs,) = [
        node.value
        for node in launcher.body
        if isinstance(node, ast.AnnAssign) and isinstance(node.target, ast.Name) and node.target.id == "JOBS"
    ]
    assert isinstance(jobs, ast.Dict)
    known = {key.value for key in jobs.keys if isinstance(key, ast.Constant)}
    scheduler = (CHECKOUT / "hadoop_conf" / "sites" / "capacity_scheduler.yml").read_text(encoding="utf-8")
    queues = yaml.safe_load(scheduler)["capacity_scheduler"]["yarn.scheduler.capacity.root.queues"]["value"].split(",")
    for task in dag.operators:
        if task.kind == "SparkJob":
            assert literal(task.arguments["job"]) in known
            assert literal(task.arguments["yarn_queue"]) in queues


@each_dag
def test_a_sensor_gives_its_slot_back_and_gives_up(dag: DagFile) -> None:
    for task in dag.operators:
        if task.kind.endswith("Sensor"):
            assert literal(task.arguments["mode"]) == "reschedule"
            assert {"timeout", "poke_interval", "execution_timeout"} <= set(task.arguments)
            assert literal(task.arguments["filepath"]).endswith("/_READY")


def test_every_task_retries_and_ends() -> None:
    shared = DagFile.read(DAGS / f"{SHARED}.py")
    (defaults,) = [
        node.value
        for node in shared.tree.body
        if isinstance(node, ast.AnnAssign) and ast.unparse(node.target) == "DEFAULT_ARGS"
    ]
    assert isinstance(defaults, ast.Dict)
    stated = {ast.literal_eval(key): value for key, value in zip(defaults.keys, defaults.values, strict=True) if key}
    assert ast.literal_eval(stated["retries"]) >= 1
    assert {"owner", "retry_delay", "execution_timeout"} <= set(stated)


def test_a_spark_job_survives_its_worker_and_is_followed_by_the_resourcemanager() -> None:
    shared = DagFile.read(DAGS / f"{SHARED}.py")
    (submission,) = [call for call in shared.calls if ast.unparse(call.func) == "super().__init__"]
    stated = {keyword.arg: ast.unparse(keyword.value) for keyword in submission.keywords}
    assert (stated["durable"], stated["yarn_track_via_rm_api"]) == ("True", "True")
    assert literal(stated["deploy_mode"]) == "cluster"
    # Without a name the ResourceManager's ACLs refuse to end an application, and the provider only logs that.
    assert stated["yarn_rm_auth"] == "named"
    # Provider 6.3 refuses this one in durable mode.
    assert "waitAppCompletion" not in "".join(dag.path.read_text(encoding="utf-8") for dag in FILES)


def test_a_cleared_task_runs_again_instead_of_reporting_its_old_application() -> None:
    settings = (ROLE / "templates" / "airflow.cfg.j2").read_text(encoding="utf-8")
    assert re.search(r"^\[state_store\]\n(#.*\n)*clear_on_success = True$", settings, re.MULTILINE)


def test_the_shared_module_is_not_parsed_as_a_dag() -> None:
    assert (DAGS / ".airflowignore").read_text(encoding="utf-8").split() == [f"{SHARED}.py"]


def test_the_kinds_of_a_settlement_run_are_those_of_the_catalog() -> None:
    (settle,) = [dag for dag in FILES if dag.path.stem == "settle"]
    (kind,) = [call for call in settle.calls if ast.unparse(call.func) == "Param" and "enum" in ast.unparse(call)]
    stated = {keyword.arg: keyword.value for keyword in kind.keywords}
    assert ast.literal_eval(stated["enum"]) == list(Kind)
