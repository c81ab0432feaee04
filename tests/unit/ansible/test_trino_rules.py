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
USERS = ("gridlake", "admin", "airflow", "analyst")
WRITING = {"INSERT", "DELETE", "UPDATE", "OWNERSHIP"}


@pytest.fixture(scope="module")
def rules() -> dict[str, list[dict[str, Any]]]:
    environment = jinja2.Environment(undefined=jinja2.StrictUndefined, autoescape=True)
    return dict(json.loads(environment.from_string(TEMPLATE.read_text(encoding="utf-8")).render(SETTINGS)))


def first(rules: list[dict[str, Any]], **subject: str) -> dict[str, Any]:
    """The first rule whose every pattern matches the whole name."""
    return next(
        rule for rule in rules if all(re.fullmatch(rule.get(name, ".*"), value) for name, value in subject.items())
    )


@pytest.mark.parametrize("table", settlement_tables.TABLES, ids=lambda table: str(table.qualified_name))
@pytest.mark.parametrize("user", USERS)
def test_what_was_submitted_is_read_by_everyone_and_written_by_nobody(
    rules: dict[str, list[dict[str, Any]]], user: str, table: Any
) -> None:
    rule = first(rules["tables"], user=user, catalog="lake", schema=table.namespace, table=table.name)
    assert "SELECT" in rule["privileges"]
    assert set(rule["privileges"]) & WRITING == set()
    # Trino refuses table procedures (ALTER TABLE ... EXECUTE) where there is a row filter, and only there.
    assert rule["filter"] == "true"


@pytest.mark.parametrize("user", USERS)
def test_nobody_takes_it_away_by_its_schema_or_by_a_procedure(
    rules: dict[str, list[dict[str, Any]]], user: str
) -> None:
    for schema in ("curated", "ops"):
        assert first(rules["schemas"], user=user, catalog="lake", schema=schema)["owner"] is False
    for procedure in ("rollback_to_snapshot", "unregister_table"):
        rule = first(rules["procedures"], user=user, catalog="lake", schema="system", procedure=procedure)
        assert rule["privileges"] == []


def test_other_tables_are_still_written_by_whoever_owns_them(rules: dict[str, list[dict[str, Any]]]) -> None:
    for user, schema, table in (
        ("gridlake", "curated", "reading_current"),
        ("airflow", "marts", "substation_balance"),
        ("airflow", "ops", "ledger_check"),
    ):
        rule = first(rules["tables"], user=user, catalog="lake", schema=schema, table=table)
        assert set(rule["privileges"]) >= WRITING
