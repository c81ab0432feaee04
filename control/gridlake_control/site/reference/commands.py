"""Targets of the Makefile, and the modules that playbooks are made of."""

import ast
import subprocess
from pathlib import Path
from typing import Any

import yaml

from gridlake_control import paths
from gridlake_control.site import markdown
from gridlake_control.site.errors import SiteError
from gridlake_control.site.pages import Page

ANSIBLE = paths.CHECKOUT / "ansible"


def commands_page() -> Page:
    """Every target, as `make help` prints it."""
    done = subprocess.run(
        ["make", "--no-print-directory", "help"], check=False, capture_output=True, text=True, cwd=paths.CHECKOUT
    )
    if done.returncode:
        raise SiteError(f"`make help` fails:\n{done.stderr.strip()}")
    parts = []
    for block in done.stdout.strip().split("\n\n"):
        title, *lines = block.splitlines()
        rows = [line.split(maxsplit=1) for line in lines]
        table = markdown.table(
            ["target", "does"], [(markdown.code(f"make {name}"), markdown.text(does)) for name, does in rows]
        )
        parts.append(markdown.section(2, title, table))
    return Page(
        "reference/commands.md",
        markdown.section(1, "Commands", "Variables that a target takes stand behind it in brackets.", *parts),
    )


def modules_page() -> Page:
    """Every module of the project's own, with its options."""
    parts = []
    for file in sorted((ANSIBLE / "plugins" / "modules").glob("*.py")):
        documentation = _documentation(file)
        rows = [
            (markdown.code(name), option.get("type", "str"), "yes" if option.get("required") else "", _words(option))
            for name, option in documentation["options"].items()
        ]
        parts.append(
            markdown.section(
                2,
                documentation["module"],
                f"{markdown.text(documentation['short_description'])}.",
                markdown.table(["option", "type", "required", "meaning"], rows),
            )
        )
    return Page("reference/modules.md", markdown.section(1, "Modules", *parts))


def _documentation(file: Path) -> dict[str, Any]:
    for node in ast.parse(file.read_text(encoding="utf-8")).body:
        if isinstance(node, ast.Assign) and ast.unparse(node.targets[0]) == "DOCUMENTATION":
            return dict(yaml.safe_load(ast.literal_eval(node.value)))
    raise SiteError(f"{file.name} has no DOCUMENTATION")


def _words(option: dict[str, Any]) -> str:
    described = option["description"]
    return markdown.text(" ".join(described) if isinstance(described, list) else described)
