"""What the cluster is told: settings, single keys with their reasons, topics and versions."""

import re
from collections.abc import Iterator
from typing import Any

import yaml

from gridlake_control import paths, pins
from gridlake_control.site import markdown
from gridlake_control.site.errors import SiteError
from gridlake_control.site.pages import Page

CONF = paths.CHECKOUT / "hadoop_conf"
_SETTING = re.compile(r"^([a-z][a-z0-9_]*): *([^#]*?) *(?:# *(.*))?$")


def settings_page() -> Page:
    """Flat settings, in the groups and with the comments of their file."""
    parts = []
    for title, rows in _groups((CONF / "platform.yml").read_text(encoding="utf-8").splitlines()):
        parts.append(markdown.section(2, title, markdown.table(["setting", "value", "note"], rows)))
    return Page(
        "reference/settings.md",
        markdown.section(
            1,
            "Settings",
            "The lowest layer, `hadoop_conf/platform.yml`: an inventory's `group_vars` or `-e` override any of them. "
            "Sizes are in MiB (`_mb`), times in seconds (`_seconds`). [Keys](keys.md) of single services stand apart.",
            *parts,
        ),
    )


def keys_page() -> Page:
    """Keys of each service that differ from its default, with the reason."""
    parts = []
    for file in sorted((CONF / "sites").glob("*.yml")):
        document = yaml.safe_load(file.read_text(encoding="utf-8"))
        for name, keys in document.items():
            rows = [
                (
                    markdown.code(key),
                    markdown.code(_shown(one["value"])),
                    markdown.text(one["why"]),
                    ", ".join(one["read_by"]),
                )
                for key, one in keys.items()
            ]
            override = f"One key for one inventory: `{name}_overrides` in its `group_vars`."
            parts.append(markdown.section(2, name, override, markdown.table(["key", "value", "why", "read by"], rows)))
    return Page(
        "reference/keys.md",
        markdown.section(
            1,
            "Keys with reasons",
            "Only what differs from the service's own default or must be stated; a changed key restarts exactly the "
            "daemons that read it. `@{…}` names a [setting](settings.md) or the hosts of an inventory group.",
            *parts,
        ),
    )


def topics_page() -> Page:
    """Topics of Kafka with their configuration."""
    document = yaml.safe_load((paths.CHECKOUT / "kafka" / "topics.yml").read_text(encoding="utf-8"))
    parts = []
    for topic in document["topics"]:
        facts = {key: value for key, value in topic.items() if key not in ("name", "configs")}
        rows = [(markdown.code(key), markdown.code(value)) for key, value in (facts | topic["configs"]).items()]
        parts.append(markdown.section(2, topic["name"], markdown.table(["key", "value"], rows)))
    return Page("reference/topics.md", markdown.section(1, "Topics", "From `kafka/topics.yml`.", *parts))


def pins_page() -> Page:
    """Versions of everything that hosts get."""
    rows = [(name, pin.version, pin.licence) for name, pin in pins.load().items()]
    rows += [(name, pin["version"], pin["licence"]) for name, pin in pins.part("python")["environments"].items()]
    table = markdown.table(
        ["distribution", "version", "licence"],
        [(name, markdown.code(version), markdown.text(licence)) for name, version, licence in rows],
    )
    return Page(
        "reference/versions.md",
        markdown.section(
            1,
            "Versions",
            "From `hadoop_conf/pins.yml`; the SHA-512 of every file behind a version is in `control/locks/`, and "
            "`make sbom` lists all of them with their licences. The hosts' Python environments stand below.",
            table,
        ),
    )


def _groups(lines: list[str]) -> Iterator[tuple[str, list[tuple[str, str, str]]]]:
    """Settings between blank lines. A group's first comment is its title, unless it is a sentence and so a note."""
    title, notes, rows = "", list[str](), list[tuple[str, str, str]]()
    for number, line in enumerate([*lines, ""], 1):
        if match := _SETTING.match(line):
            title = title or match[1].split("_")[0]
            rows.append(
                (markdown.code(match[1]), markdown.code(match[2]), markdown.text(" ".join([*notes, match[3] or ""])))
            )
            notes = []
        elif line.startswith("#") and not rows and not line.endswith((".", ",")):
            title = line.removeprefix("#").strip()
        elif line.startswith("#"):
            notes.append(line.removeprefix("#").strip())
        elif line.strip() not in ("", "---"):
            raise SiteError(f"hadoop_conf/platform.yml, line {number}: {line!r} is no setting")
        else:
            if rows:
                yield title, rows
            title, notes, rows = "", [], []


def _shown(value: Any) -> str:
    return str(value).lower() if isinstance(value, bool) else str(value)
