"""The checkers judge everything: nothing is skipped globally, and what a line or a folder is excused from says why."""

import io
import re
import subprocess
import tokenize
import tomllib
from collections.abc import Iterator, Mapping
from itertools import pairwise
from pathlib import Path
from typing import Any

import pytest
import yaml

CHECKOUT = Path(__file__).parents[2]
SILENCED = re.compile(
    r"(?:#|--) *(?:noqa|type: *ignore|(?:ruff|mypy|flake8): |(?:shellcheck|yamllint) disable|nosec)", re.I
)
EXPLAINED = re.compile(
    r"(?:#|--) noqa: \w[\w\[\]-]*(?:, \w+)* - \w"
    r"|# type: ignore\[[\w, -]+\]  # (?!noqa|type:)\w"
    r"|# (?:shellcheck|yamllint) disable[=-]\S+  # (?!noqa)\w"
)
FAMILY = re.compile(r"[A-Z]+|C4|T20")
# What a mypy override may say: that a package brings no types. How strictly we are judged is said once, for all.
ABOUT_PACKAGES = {"module", "ignore_missing_imports", "follow_untyped_imports"}
# Lists that say where to look, turn checks on, or let calls of packages pass that are typed in part.
MYPY_LISTS = {"enable_error_code", "mypy_path", "overrides", "untyped_calls_exclude"}


def ruff_skips(settings: Mapping[str, Any]) -> Iterator[str]:
    """What keeps ruff from judging every file by whole families."""
    lint = settings["lint"]
    yield from sorted({"exclude"} & set(settings))
    yield from (f"extend-exclude {folder}" for folder in settings.get("extend-exclude", []) if folder != "build")
    yield from sorted({"ignore", "extend-ignore", "exclude", "extend-per-file-ignores"} & set(lint))
    yield from (f"select {rule}: a part of a family" for rule in lint["select"] if not FAMILY.fullmatch(rule))
    yield from (f"per-file-ignores {place}: all files" for place in lint.get("per-file-ignores", {}) if place[0] == "*")
    if lint.get("pycodestyle", {}).get("max-line-length", settings["line-length"]) != settings["line-length"]:
        yield "max-line-length: another one than the formatter's"


def mypy_skips(settings: Mapping[str, Any]) -> Iterator[str]:
    """What makes mypy less than strict for our own code."""
    if settings.get("strict") is not True:
        yield "strict"
    loosening = {"disable_error_code", "exclude", "follow_imports", "ignore_errors", "ignore_missing_imports"}
    yield from sorted(loosening & set(settings))
    yield from (name for name, value in settings.items() if value is False)
    yield from (
        name for name, value in settings.items() if isinstance(value, list) and name not in MYPY_LISTS | loosening
    )
    for override in settings.get("overrides", []):
        yield from sorted(set(override) - ABOUT_PACKAGES)


def ansible_lint_skips(settings: Mapping[str, Any]) -> Iterator[str]:
    """Everything but the strictest profile."""
    if settings.get("profile") != "production":
        yield "profile"
    yield from sorted(set(settings) - {"profile"})


def yamllint_skips(settings: Mapping[str, Any]) -> Iterator[str]:
    """Rules that are off or only warn, and files that no rule sees."""
    yield from sorted(set(settings) - {"extends", "rules", "ignore-from-file"})
    for name, rule in settings["rules"].items():
        if rule in (False, "disable") or {"ignore", "level"} & set(rule):
            yield name


def sqlfluff_skips(settings: Mapping[str, Any]) -> Iterator[str]:
    """Rules that are left out for all models."""
    yield from sorted({"exclude_rules", "ignore", "rules", "warnings"} & set(settings["core"]))


def unexplained(name: str, text: str) -> Iterator[str]:
    """Comments that silence a checker without a reason behind them; in Python only real comments, not strings."""
    if name.endswith(".py"):
        tokens = tokenize.generate_tokens(io.StringIO(text).readline)
        lines = [(token.start[0], token.string) for token in tokens if token.type == tokenize.COMMENT]
    else:
        lines = list(enumerate(text.splitlines(), 1))
    for number, line in lines:
        if any(not EXPLAINED.match(line, found.start()) for found in SILENCED.finditer(line)):
            yield f"{name}:{number}: {line.strip()}"


def project() -> dict[str, Any]:
    return dict(tomllib.loads((CHECKOUT / "pyproject.toml").read_text(encoding="utf-8"))["tool"])


def document(name: str) -> dict[str, Any]:
    return dict(yaml.safe_load((CHECKOUT / name).read_text(encoding="utf-8")))


def tracked() -> list[str]:
    """Every file that git tracks or would track."""
    command = ["git", "ls-files", "--cached", "--others", "--exclude-standard"]
    listed = subprocess.run(command, check=True, capture_output=True, text=True, cwd=CHECKOUT).stdout.splitlines()
    return [name for name in listed if (CHECKOUT / name).is_file()]


def test_no_checker_skips_anything_globally() -> None:
    assert {
        "ruff": list(ruff_skips(project()["ruff"])),
        "mypy": list(mypy_skips(project()["mypy"])),
        "sqlfluff": list(sqlfluff_skips(project()["sqlfluff"])),
        "ansible-lint": list(ansible_lint_skips(document("ansible/.ansible-lint"))),
        "yamllint": list(yamllint_skips(document(".yamllint"))),
    } == {"ruff": [], "mypy": [], "sqlfluff": [], "ansible-lint": [], "yamllint": []}


