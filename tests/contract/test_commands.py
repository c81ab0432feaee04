"""What the documents tell people to type exists."""

import re
import subprocess
from pathlib import Path

import pytest

CHECKOUT = Path(__file__).parents[2]
MAKEFILE = (CHECKOUT / "Makefile").read_text(encoding="utf-8")
TARGETS = set(re.findall(r"^([a-z][a-z-]*):", MAKEFILE, re.MULTILINE))
DOCUMENTED = re.compile(r"(?:^|[`\s])(?:sudo )?make ([a-z][a-z-]*)")


def documents() -> list[Path]:
    """Every Markdown file that git tracks or would track."""
    listed = subprocess.run(
        ["git", "ls-files", "--cached", "--others", "--exclude-standard", "*.md"],
        check=True,
        capture_output=True,
        text=True,
        cwd=CHECKOUT,
    )
    return [CHECKOUT / line for line in listed.stdout.splitlines() if (CHECKOUT / line).is_file()]


def commands(document: Path) -> set[str]:
    """Make targets that a document's code names."""
    text = document.read_text(encoding="utf-8")
    code = "\n".join(re.findall(r"```.*?```|`[^`\n]+`", text, re.DOTALL))
    return set(DOCUMENTED.findall(code))


def test_there_are_documents_with_commands() -> None:
    assert {"demo", "test"} <= set().union(*(commands(document) for document in documents()))


@pytest.mark.parametrize("document", documents(), ids=lambda path: str(path.relative_to(CHECKOUT)))
def test_every_make_target_in_a_document_exists(document: Path) -> None:
    assert commands(document) - TARGETS == set()


def test_every_target_is_explained_by_make_help() -> None:
    explained = subprocess.run(["make", "help"], check=True, capture_output=True, text=True, cwd=CHECKOUT).stdout
    unexplained = {target for target in TARGETS if not re.search(rf"^  {target} ", explained, re.MULTILINE)}
    assert unexplained == {"ready", "root"}


@pytest.mark.parametrize(
    ("target", "variable"),
    [
        ("demo", "SEED"),
        ("demo", "SUBSTATIONS"),
        ("demo", "DAYS"),
        ("drills", "ONLY"),
        ("drills", "SEED"),
        ("settings", "INVENTORY"),
        ("cluster", "INVENTORY"),
        ("lab-remove", "HOST"),
        ("lab-destroy", "CONFIRM"),
    ],
)
def test_a_variable_reaches_the_program_as_it_was_written(target: str, variable: str, tmp_path: Path) -> None:
    value = f"1; touch {tmp_path}/ran; echo 'it'"
    # Programs that only say what they are called with, after prerequisites that are taken for done.
    (tmp_path / "bin").mkdir()
    for name in ("python", "ansible-playbook"):
        program = tmp_path / "bin" / name
        program.write_text('#!/bin/sh\nprintf "%s\\n" "$@"\n', encoding="utf-8")
        program.chmod(0o755)
    command = ["make", "--silent", "--old-file=root", "--old-file=packages", "--old-file=venv", target]
    command += [f"VENV={tmp_path}", f"{variable}={value}"]
    done = subprocess.run(command, check=True, capture_output=True, text=True, cwd=CHECKOUT)
    assert not (tmp_path / "ran").exists()
    arguments = done.stdout.splitlines()
    assert any(value in line for line in arguments), done.stdout


def test_links_between_documents_lead_somewhere() -> None:
    broken = []
    for document in documents():
        for target in re.findall(r"\]\(([^)#:]+)\)", document.read_text(encoding="utf-8")):
            if not (document.parent / target).exists():
                broken.append(f"{document.relative_to(CHECKOUT)}: {target}")
    assert broken == []
