"""A DAG file as its tests see it: parsed, never imported, since Airflow lives on its own host only."""

import ast
from dataclasses import dataclass
from pathlib import Path

CHECKOUT = Path(__file__).parents[3]
DAGS = CHECKOUT / "dags"
SHARED = "pipeline"


@dataclass(frozen=True)
class Operator:
    """One task: the variable that holds it, its class and its arguments as source text."""

    variable: str
    kind: str
    arguments: dict[str, str]


@dataclass(frozen=True)
class DagFile:
    """One file of dags/."""

    path: Path
    tree: ast.Module

    @classmethod
    def read(cls, path: Path) -> "DagFile":
        """Parse one file."""
        return cls(path, ast.parse(path.read_text(encoding="utf-8")))

    @property
    def imports(self) -> set[str]:
        """Modules that the file imports, anywhere in it."""
        nodes = list(ast.walk(self.tree))
        plain = {alias.name for node in nodes if isinstance(node, ast.Import) for alias in node.names}
        return plain | {node.module or "" for node in nodes if isinstance(node, ast.ImportFrom)}

    @property
    def dag(self) -> dict[str, str]:
        """Arguments of the one DAG in the file."""
        calls = [node for node in self.calls if _name(node.func) == "DAG"]
        assert len(calls) == 1, f"{self.path.name} makes {len(calls)} DAGs; one file, one DAG"
        return _arguments(calls[0])

    @property
    def operators(self) -> list[Operator]:
        """Every task, in order."""
        return [
            Operator(_name(node.targets[0]), _name(node.value.func), _arguments(node.value))
            for node in ast.walk(self.tree)
            if isinstance(node, ast.Assign) and isinstance(node.value, ast.Call)
        ]

    @property
    def calls(self) -> list[ast.Call]:
        """Every call in the file."""
        return [node for node in ast.walk(self.tree) if isinstance(node, ast.Call)]


def dag_files() -> list[DagFile]:
    """Every DAG file; without the module they share."""
    return [DagFile.read(path) for path in sorted(DAGS.glob("*.py")) if path.stem != SHARED]


def _name(node: ast.expr) -> str:
    return ast.unparse(node)


def _arguments(call: ast.Call) -> dict[str, str]:
    return {keyword.arg or "**": ast.unparse(keyword.value) for keyword in call.keywords}