def test_every_excuse_of_a_folder_has_its_reason_above() -> None:
    lines = (CHECKOUT / "pyproject.toml").read_text(encoding="utf-8").splitlines()
    start = lines.index("[tool.ruff.lint.per-file-ignores]")
    bare = [
        line for above, line in pairwise(lines[start : lines.index("", start)]) if line[0] == '"' and above[0] != "#"
    ]
    assert bare == []


def test_every_silenced_line_has_its_reason_behind() -> None:
    texts = {name: (CHECKOUT / name).read_text(encoding="utf-8") for name in tracked() if not name.endswith(".md")}
    assert sum(bool(SILENCED.search(text)) for text in texts.values()) > 10, "no silenced line found: wrong files read"
    assert [line for name, text in texts.items() for line in unexplained(name, text)] == []


def test_mypy_is_given_every_python_file() -> None:
    calls = re.findall(
        r"^\t.*?mypy (?:--exclude '(\S+)' )?([^#\n]+)", (CHECKOUT / "Makefile").read_text(), re.MULTILINE
    )
    files = {name for name in tracked() if name.endswith(".py")}
    judged = {
        name
        for excluded, folders in calls
        for name in files
        if name in folders.split()
        or (
            name.startswith(tuple(f"{folder}/" for folder in folders.split()))
            and not (excluded and re.search(excluded, name))
        )
    }
    assert len(files) > 200
    assert files - judged == set()


RUFF: dict[str, Any] = {
    "line-length": 120,
    "extend-exclude": ["build"],
    "lint": {"select": ["E", "S"], "per-file-ignores": {}},
}


@pytest.mark.parametrize(
    ("change", "found"),
    [
        ({"exclude": ["dags"]}, "exclude"),
        ({"extend-exclude": ["build", "dags"]}, "extend-exclude dags"),
        ({"lint": RUFF["lint"] | {"ignore": ["E501"]}}, "ignore"),
        ({"lint": {"select": ["E", "S1"]}}, "select S1: a part of a family"),
        ({"lint": {"select": ["E"], "per-file-ignores": {"**": ["S"]}}}, "per-file-ignores **: all files"),
        (
            {"lint": {"select": ["E"], "pycodestyle": {"max-line-length": 140}}},
            "max-line-length: another one than the formatter's",
        ),
    ],
)
def test_a_global_skip_of_ruff_is_found(change: dict[str, Any], found: str) -> None:
    assert list(ruff_skips(RUFF)) == []
    assert list(ruff_skips(RUFF | change)) == [found]


@pytest.mark.parametrize(
    ("change", "found"),
    [
        ({"strict": False}, ["strict", "strict"]),
        ({"disallow_untyped_defs": False}, ["disallow_untyped_defs"]),
        ({"disable_error_code": ["misc"]}, ["disable_error_code"]),
        ({"always_true": ["TYPE_CHECKING"]}, ["always_true"]),
        ({"overrides": [{"module": "ansible.*", "follow_imports": "skip"}]}, ["follow_imports"]),
        ({"overrides": [{"module": "headend.*", "ignore_errors": True}]}, ["ignore_errors"]),
        ({"overrides": [{"module": "pyarrow.*", "ignore_missing_imports": True}]}, []),
    ],
)
def test_a_global_skip_of_mypy_is_found(change: dict[str, Any], found: list[str]) -> None:
    assert list(mypy_skips({"strict": True} | change)) == found


def test_a_global_skip_of_ansible_lint_yamllint_or_sqlfluff_is_found() -> None:
    assert list(ansible_lint_skips({"profile": "basic", "skip_list": ["yaml"]})) == ["profile", "skip_list"]
    rules = {"truthy": "disable", "braces": False, "comments": {"level": "warning"}, "line-length": {"max": 160}}
    assert list(yamllint_skips({"extends": "default", "ignore": "x", "rules": rules})) == [
        "ignore",
        "truthy",
        "braces",
        "comments",
    ]
    assert list(sqlfluff_skips({"core": {"dialect": "trino", "exclude_rules": "LT05"}})) == ["exclude_rules"]


@pytest.mark.parametrize(
    ("name", "line", "accepted"),
    [
        ("a.py", "x = 1  # noqa", False),
        ("a.py", "x = 1  # noqa: S101", False),
        ("a.py", "x = 1  # noqa: S101, S608 - both of them meant", True),
        ("a.py", "x = 1  # type: ignore", False),
        ("a.py", "x = 1  # type: ignore[misc]", False),
        ("a.py", "x = 1  # type: ignore[misc]  # noqa: S101 - meant", False),
        ("a.py", "x = 1  # type: ignore[misc]  # no types there", True),
        ("a.py", "# ruff: noqa", False),
        ("a.py", "# mypy: ignore-errors", False),
        ("a.py", "x = '# noqa'", True),
        ("a.yml", "a: b  # noqa: var-naming[no-role-prefix]", False),
        ("a.yml", "a: b  # noqa: var-naming[no-role-prefix] - of all roles", True),
        ("a.yml", "a: b  # yamllint disable-line rule:braces", False),
        ("a.sql", "SELECT 1 -- noqa: LT01", False),
        ("a", "# shellcheck disable=SC2016", False),
        ("a", "# shellcheck disable=SC2016  # expanded by the inner shell", True),
    ],
)
def test_a_silenced_line_needs_a_reason(name: str, line: str, accepted: bool) -> None:
    assert len(list(unexplained(name, line))) == (0 if accepted else 1)
