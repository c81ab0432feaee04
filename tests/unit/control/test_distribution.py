"""Archives: the same content gives the same bytes, and nothing is built twice or from a wrong file."""

import hashlib
import os
import subprocess
import zipfile
from pathlib import Path

import pytest

from gridlake_control import distribution, layout, manifest
from gridlake_control.distribution import Plan
from gridlake_control.errors import AssemblyError, MirrorError
from gridlake_control.lock import LockedFile
from gridlake_control.pins import Coordinate, DistributionPin


@pytest.fixture(autouse=True)
def cache(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setenv("GRIDLAKE_CACHE", str(tmp_path / "cache"))
    return tmp_path / "cache"


def tree(directory: Path, age: int) -> Path:
    """A stage with an executable, a link and a hard link, made at another time and with another mask each time."""
    (directory / "bin").mkdir(parents=True)
    (directory / "bin" / "tool").write_text("#!/bin/sh\n")
    (directory / "bin" / "tool").chmod(0o755 if age % 2 else 0o775)
    (directory / "bin" / "alias").symlink_to("tool")
    (directory / "lib.jar").write_bytes(b"x" * 5000)
    os.link(directory / "lib.jar", directory / "again.jar")
    for path in directory.rglob("*"):
        os.utime(path, (age, age), follow_symlinks=False)
    return directory


@pytest.mark.parametrize("suffix", ["tar.zst", "zip"])
def test_the_same_content_gives_the_same_bytes(tmp_path: Path, suffix: str) -> None:
    for age in (1_000_000, 2_000_001):
        distribution.pack(tree(tmp_path / str(age), age), tmp_path / f"{age}.archive", suffix)
    assert (tmp_path / "1000000.archive").read_bytes() == (tmp_path / "2000001.archive").read_bytes()


def test_hard_links_survive_and_the_owner_is_root(tmp_path: Path) -> None:
    archive = tmp_path / "a.tar.zst"
    distribution.pack(tree(tmp_path / "stage", 1), archive, "tar.zst")
    listing = subprocess.run(
        ["tar", "--zstd", "--numeric-owner", "-tvf", archive], capture_output=True, text=True, check=True
    ).stdout
    assert "./lib.jar link to ./again.jar" in listing
    assert {line.split()[1] for line in listing.splitlines()} == {"0/0"}


def test_an_unknown_packing_is_refused(tmp_path: Path) -> None:
    with pytest.raises(AssemblyError, match="no packing is known"):
        distribution.pack(tree(tmp_path / "stage", 1), tmp_path / "a.rar", "rar")


def test_zip_entries_are_stored_with_names_from_the_top(tmp_path: Path) -> None:
    distribution.pack(tree(tmp_path / "stage", 1), tmp_path / "a.zip", "zip")
    with zipfile.ZipFile(tmp_path / "a.zip") as archive:
        assert sorted(archive.namelist()) == ["again.jar", "bin/alias", "bin/tool", "lib.jar"]
        assert {info.compress_type for info in archive.infolist()} == {zipfile.ZIP_STORED}


def test_an_archive_is_built_only_when_its_inputs_change(cache: Path) -> None:
    built: list[str] = []

    def plan(inputs: str) -> Plan:
        def lay_out(stage: Path) -> tuple[str, ...]:
            built.append(inputs)
            (stage / "file").write_text(inputs)
            return ("tool",)

        return Plan("tool", "1", "tar.zst", inputs, lay_out)

    outcomes = [distribution.build(plan(inputs)) for inputs in ("a", "a", "b")]
    assert outcomes == [True, False, True]
    assert built == ["a", "b"]
    entry = manifest.read()["tool"]
    assert (entry.version, entry.file, entry.link_bin, entry.unpacked_bytes) == ("1", "tool-1.tar.zst", ("tool",), 1)
    assert entry.sha512 == hashlib.sha512((cache / "dist" / "tool-1.tar.zst").read_bytes()).hexdigest()


def test_a_failed_build_keeps_the_old_archive_and_leaves_nothing(cache: Path) -> None:
    def broken(_stage: Path) -> tuple[str, ...]:
        raise AssemblyError("no")

    def whole(stage: Path) -> tuple[str, ...]:
        (stage / "file").write_text("good")
        return ()

    distribution.build(Plan("tool", "1", "tar.zst", "a", whole))
    before = manifest.read()
    with pytest.raises(AssemblyError, match="no"):
        distribution.build(Plan("tool", "1", "tar.zst", "b", broken))
    assert manifest.read() == before
    assert sorted(path.name for path in (cache / "dist").iterdir()) == [".lock", "manifest.json", "tool-1.tar.zst"]


def test_what_a_killed_build_left_is_removed_by_the_next(cache: Path) -> None:
    left = cache / "dist" / ".tool.building" / "stage"
    left.mkdir(parents=True)
    (left / "stale").write_text("from the killed run")

    def lay_out(stage: Path) -> tuple[str, ...]:
        assert list(stage.iterdir()) == []
        return ()

    distribution.build(Plan("tool", "1", "tar.zst", "a", lay_out))
    assert not left.exists()


def test_inputs_change_with_names_modes_and_content(tmp_path: Path) -> None:
    launcher = tmp_path / "launchers" / "tool"
    launcher.parent.mkdir()
    launcher.write_text("one")
    seen = {distribution.inputs_hash([launcher.parent], ["1.0"])}
    launcher.write_text("two")
    seen.add(distribution.inputs_hash([launcher.parent], ["1.0"]))
    launcher.chmod(0o755)
    seen.add(distribution.inputs_hash([launcher.parent], ["1.0"]))
    launcher.rename(launcher.with_name("other"))
    seen.add(distribution.inputs_hash([launcher.parent], ["1.0"]))
    seen.add(distribution.inputs_hash([launcher.parent], ["1.1"]))
    assert len(seen) == 5


def test_a_forged_mirror_file_enters_no_archive(tmp_path: Path) -> None:
    pin = DistributionPin("hadoop", "1", "Apache-2.0", (), (Coordinate.parse("g:a:jar:1"),), (), None)
    pins = dict.fromkeys(("hadoop", "kafka", "hive-metastore", "trino", "spark"), pin)
    entry = LockedFile("hadoop", "g:a:jar:1", "0" * 128)
    (tmp_path / entry.path).parent.mkdir(parents=True)
    (tmp_path / entry.path).write_bytes(b"forged")
    plan = next(distribution.plans(pins, [entry], tmp_path))
    with pytest.raises(MirrorError, match="g:a:jar:1"):
        distribution.build(plan)


def test_two_files_of_one_name_are_refused(tmp_path: Path) -> None:
    for folder in ("one", "two"):
        (tmp_path / folder).mkdir()
        (tmp_path / folder / "a.jar").write_text(folder)
    with pytest.raises(AssemblyError, match=r"libs/a\.jar"):
        layout.link_all([tmp_path / "one" / "a.jar", tmp_path / "two" / "a.jar"], tmp_path / "libs")
