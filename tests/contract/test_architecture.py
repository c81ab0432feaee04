"""Dependency rules D1-D9 of the design.

Each is a function from a tree to its violations, green on the checkout and red on a fixture.
"""

import ast
import re
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
import yaml

ROOT = Path(__file__).resolve().parents[2]
CODE = ("ansible", "benchmarks", "control", "dags", "kafka", "spark", "tests")

ACTIONS = {
    "cache", "checkpoint", "collect", "count", "createDataFrame", "createOrReplaceTempView", "first", "foreach",
    "foreachPartition", "getOrCreate", "head", "isEmpty", "observe", "persist", "rdd", "show", "sparkSession", "tail",
    "take", "toLocalIterator", "toPandas", "unpersist", "write", "writeStream", "writeTo",
}  # fmt: skip
CLOCKS = {"now", "utcnow", "today", "current_date", "current_timestamp", "rand", "randn", "uuid"}
PURE_MODULES = {
    "__future__", "collections", "dataclasses", "datetime", "enum", "functools", "itertools", "typing", "zoneinfo",
}  # fmt: skip
NETWORK_MODULES = {
    "ftplib",
    "hdfs",
    "http",
    "kafka",
    "psycopg",
    "psycopg2",
    "requests",
    "smtplib",
    "socket",
    "trino",
    "urllib",
}

# Packages that nothing may build on, and the folder that holds each.
LEAVES = {"benchmarks": "benchmarks", "gridlake_bench": "benchmarks", "tests": "tests"}

Rule = Callable[[Path], Iterator[str]]


def python_files(root: Path, *folders: str) -> Iterator[tuple[Path, ast.Module]]:
    """Python files below the folders, parsed; hidden and generated folders are left out."""
    for folder in folders:
        for path in sorted((root / folder).rglob("*.py")):
            if not any(
                part.startswith(".") or part in ("__pycache__", "target") for part in path.relative_to(root).parts
            ):
                yield path, ast.parse(path.read_text(encoding="utf-8"), str(path))


def imports(tree: ast.AST) -> Iterator[str]:
    """Full names that a tree imports: `from a import b` counts as a.b."""
    for node in ast.walk(tree):
        if isinstance(node, ast.Import):
            yield from (alias.name for alias in node.names)
        elif isinstance(node, ast.ImportFrom):
            prefix = "." * node.level + (node.module or "")
            yield from (f"{prefix}.{alias.name}" for alias in node.names)


def within(name: str, package: str) -> bool:
    """True for the package and everything in it."""
    return name == package or name.startswith(package + ".")


def d1_hadoop_conf_uses_nothing(root: Path) -> Iterator[str]:
    """hadoop_conf is data: no program, no template language, no link to the outside."""
    for path in sorted((root / "hadoop_conf").rglob("*")):
        if path.is_symlink() or (path.is_file() and path.suffix not in (".yml", ".xml", ".md", ".properties", ".json")):
            yield f"{path}: only data belongs here"
        elif path.suffix == ".yml" and re.search(r"\{\{|\{%", path.read_text(encoding="utf-8")):
            yield f"{path}: holds Jinja"


def d2_settings_and_catalog_import_no_pyspark(root: Path) -> Iterator[str]:
    """gridlake.settings and gridlake.catalog, and what they import of gridlake, import without pyspark."""
    package = root / "spark" / "gridlake"
    waiting = [package / "settings.py", *sorted((package / "catalog").rglob("*.py"))]
    seen: set[Path] = set()
    while waiting:
        path = waiting.pop()
        if path in seen:
            continue
        seen.add(path)
        for name in imports(ast.parse(path.read_text(encoding="utf-8"))):
            if within(name, "pyspark"):
                yield f"{path}: imports {name}"
            if within(name, "gridlake"):
                waiting += _own_modules(package.parent, name)


def _own_modules(folder: Path, name: str) -> list[Path]:
    """Files behind a dotted name, whose last part may be something in a module."""
    parts = name.split(".")
    candidates = [folder.joinpath(*parts[:length]) for length in range(1, len(parts) + 1)]
    files = [c.with_suffix(".py") for c in candidates] + [c / "__init__.py" for c in candidates]
    return [path for path in files if path.exists()]


