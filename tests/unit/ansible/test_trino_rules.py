"""Who may do what with a table in Trino, by the rules that its servers get: the first that matches counts."""

import json
import re
from pathlib import Path
from typing import Any

import jinja2
import pytest
import yaml

from gridlake.catalog import settlement_tables

TEMPLATE = Path(__file__).parents[3] / "ansible" / "roles" / "trino" / "templates" / "rules.json.j2"
SETTINGS = yaml.safe_load((TEMPLATE.parents[4] / "hadoop_conf" / "platform.yml").read_text(encoding="utf-8"))
WRITING = {"INSERT", "DELETE", "UPDATE", "OWNERSHIP"}


@pytest.fixture(scope="module")
def rules() -> list[dict[str, Any]]:
    environment = jinja2.Environment(undefined=jinja2.StrictUndefined, autoescape=True)
    rendered = environment.from_string(TEMPLATE.read_text(encoding="utf-8")).render(SETTINGS)
    return list(json.loads(rendered)["tables"])


def privileges(rules: list[dict[str, Any]], **subject: str) -> set[str]:
    """What the first rule grants whose every pattern matches the whole name."""
    matching = (
        rule for rule in rules if all(re.fullmatch(rule.get(name, ".*"), value) for name, value in subject.items())
    )
    return set(next(matching)["privileges"])


@pytest.mark.parametrize("table", settlement_tables.TABLES, ids=lambda table: str(table.qualified_name))
@pytest.mark.parametrize("user", ["gridlake", "admin", "airflow", "analyst"])
def test_what_was_submitted_is_read_by_everyone_and_written_by_nobody(
    rules: list[dict[str, Any]], user: str, table: Any
) -> None:
    granted = privileges(rules, user=user, catalog="lake", schema=table.namespace, table=table.name)
    assert "SELECT" in granted
    assert granted & WRITING == set()


def test_other_tables_are_still_written_by_whoever_owns_them(rules: list[dict[str, Any]]) -> None:
    for user, schema, table in (
        ("gridlake", "curated", "reading_current"),
        ("airflow", "marts", "substation_balance"),
        ("airflow", "ops", "ledger_check"),
    ):
        assert privileges(rules, user=user, catalog="lake", schema=schema, table=table) >= WRITING
