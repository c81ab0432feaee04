"""Variables of the roles, from each role's argument spec and defaults."""

from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

import yaml

from gridlake_control import paths
from gridlake_control.site import markdown
from gridlake_control.site.errors import SiteError
from gridlake_control.site.pages import Page

ROLES = paths.CHECKOUT / "ansible" / "roles"


def names() -> list[str]:
    """Every role."""
    return sorted(path.name for path in ROLES.iterdir() if path.is_dir())


def variables(role: str) -> str:
    """What an inventory may tell a role, as a section below the role's own page."""
    spec, defaults = _read(role, "meta/argument_specs.yml"), _read(role, "defaults/main.yml") or {}
    if spec is None:
        return markdown.section(2, "Variables", "None of its own.")
    main = spec["argument_specs"]["main"]
    rows = [
        (markdown.code(name), markdown.code(kind), _default(name, defaults), meaning)
        for name, kind, meaning in _options(main["options"])
    ]
    table = markdown.table(["variable", "type", "default", "meaning"], rows) if rows else "None of its own."
    return markdown.section(2, "Variables", f"{markdown.text(main['short_description'])}.", table)


def index() -> Page:
    """Every role with what it is for."""
    rows = []
    for role in names():
        spec = _read(role, "meta/argument_specs.yml")
        short = spec["argument_specs"]["main"]["short_description"] if spec else _first_sentence(role)
        rows.append((f"[{role}]({role}.md)", markdown.text(short)))
    pages = "\n".join(names())
    return Page(
        "reference/roles/index.md",
        markdown.section(
            1,
            "Roles",
            "Settings that several roles read are [settings](../settings.md); what stands here belongs to one role.",
            markdown.table(["role", "is"], rows),
            f"```{{toctree}}\n:hidden:\n\n{pages}\n```",
        ),
    )


def _options(options: Mapping[str, Mapping[str, Any]], prefix: str = "") -> Iterator[tuple[str, str, str]]:
    for name, option in options.items():
        kind = f"list of {option['elements']}" if "elements" in option else option.get("type", "str")
        meaning = markdown.text(option["description"]) + (" (required)" if option.get("required") else "")
        yield f"{prefix}{name}", kind, meaning
        if "options" in option:
            yield from _options(option["options"], f"{prefix}{name}[].")


def _default(name: str, defaults: Mapping[str, Any]) -> str:
    if name not in defaults:
        return ""
    value = defaults[name]
    return markdown.code(value if isinstance(value, str) else yaml.safe_dump(value, default_flow_style=True, width=999))


def _first_sentence(role: str) -> str:
    body = (ROLES / role / "README.md").read_text(encoding="utf-8").split("\n", 1)[1]
    return body.strip().split(". ")[0].replace("\n", " ")


def _read(role: str, file: str) -> Any:
    path: Path = ROLES / role / file
    try:
        return yaml.safe_load(path.read_text(encoding="utf-8")) if path.is_file() else None
    except yaml.YAMLError as error:
        raise SiteError(f"{path.relative_to(paths.CHECKOUT)} is not YAML: {error}") from error