def d3_transforms_are_pure(root: Path) -> Iterator[str]:
    """Transforms use pyspark, catalog and losses, and losses arrays: no I/O, clock, environment, session or action."""
    for path, tree in python_files(root, "spark/gridlake/transforms", "spark/gridlake/losses"):
        arrays_only = path.is_relative_to(root / "spark" / "gridlake" / "losses")
        others = ("numpy", "pyarrow") if arrays_only else ("pyspark.sql", "pyarrow", "gridlake.transforms")
        for name in imports(tree):
            own = within(name, "gridlake.catalog") or within(name, "gridlake.losses")
            if name.split(".")[-1] == "SparkSession" or not (
                own or any(within(name, other) for other in others) or name.split(".")[0] in PURE_MODULES
            ):
                yield f"{path}: imports {name}"
        for node in ast.walk(tree):
            if not isinstance(node, ast.Attribute):
                continue
            column_function = isinstance(node.value, ast.Name) and node.value.id == "F"
            if node.attr in CLOCKS or (node.attr in ACTIONS and not column_function and not arrays_only):
                yield f"{path}:{node.lineno}: uses .{node.attr}"
        for node in ast.walk(tree):
            if (
                isinstance(node, ast.Call)
                and isinstance(node.func, ast.Name)
                and node.func.id in ("open", "print", "input")
            ):
                yield f"{path}:{node.lineno}: calls {node.func.id}()"


def d4_only_the_launcher_imports_jobs(root: Path) -> Iterator[str]:
    """gridlake.jobs is imported by the launcher, and by the tests of the jobs."""
    for path, tree in python_files(root, *CODE):
        allowed = path == root / "spark" / "gridlake" / "launcher.py" or path.is_relative_to(root / "tests")
        for name in imports(tree):
            if within(name, "gridlake.jobs") and not allowed:
                yield f"{path}: imports {name}"


def d5_dags_stay_thin(root: Path) -> Iterator[str]:
    """DAGs import neither pyspark nor transforms nor another DAG, and touch no network when parsed."""
    files = list(python_files(root, "dags"))
    others = {path.stem for path, tree in files if any(_defines_dag(node) for node in ast.walk(tree))}
    for path, tree in files:
        for name in imports(tree):
            first = name.split(".")[0]
            if first in ("pyspark", "gridlake") or first in NETWORK_MODULES:
                yield f"{path}: imports {name}"
            if (first in others and first != path.stem) or (first == "dags" and name.split(".")[1] in others):
                yield f"{path}: imports the DAG {name}"
        for node in _run_at_parse(tree):
            if (
                isinstance(node, ast.Call)
                and isinstance(node.func, ast.Attribute)
                and node.func.attr in ("get", "get_connection")
            ):
                owner = ast.unparse(node.func.value)
                if owner in ("Variable", "Connection", "BaseHook"):
                    yield f"{path}:{node.lineno}: {owner}.{node.func.attr} at parse"


def _defines_dag(node: ast.AST) -> bool:
    if isinstance(node, ast.Call):
        return ast.unparse(node.func).split(".")[-1] == "DAG"
    return isinstance(node, ast.FunctionDef) and any(
        ast.unparse(d.func if isinstance(d, ast.Call) else d).split(".")[-1] == "dag" for d in node.decorator_list
    )


def _run_at_parse(tree: ast.AST) -> Iterator[ast.AST]:
    """Everything but the bodies of plain functions: those of a DAG's own function do run."""
    for node in ast.iter_child_nodes(tree):
        if not isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef | ast.Lambda) or _defines_dag(node):
            yield node
            yield from _run_at_parse(node)


def d6_marts_never_read_raw(root: Path) -> Iterator[str]:
    """No mart names the namespace raw, neither as a dbt source nor as a table."""
    for path in sorted((root / "sql" / "models" / "marts").rglob("*.sql")):
        text = re.sub(r"--[^\n]*|/\*.*?\*/|\{#.*?#\}", " ", path.read_text(encoding="utf-8"), flags=re.DOTALL)
        if re.search(
            r"source\(\s*['\"]raw['\"]|(?<![\w.\"])(?:\"?lake\"?\s*\.\s*)?\"?raw\"?\s*\.\s*\"?\w", text, re.IGNORECASE
        ):
            yield f"{path}: reads raw"


