"""What the documents tell people to type exists."""

import os
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
    assert unexplained == {"ready", "root", "lab-only"}


@pytest.mark.parametrize(
    ("target", "variable"),
    [
        ("demo", "SEED"),
        ("demo", "SUBSTATIONS"),
        ("demo", "DAYS"),
        ("drills", "ONLY"),
        ("drills", "SEED"),
        ("settings", "INVENTORY"),
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


@pytest.mark.parametrize("target", ["cluster", "verify", "lab-up"])
@pytest.mark.parametrize("written", ["nosuch", "", "'; touch ran; echo '"])
def test_an_unknown_inventory_is_refused_naming_those_that_are_there(target: str, written: str, tmp_path: Path) -> None:
    command = ["make", "--silent", "--old-file=root", "--old-file=ready", "--old-file=venv", target]
    command += [f"VENV={tmp_path}", f"INVENTORY={written}"]
    done = subprocess.run(command, check=False, capture_output=True, text=True, cwd=CHECKOUT)
    assert done.returncode == 2
    assert f"INVENTORY is '{written}': there is no ansible/inventories/{written}/hosts.yml" in done.stderr
    assert "Write one of: lab onprem." in done.stderr
    assert not (CHECKOUT / "ran").exists()


@pytest.mark.parametrize("target", ["demo", "lab-destroy"])
def test_a_variable_that_no_target_reads_is_refused(target: str, tmp_path: Path) -> None:
    command = ["make", "--no-print-directory", "--dry-run", target, f"VENV={tmp_path}", "SEEDS=2", "DAYS=3"]
    done = subprocess.run(command, check=False, capture_output=True, text=True, cwd=CHECKOUT)
    assert done.returncode == 2
    assert "no target reads SEEDS: `make help` lists" in done.stderr
    assert done.stdout == ""


def test_every_variable_behind_a_target_can_be_set(tmp_path: Path) -> None:
    bracketed = re.findall(r"##.*\[(.*)\]$", MAKEFILE, re.MULTILINE)
    names = {name for one in bracketed for name in re.findall(r"([A-Z_]+)=", one)}
    assert {"SEED", "CONFIRM", "ARGS"} <= names
    command = ["make", "--dry-run", "help", f"VENV={tmp_path}", *(f"{name}=lab" for name in sorted(names))]
    assert subprocess.run(command, check=False, capture_output=True, cwd=CHECKOUT).returncode == 0


@pytest.mark.parametrize(
    ("target", "inventory", "said"),
    [
        ("test", "onprem", "run on lab inventories only, not on 'onprem'. Nothing has been changed"),
        ("shell-trino", "nosuch", "INVENTORY is 'nosuch': there is no"),
        ("shell-psql", "onprem", "/onprem/ssh/config cannot be read: `make lab-up` writes it, as root"),
    ],
)
def test_a_target_of_the_lab_refuses_other_inventories_at_once(
    target: str, inventory: str, said: str, tmp_path: Path
) -> None:
    command = ["make", "--old-file=root", target, f"VENV={tmp_path}", f"INVENTORY={inventory}"]
    done = subprocess.run(command, check=False, capture_output=True, text=True, cwd=CHECKOUT, timeout=20)
    assert done.returncode == 2
    assert said in re.sub(r"\s+", " ", done.stderr)
    assert list(tmp_path.iterdir()) == []


@pytest.mark.parametrize("variable", ["GRIDLAKE_CACHE", "GRIDLAKE_STATE"])
@pytest.mark.parametrize("place", ["", "relative", "{}/a blank", "{}/a:colon", "{}/a,comma", "{}/it's"])
def test_a_place_that_make_or_overlayfs_would_misread_is_refused(variable: str, place: str, tmp_path: Path) -> None:
    given = {**os.environ, variable: place.format(tmp_path)}
    done = subprocess.run(["make", "venv"], check=False, capture_output=True, text=True, cwd=CHECKOUT, env=given)
    assert done.returncode == 2
    assert f"{variable} is '{place.format(tmp_path)}': write an absolute path" in done.stderr
    assert list(tmp_path.iterdir()) == []


def test_two_runs_at_once_make_the_environment_once(tmp_path: Path) -> None:
    # Clears as venv does, and installs nothing, slowly.
    (tmp_path / "python3").write_text(
        f"""#!/bin/sh
echo made >> {tmp_path}/log
rm -rf "$4"; mkdir -p "$4/bin"
printf '#!/bin/sh\nsleep 1; test -e $0\n' > "$4/bin/pip"; cp "$4/bin/pip" "$4/bin/python"; chmod +x "$4"/bin/*
""",
        encoding="utf-8",
    )
    (tmp_path / "python3").chmod(0o755)
    given = {**os.environ, "GRIDLAKE_CACHE": str(tmp_path / "cache"), "PATH": f"{tmp_path}:{os.environ['PATH']}"}
    running = [subprocess.Popen(["make", "--silent", "venv"], cwd=CHECKOUT, env=given) for _ in range(2)]
    assert [one.wait(60) for one in running] == [0, 0]
    assert (tmp_path / "log").read_text(encoding="utf-8") == "made\n"


def test_an_environment_that_this_account_cannot_run_is_told_with_the_next_step(tmp_path: Path) -> None:
    (tmp_path / "bin").mkdir()
    (tmp_path / "bin" / "python").symlink_to("/nobody/python3.11")
    (tmp_path / ".complete").touch()
    command = ["make", "venv", f"VENV={tmp_path}"]
    done = subprocess.run(command, check=False, capture_output=True, text=True, cwd=CHECKOUT)
    assert done.returncode == 2
    assert "is /nobody/python3.11, which this account cannot run" in done.stderr
    assert f"Remove {tmp_path} and run this again" in done.stderr


def test_links_between_documents_lead_somewhere() -> None:
    broken = []
    for document in documents():
        for target in re.findall(r"\]\(([^)#:]+)\)", document.read_text(encoding="utf-8")):
            if not (document.parent / target).exists():
                broken.append(f"{document.relative_to(CHECKOUT)}: {target}")
    assert broken == []
