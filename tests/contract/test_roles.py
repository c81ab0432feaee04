"""One shape for all roles, and nothing of one role inside another."""

import re
from pathlib import Path

import inventory_problems
import pytest
import yaml

ROLES = Path(__file__).parents[2] / "ansible" / "roles"
NAMES = sorted(path.name for path in ROLES.iterdir() if path.is_dir())
STEPS = {"preflight", "install", "configure", "service", "format", "collect"}
VERIFIED_BY_PLAYBOOK = {"verify", "main"}


def defaults(role: str) -> set[str]:
    """Names of a role's own default variables."""
    path = ROLES / role / "defaults" / "main.yml"
    return set(yaml.safe_load(path.read_text(encoding="utf-8")) or {}) if path.is_file() else set()


def test_there_are_roles() -> None:
    assert {"base", "hdfs", "yarn", "kafka", "trino", "airflow"} <= set(NAMES)


@pytest.mark.parametrize("role", NAMES)
def test_role_has_readme_and_argument_spec(role: str) -> None:
    assert (ROLES / role / "README.md").read_text(encoding="utf-8").startswith(f"# {role}")
    if (ROLES / role / "tasks" / "main.yml").exists():
        specs = yaml.safe_load((ROLES / role / "meta" / "argument_specs.yml").read_text(encoding="utf-8"))
        assert specs["argument_specs"]["main"]["short_description"]


@pytest.mark.parametrize("role", [name for name in NAMES if name not in {"lab", "preflight", "settings"}])
def test_main_is_a_table_of_contents(role: str) -> None:
    tasks = yaml.safe_load((ROLES / role / "tasks" / "main.yml").read_text(encoding="utf-8"))
    for task in tasks:
        step = task["ansible.builtin.import_tasks"].removesuffix(".yml")
        assert step in STEPS
        assert f"{role}_{step}" in task["tags"]


@pytest.mark.parametrize("role", NAMES)
def test_default_variables_carry_the_role_name(role: str) -> None:
    if role != "settings":
        assert {
            name for name in defaults(role) if not name.startswith(f"{role}_") and not name.endswith("_overrides")
        } == set()


def test_preflight_knows_every_variable_that_a_role_takes() -> None:
    taken = set().union(*(defaults(role) for role in NAMES if role != "settings"))
    known = {*inventory_problems.ROLE_VARIABLES, *inventory_problems.OVERRIDES, *inventory_problems.HOST_VARIABLES}
    assert {name for name in taken if not name.startswith("lab_")} - known == set()
    assert inventory_problems.ROLE_VARIABLES - taken == set()


@pytest.mark.parametrize("role", NAMES)
def test_role_does_not_read_defaults_of_another(role: str) -> None:
    """D7."""
    own = defaults(role)
    foreign = {name: other for other in NAMES if other not in {role, "settings"} for name in defaults(other) - own}
    for path in (path for path in (ROLES / role).rglob("*") if path.suffix in {".yml", ".j2"}):
        read = {name for name in foreign if re.search(rf"\b{re.escape(name)}\b", path.read_text(encoding="utf-8"))}
        assert read == set(), f"{path} reads defaults of {[foreign[name] for name in read]}"
