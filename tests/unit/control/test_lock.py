"""Locks: what cannot be read is an error with its place, never an entry less."""

import re
from pathlib import Path

import pytest

from gridlake_control import lock, mirror
from gridlake_control.errors import LockError
from gridlake_control.lock import LockedFile

DIGEST = "ab" * 64


def lock_file(tmp_path: Path, *lines: str) -> Path:
    file = tmp_path / "maven.lock"
    file.write_text("\n".join(lines) + "\n", encoding="utf-8")
    return file


def test_what_is_written_is_read_back_sorted(tmp_path: Path) -> None:
    entries = [LockedFile("spark", "s-1.tar.gz", DIGEST), LockedFile("kafka", "g:a:jar:1", DIGEST)]
    lock.write(tmp_path / "maven.lock", entries)
    assert lock.read(tmp_path / "maven.lock") == (entries[1], entries[0])


def test_an_entry_says_where_its_file_lies() -> None:
    assert LockedFile("kafka", "org.x:a:jar:1", DIGEST).path == Path("maven/org/x/a/1/a-1.jar")
    assert LockedFile("spark", "s-1.tar.gz", DIGEST).path == Path("sdist/s-1.tar.gz")


@pytest.mark.parametrize(
    "line",
    [
        "g:a:jar:1",
        f"{DIGEST} g:a:jar:1",
        f"{DIGEST[:-1]}  g:a:jar:1",
        f"{DIGEST}  g:a:jar:1 junk",
        f"{DIGEST}  g:a:1",
        "<<<<<<< ours",
    ],
)
def test_a_malformed_line_is_refused_with_file_and_number(tmp_path: Path, line: str) -> None:
    file = lock_file(tmp_path, "[kafka]", f"{DIGEST}  g:good:jar:1", line)
    with pytest.raises(LockError, match=re.escape(f"{file}:3:")):
        lock.read(file)


def test_an_entry_without_a_distribution_is_refused(tmp_path: Path) -> None:
    with pytest.raises(LockError, match="under a \\[distribution\\]"):
        lock.read(lock_file(tmp_path, f"{DIGEST}  g:a:jar:1"))


def test_a_file_locked_twice_is_refused(tmp_path: Path) -> None:
    entry = f"{DIGEST}  g:a:jar:1"
    with pytest.raises(LockError, match="locked twice"):
        lock.read(lock_file(tmp_path, "[kafka]", entry, entry))


def test_an_empty_lock_is_refused(tmp_path: Path) -> None:
    with pytest.raises(LockError, match="locks nothing"):
        lock.read(lock_file(tmp_path, "# only a comment"))


def test_a_lock_that_is_no_text_is_refused(tmp_path: Path) -> None:
    (tmp_path / "maven.lock").write_bytes(b"\xff\xfe")
    with pytest.raises(LockError, match=r"maven\.lock is no text"):
        lock.read(tmp_path / "maven.lock")


def test_a_missing_lock_is_refused(tmp_path: Path) -> None:
    with pytest.raises(LockError, match="no lock"):
        lock.read(tmp_path / "maven.lock")


def test_the_projects_locks_cover_its_pins() -> None:
    locked = lock.read()
    mirror.require_pins_locked(locked)
    assert {entry.distribution for entry in locked} == {"hadoop", "kafka", "hive-metastore", "trino", "spark"}
    assert len(locked) > 400


def test_a_pin_that_is_not_locked_is_refused() -> None:
    without = [entry for entry in lock.read() if "iceberg-spark-runtime" not in entry.name]
    with pytest.raises(LockError, match=r"spark pins .*iceberg-spark-runtime.*make lock"):
        mirror.require_pins_locked(without)
