"""Which files of the repository are pages, where each stands on the site, and in which order they are offered."""

import subprocess
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import PurePosixPath

from gridlake_control import paths

# Pages with a place of their own; every other Markdown file gets its place from its folder.
_OWN = {
    "README.md": "index.md",
    "CONTRIBUTING.md": "develop/contributing.md",
    "docs/README.md": "develop/docs.md",
    "docs/quick-start.md": "start/quick-start.md",
    "docs/production.md": "start/production.md",
    "docs/on-prem-sizing.md": "start/sizing.md",
    "docs/analyse.md": "analyse/queries.md",
    "docs/develop.md": "develop/index.md",
    "docs/scenario.md": "exercise/scenario.md",
    "docs/qa.md": "exercise/qa.md",
    "docs/facts.yml": "exercise/facts.md",
}


@dataclass(frozen=True)
class Page:
    """One page of the site: its Markdown, and the file that it was made of, if there is one."""

    place: str
    markdown: str
    source: str = ""


def place(source: str) -> str:
    """Where a file of the repository stands on the site."""
    if source in _OWN:
        return _OWN[source]
    path = PurePosixPath(source)
    match path.parts:
        case ("docs", "runbooks", name):
            return f"operate/{name}"
        case ("docs", "decisions", name):
            return f"decisions/{name}"
        case ("ansible", "roles", role, "README.md"):
            return f"reference/roles/{role}.md"
    words = path.parts[:-1] if path.name == "README.md" else path.with_suffix("").parts
    return f"develop/{'-'.join(words).lower()}.md"


def sources() -> list[str]:
    """Every Markdown file that git tracks or would track, and the facts."""
    listed = subprocess.run(
        ["git", "ls-files", "--cached", "--others", "--exclude-standard", "*.md", "docs/facts.yml"],
        check=True,
        capture_output=True,
        text=True,
        cwd=paths.CHECKOUT,
    )
    return sorted({line for line in listed.stdout.splitlines() if (paths.CHECKOUT / line).is_file()})


def menu(places: list[str]) -> Iterator[tuple[str, list[str]]]:
    """The site's sections, each with its pages: first those with a fixed order, then the others by name."""
    for caption, folder, first in (
        ("Start", "start", ["quick-start", "production", "sizing"]),
        ("Operate", "operate", ["index"]),
        ("Analyse", "analyse", ["queries"]),
        ("Develop", "develop", ["index", "contributing"]),
        ("Quellbruck Netz", "exercise", ["scenario", "qa", "facts"]),
        ("Decisions", "decisions", []),
        ("Reference", "reference", ["commands", "playbooks", "roles/index"]),
    ):
        inside = [one.removesuffix(".md") for one in places if PurePosixPath(one).parts[0] == folder]
        fixed = [f"{folder}/{name}" for name in first]
        rest = [one for one in sorted(inside) if one not in fixed and one.count("/") == 1]
        yield caption, fixed + rest