def d7_roles_read_no_others_defaults(root: Path) -> Iterator[str]:
    """A role's defaults are its own; what is shared lives in the role settings."""
    roles = [path for path in sorted((root / "ansible" / "roles").glob("*")) if path.is_dir()]
    owners: dict[str, str] = {}
    for role in roles:
        if role.name == "settings":
            continue
        for defaults in sorted((role / "defaults").rglob("*.yml")):
            for name in yaml.safe_load(defaults.read_text(encoding="utf-8")) or {}:
                owners[name] = role.name
    for role in roles:
        for path in sorted(role.rglob("*")):
            if not path.is_file() or path.suffix not in (".yml", ".j2") or path.is_relative_to(role / "defaults"):
                continue
            words = set(
                re.findall(r"\b[a-z]\w+\b", re.sub(r"(?m)^\s*#.*$|\{#.*?#\}", "", path.read_text(encoding="utf-8")))
            )
            for name in sorted(words & owners.keys()):
                if owners[name] != role.name:
                    yield f"{path}: reads {name}, a default of role {owners[name]}"


def d8_nothing_imports_benchmarks_or_tests(root: Path) -> Iterator[str]:
    """Benchmarks and tests are leaves; the tests of the benchmarks import what they test."""
    for path, tree in python_files(root, *CODE):
        home = path.relative_to(root).parts[0]
        for name in imports(tree):
            owner = LEAVES.get(name.split(".")[0])
            if owner not in (None, home) and not (owner == "benchmarks" and home == "tests"):
                yield f"{path}: imports {name}"


def d9_first_level_folders_are_no_packages(root: Path) -> Iterator[str]:
    """An __init__.py in kafka/ or ansible/ would shadow the library of that name."""
    for path in sorted(root.glob("*/__init__.py")):
        yield f"{path}: shadows a library"


CASES: list[tuple[Rule, dict[str, str]]] = [
    (d1_hadoop_conf_uses_nothing, {"hadoop_conf/a.yml": "x: '{{ y }}'\n"}),
    (d1_hadoop_conf_uses_nothing, {"hadoop_conf/a.py": "import os\n"}),
    (
        d2_settings_and_catalog_import_no_pyspark,
        {
            "spark/gridlake/settings.py": "from gridlake import errors\n",
            "spark/gridlake/errors.py": "def f():\n    import pyspark.sql\n",
        },
    ),
    (
        d2_settings_and_catalog_import_no_pyspark,
        {
            "spark/gridlake/settings.py": "",
            "spark/gridlake/catalog/raw.py": "from pyspark.sql.types import StringType\n",
        },
    ),
    (d3_transforms_are_pure, {"spark/gridlake/transforms/a.py": "from gridlake.io import lake\n"}),
    (d3_transforms_are_pure, {"spark/gridlake/transforms/a.py": "import os\n"}),
    (d3_transforms_are_pure, {"spark/gridlake/transforms/a.py": "from pyspark.sql import SparkSession\n"}),
    (d3_transforms_are_pure, {"spark/gridlake/transforms/a.py": "def f(x):\n    return x.collect()\n"}),
    (
        d3_transforms_are_pure,
        {"spark/gridlake/transforms/a.py": "from pyspark.sql import functions as F\nF.current_timestamp()\n"},
    ),
    (d3_transforms_are_pure, {"spark/gridlake/transforms/a.py": "from datetime import datetime\ndatetime.now()\n"}),
    (d3_transforms_are_pure, {"spark/gridlake/transforms/a.py": "open('x')\n"}),
    (d3_transforms_are_pure, {"spark/gridlake/transforms/a.py": "import numpy as np\n"}),
    (d3_transforms_are_pure, {"spark/gridlake/losses/a.py": "from pyspark.sql import functions\n"}),
    (d3_transforms_are_pure, {"spark/gridlake/losses/a.py": "from headend import faults\n"}),
    (d4_only_the_launcher_imports_jobs, {"spark/gridlake/jobs/a.py": "from gridlake.jobs import b\n"}),
    (d4_only_the_launcher_imports_jobs, {"dags/a.py": "import gridlake.jobs.ingest\n"}),
    (d5_dags_stay_thin, {"dags/a.py": "from pyspark.sql import SparkSession\n"}),
    (d5_dags_stay_thin, {"dags/a.py": "from gridlake.transforms import rules\n"}),
    (d5_dags_stay_thin, {"dags/a.py": "import requests\n"}),
    (d5_dags_stay_thin, {"dags/a.py": "import b\n", "dags/b.py": "from airflow.sdk import DAG\nDAG('b')\n"}),
    (d5_dags_stay_thin, {"dags/a.py": "from airflow.sdk import Variable\nX = Variable.get('x')\n"}),
    (
        d5_dags_stay_thin,
        {"dags/a.py": "from airflow.sdk import Variable, dag\n@dag()\ndef a():\n    x = Variable.get('x')\n"},
    ),
    (d6_marts_never_read_raw, {"sql/models/marts/m/m.sql": "SELECT 1 FROM {{ source('raw', 'meter_reading') }}"}),
    (d6_marts_never_read_raw, {"sql/models/marts/m/m.sql": 'SELECT 1 FROM lake."raw".meter_reading'}),
    (
        d7_roles_read_no_others_defaults,
        {
            "ansible/roles/a/defaults/main.yml": "a_size: 1\n",
            "ansible/roles/b/templates/x.j2": "size={{ a_size }}\n",
        },
    ),
    (d8_nothing_imports_benchmarks_or_tests, {"control/a.py": "from benchmarks import driver\n"}),
    (d8_nothing_imports_benchmarks_or_tests, {"control/a.py": "from gridlake_bench import plan\n"}),
    (d8_nothing_imports_benchmarks_or_tests, {"benchmarks/gridlake_bench/a.py": "import tests.unit\n"}),
    (d8_nothing_imports_benchmarks_or_tests, {"spark/gridlake/a.py": "import tests.unit\n"}),
    (d9_first_level_folders_are_no_packages, {"kafka/__init__.py": ""}),
]

