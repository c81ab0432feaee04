"""What Maven's failures are told as."""

from pathlib import Path

import pytest

from gridlake_control import maven
from gridlake_control.errors import PlaceError, ResolutionError
from gridlake_control.pins import Coordinate

WANTED = {"kafka": [Coordinate.parse("org.apache.kafka:kafka-clients:jar:4.1.1")]}


def failing_with(lines: str, folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Put a Maven on the PATH that says these lines and fails."""
    program = folder / "mvn"
    program.write_text(f"#!/bin/sh\ncat <<'E'\n{lines}\nE\nexit 1\n", encoding="utf-8")
    program.chmod(0o755)
    monkeypatch.setenv("PATH", str(folder), prepend=":")


def test_a_full_disk_is_not_blamed_on_the_repositories(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    failing_with("[WARNING] tracking\n[ERROR] GET request failed: No space left on device", tmp_path, monkeypatch)
    with pytest.raises(PlaceError, match=f"^the disk of {tmp_path}/repository is full: make room"):
        maven.fetch(WANTED, tmp_path / "repository")


def test_warnings_do_not_hide_the_error_behind_them(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    failing_with("[WARNING] tracking\n" * 99 + "[ERROR] kafka-clients was not found", tmp_path, monkeypatch)
    with pytest.raises(ResolutionError, match=r"run `make mirror` again\.\n.ERROR. kafka-clients was not found\n"):
        maven.fetch(WANTED, tmp_path / "repository")


def test_maven_is_told_to_ask_again_for_what_it_did_not_find(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    # What it remembers of a repository stays in ours for a day, and `make mirror` would not do what its message says.
    (tmp_path / "mvn").write_text('#!/bin/sh\necho "ERROR $@"\nexit 1\n', encoding="utf-8")
    (tmp_path / "mvn").chmod(0o755)
    monkeypatch.setenv("PATH", str(tmp_path), prepend=":")
    with pytest.raises(ResolutionError, match="ERROR -B -U "):
        maven.fetch(WANTED, tmp_path / "repository")
