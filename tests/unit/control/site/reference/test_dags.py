"""Claims about DAGs that are read without Airflow."""

from pathlib import Path

import pytest

from gridlake_control.site.errors import SiteError
from gridlake_control.site.reference.dags import Task, read

SOURCE = '''"""Do it.

Produces: a table,
on two lines.
If it fails: look.
"""
from airflow.sdk import DAG

with DAG(dag_id="some", doc_md=__doc__, schedule="@daily", max_active_runs=1, default_args=ARGS):
    one = SparkJob(task_id="one", job="first", pool="tables", inlets=[RAW])
    two = BashOperator(task_id="two", bash_command="true")
    one >> two
'''


def test_a_dag_is_what_its_file_says(tmp_path: Path) -> None:
    (tmp_path / "some.py").write_text(SOURCE, encoding="utf-8")
    dag = read(tmp_path / "some.py")
    assert dag is not None
    assert (dag.name, dag.order) == ("some", "one >> two")
    assert dag.arguments == (("schedule", "'@daily'"), ("max_active_runs", "1"))
    assert dag.tasks == (
        Task("one", "SparkJob", (("job", "first"), ("pool", "tables"))),
        Task("two", "BashOperator", ()),
    )


def test_a_module_beside_the_dags_is_none(tmp_path: Path) -> None:
    (tmp_path / "some.py").write_text('"""Shared."""\nX = 1\n', encoding="utf-8")
    assert read(tmp_path / "some.py") is None


@pytest.mark.parametrize(
    "lost", ['schedule="@daily", ', '"""Do it.\n\nProduces: a table,\non two lines.\nIf it fails: look.\n"""']
)
def test_a_dag_without_schedule_or_docstring_is_refused(lost: str, tmp_path: Path) -> None:
    (tmp_path / "some.py").write_text(SOURCE.replace(lost, ""), encoding="utf-8")
    with pytest.raises(SiteError, match=r"some\.py: a DAG states its schedule and has a docstring"):
        read(tmp_path / "some.py")
