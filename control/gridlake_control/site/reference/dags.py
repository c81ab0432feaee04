"""DAGs, read without importing them: Airflow is not where documents are made."""

import ast
import re
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from gridlake_control import paths
from gridlake_control.site import markdown
from gridlake_control.site.errors import SiteError
from gridlake_control.site.pages import Page

DAGS = paths.CHECKOUT / "dags"
_PART = re.compile(r"^([A-Z][\w -]*): ", re.MULTILINE)
_TASK = ("job", "pool", "yarn_queue", "mode", "execution_timeout", "timeout")


@dataclass(frozen=True)
class Task:
    """One task: its operator, and those of its arguments that an operator of the platform asks about."""

    name: str
    operator: str
    arguments: tuple[tuple[str, str], ...]


@dataclass(frozen=True)
class Dag:
    """One DAG as its file states it."""

    name: str
    documentation: str
    arguments: tuple[tuple[str, str], ...]
    tasks: tuple[Task, ...]
    order: str


def read(file: Path) -> Dag | None:
    """The DAG of a file; nothing where there is none."""
    tree = ast.parse(file.read_text(encoding="utf-8"))
    for node in tree.body:
        if isinstance(node, ast.With) and isinstance(call := node.items[0].context_expr, ast.Call):
            arguments = {key.arg: ast.unparse(key.value) for key in call.keywords if key.arg}
            documentation = ast.get_docstring(tree)
            if ast.unparse(call.func) != "DAG" or not documentation or "schedule" not in arguments:
                raise SiteError(f"{file.name}: a DAG states its schedule and has a docstring")
            name = ast.literal_eval(arguments.pop("dag_id"))
            for own in ("doc_md", "default_args"):
                arguments.pop(own, None)
            return Dag(name, documentation, tuple(arguments.items()), tuple(_tasks(node)), _order(node))
    return None


def page() -> Page:
    """Every DAG with what it does, when it runs and what to do when it fails."""
    found = [dag for file in sorted(DAGS.glob("*.py")) if (dag := read(file))]
    if not found:
        raise SiteError(f"no DAG in {DAGS.relative_to(paths.CHECKOUT)}; is this a complete checkout?")
    schedules = [
        (f"[{dag.name}](#{dag.name})", markdown.code(dict(dag.arguments)["schedule"]), _sentence(dag)) for dag in found
    ]
    return Page(
        "reference/dags.md",
        markdown.section(
            1, "DAGs", markdown.table(["DAG", "schedule", "does"], schedules), *(_section(dag) for dag in found)
        ),
    )


def _section(dag: Dag) -> str:
    summary, *parts = _PART.split(dag.documentation)
    pairs = zip(parts[::2], parts[1::2], strict=True)
    told = "".join(f"- **{name}**: {markdown.text(words)}\n" for name, words in pairs)
    arguments = "".join(f"- {markdown.code(name)}: {markdown.code(value)}\n" for name, value in dag.arguments)
    rows = [
        (
            markdown.code(one.name),
            markdown.code(one.operator),
            ", ".join(f"{k} {markdown.code(v)}" for k, v in one.arguments),
        )
        for one in dag.tasks
    ]
    order = f"Order: {markdown.code(dag.order)}" if dag.order else ""
    table = markdown.table(["task", "operator", "with"], rows)
    return markdown.section(2, dag.name, markdown.text(summary), told, arguments, table, order)


def _sentence(dag: Dag) -> str:
    return markdown.text(_PART.split(dag.documentation)[0].split("\n\n")[0])


def _tasks(dag: ast.With) -> Iterator[Task]:
    for node in dag.body:
        if isinstance(node, ast.Assign) and isinstance(node.value, ast.Call):
            given = {key.arg: key.value for key in node.value.keywords if key.arg}
            if "task_id" in given:
                told = [(name, ast.unparse(given[name]).strip("'")) for name in _TASK if name in given]
                yield Task(ast.literal_eval(given["task_id"]), ast.unparse(node.value.func), tuple(told))


def _order(dag: ast.With) -> str:
    chains = [node.value for node in dag.body if isinstance(node, ast.Expr) and isinstance(node.value, ast.BinOp)]
    return ", ".join(ast.unparse(chain) for chain in chains)
