"""Verbs of the platform: its playbooks, the targets that start them, and the runbook of each."""

import re
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

import yaml

from gridlake_control import paths
from gridlake_control.site import markdown
from gridlake_control.site.errors import SiteError
from gridlake_control.site.pages import Page

ANSIBLE = paths.CHECKOUT / "ansible"


@dataclass(frozen=True)
class Playbook:
    """One verb of the platform."""

    path: str
    meaning: str
    targets: tuple[str, ...]
    plays: tuple[tuple[str, str], ...]


@dataclass(frozen=True)
class Runbook:
    """One page for an operator: what it is about, when it is opened, which verbs it explains."""

    file: str
    title: str
    when: str
    verbs: tuple[str, ...]

    @classmethod
    def read(cls, file: str, text: str) -> "Runbook":
        """Take the parts that every runbook begins with.

        Raises:
            SiteError: it tells neither when it is opened nor by which symptom.
        """
        when = re.search(r"^\*\*(?:When|Symptom)\.\*\* (.+?)(?=\n\n|\. |\.\n)", text, re.MULTILINE | re.DOTALL)
        verbs = re.search(r"^\*\*Verb\.\*\* (.+?)\n\n", text, re.MULTILINE | re.DOTALL)
        if not when:
            raise SiteError(
                f"docs/runbooks/{file} has no paragraph that begins with **When.** or **Symptom.**; add one"
            )
        title = text.split("\n", 1)[0].removeprefix("# ")
        return cls(file, title, when[1], tuple(re.findall(r"`([^`]+)`", verbs[1])) if verbs else ())

    @property
    def link(self) -> str:
        """Link within the section."""
        return f"[{self.title.split(':')[0]}]({self.file})"


def playbooks() -> list[Playbook]:
    """Every playbook that somebody starts; one that others import is a part of those."""
    files = [ANSIBLE / "site.yml", *sorted((ANSIBLE / "playbooks").glob("*.yml"))]
    read = {file: yaml.safe_load(file.read_text(encoding="utf-8")) for file in files}
    imported = {
        Path(play[key]).name for plays in read.values() for play in plays for key in play if "import_playbook" in key
    }
    makefile = (paths.CHECKOUT / "Makefile").read_text(encoding="utf-8")
    rules = dict(re.findall(r"^([a-z-]+):.*\n((?:\t.*\n)+)", makefile, re.MULTILINE))
    found = []
    for file, plays in read.items():
        path = str(file.relative_to(ANSIBLE.parent))
        targets = tuple(f"make {name}" for name, recipe in rules.items() if path in recipe)
        meaning = " ".join(re.findall(r"\A---\n((?:# .*\n)+)", file.read_text(encoding="utf-8"))).replace("# ", "")
        named = tuple((play["name"], play.get("hosts", "")) for play in plays if "name" in play)
        if file.name not in imported:
            found.append(Playbook(path, meaning or f"{plays[0]['name']}.", targets, named))
    return found


def playbooks_page() -> Page:
    """Every playbook with its plays and their hosts."""
    parts = []
    for one in playbooks():
        by = (
            f"Started by {markdown.codes(one.targets)}."
            if one.targets
            else "Started by hand or by a program of the controller."
        )
        rows = [(markdown.text(name), markdown.code(hosts)) for name, hosts in one.plays]
        parts.append(
            markdown.section(
                2, f"`{one.path}`", f"{markdown.text(one.meaning)} {by}", markdown.table(["play", "hosts"], rows)
            )
        )
    return Page("reference/playbooks.md", markdown.section(1, "Playbooks", *parts))


def operate_page(runbooks: Mapping[str, str]) -> Page:
    """Every verb with its command and runbook, then every runbook with its occasion; by file, as Markdown."""
    read = [Runbook.read(file, text) for file, text in sorted(runbooks.items())]
    rows = []
    for one in playbooks():
        start = markdown.codes(one.targets) or markdown.code(f"ansible-playbook {one.path}")
        rows.append((start, markdown.text(one.meaning), ", ".join(book.link for book in explaining(one, read))))
    occasions = [(book.link, markdown.text(book.when)) for book in read]
    return Page(
        "operate/index.md",
        markdown.section(
            1,
            "Operate",
            markdown.section(2, "By what you want to do", markdown.table(["start", "does", "runbook"], rows)),
            markdown.section(2, "By what you see", markdown.table(["runbook", "when"], occasions)),
        ),
    )


def explaining(playbook: Playbook, runbooks: list[Runbook]) -> list[Runbook]:
    """Runbooks that have a playbook, or a target that starts it, among their verbs."""
    return [book for book in runbooks if {*playbook.targets, playbook.path} & set(book.verbs)]
