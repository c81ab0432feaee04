"""Modules say what they do where ansible-doc reads it."""

import ast
from pathlib import Path
from typing import Any

import pytest
import yaml

MODULES = sorted((Path(__file__).parents[2] / "ansible" / "plugins" / "modules").glob("*.py"))


def documentation(module: Path) -> dict[str, Any]:
    """The module's DOCUMENTATION, read without importing it."""
    for node in ast.parse(module.read_text(encoding="utf-8")).body:
        if isinstance(node, ast.Assign) and getattr(node.targets[0], "id", "") == "DOCUMENTATION":
            return dict(yaml.safe_load(ast.literal_eval(node.value)))
    return {}


def test_there_are_modules() -> None:
    assert {"daemon", "config_files", "distribution"} <= {module.stem for module in MODULES}


@pytest.mark.parametrize("module", MODULES, ids=lambda path: path.stem)
def test_documentation_of_a_module_can_be_read(module: Path) -> None:
    found = documentation(module)
    assert found.get("module") == module.stem
    assert found["short_description"]
    assert found["options"]