SUBJECTS: dict[Rule, str] = {
    d1_hadoop_conf_uses_nothing: "hadoop_conf/*.yml",
    d2_settings_and_catalog_import_no_pyspark: "spark/gridlake/catalog/*.py",
    d3_transforms_are_pure: "spark/gridlake/transforms/*.py",
    d4_only_the_launcher_imports_jobs: "spark/gridlake/jobs/*.py",
    d5_dags_stay_thin: "dags/*.py",
    d6_marts_never_read_raw: "sql/models/marts/**/*.sql",
    d7_roles_read_no_others_defaults: "ansible/roles/*/defaults/main.yml",
    d8_nothing_imports_benchmarks_or_tests: "spark/gridlake/**/*.py",
    d9_first_level_folders_are_no_packages: "kafka",
}


@pytest.mark.parametrize("rule", SUBJECTS, ids=lambda rule: rule.__name__)
def test_the_checkout_keeps_the_rule(rule: Rule) -> None:
    assert list(ROOT.glob(SUBJECTS[rule])), f"nothing matches {SUBJECTS[rule]}: the rule would be green over nothing"
    assert list(rule(ROOT)) == []


@pytest.mark.parametrize(("rule", "files"), CASES, ids=lambda value: getattr(value, "__name__", None))
def test_a_violation_turns_the_rule_red(rule: Rule, files: dict[str, str], tmp_path: Path) -> None:
    for name, content in files.items():
        path = tmp_path / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(content, encoding="utf-8")
    found = list(rule(tmp_path))
    assert len(found) == 1, found


def test_column_functions_that_share_a_name_with_an_action_are_no_violation(tmp_path: Path) -> None:
    path = tmp_path / "spark/gridlake/transforms/a.py"
    path.parent.mkdir(parents=True)
    path.write_text("from pyspark.sql import functions as F\nF.count('*'), F.first('x')\n", encoding="utf-8")
    assert list(d3_transforms_are_pure(tmp_path)) == []


def test_every_rule_has_a_violation() -> None:
    assert {rule for rule, _ in CASES} == set(SUBJECTS)
