"""The mirror: what is there stays, what is missing comes, what is wrong is named."""

import hashlib
import json
import os
from collections.abc import Sequence
from pathlib import Path

import pytest
from click.testing import CliRunner

from gridlake_control import mirror
from gridlake_control.errors import MirrorError
from gridlake_control.lock import LockedFile

CONTENT = {"g:one:jar:1": b"first", "g:two:jar:1": b"second", "pack-1.tar.gz": b"third"}
LOCKED = [LockedFile("kafka", name, hashlib.sha512(content).hexdigest()) for name, content in CONTENT.items()]


class Source:
    """A place to download from that serves files and remembers what it was asked for."""

    def __init__(self, content: dict[str, bytes]) -> None:
        self.content = content
        self.asked: list[str] = []

    def __call__(self, missing: Sequence[LockedFile], directory: Path) -> None:
        for entry in missing:
            self.asked.append(entry.name)
            if entry.name in self.content:
                path = directory / entry.path
                path.parent.mkdir(parents=True, exist_ok=True)
                path.write_bytes(self.content[entry.name])


def test_an_empty_mirror_is_filled(tmp_path: Path) -> None:
    source = Source(CONTENT)
    assert mirror.fetch(LOCKED, tmp_path, source) == 3
    assert (tmp_path / LOCKED[1].path).read_bytes() == b"second"


def test_a_broken_off_download_goes_on_with_what_is_missing(tmp_path: Path) -> None:
    Source({"g:one:jar:1": b"first"})(LOCKED[:1], tmp_path)
    source = Source(CONTENT)
    assert mirror.fetch(LOCKED, tmp_path, source) == 2
    assert source.asked == ["g:two:jar:1", "pack-1.tar.gz"]


def test_a_complete_mirror_asks_nobody(tmp_path: Path) -> None:
    mirror.fetch(LOCKED, tmp_path, Source(CONTENT))
    source = Source({})
    assert mirror.fetch(LOCKED, tmp_path, source) == 0
    assert source.asked == []


def test_a_file_that_does_not_arrive_is_named(tmp_path: Path) -> None:
    with pytest.raises(MirrorError, match=r"g:two:jar:1 did not arrive"):
        mirror.fetch(LOCKED, tmp_path, Source({"g:one:jar:1": b"first", "pack-1.tar.gz": b"third"}))


def test_a_wrong_file_is_named_with_both_hashes_and_the_next_step(tmp_path: Path) -> None:
    with pytest.raises(MirrorError) as refusal:
        mirror.fetch(LOCKED, tmp_path, Source({**CONTENT, "g:two:jar:1": b"forged"}))
    message = str(refusal.value)
    assert str(tmp_path / "maven/g/two/1/two-1.jar") in message
    assert LOCKED[1].sha512 in message
    assert hashlib.sha512(b"forged").hexdigest() in message
    assert "Delete the file and run `make mirror` again" in message


def test_a_file_corrupted_after_it_was_good_is_found(tmp_path: Path) -> None:
    mirror.fetch(LOCKED, tmp_path, Source(CONTENT))
    victim = tmp_path / LOCKED[2].path
    victim.write_bytes(b"thirD")
    os.utime(victim, ns=(0, victim.stat().st_mtime_ns + 1))
    with pytest.raises(MirrorError, match=r"pack-1\.tar\.gz is not the file that was locked"):
        mirror.fetch(LOCKED, tmp_path, Source(CONTENT))


def test_a_file_whose_time_was_set_back_is_found(tmp_path: Path) -> None:
    mirror.fetch(LOCKED, tmp_path, Source(CONTENT))
    victim = tmp_path / LOCKED[0].path
    before = victim.stat()
    victim.write_bytes(b"FIRST")
    os.utime(victim, ns=(before.st_atime_ns, before.st_mtime_ns))
    with pytest.raises(MirrorError, match="g:one:jar:1"):
        mirror.fetch(LOCKED, tmp_path, Source(CONTENT))


def test_verify_hashes_again_what_looks_unchanged(tmp_path: Path) -> None:
    mirror.fetch(LOCKED, tmp_path, Source(CONTENT))
    victim = tmp_path / LOCKED[0].path
    victim.write_bytes(b"FIRST")
    # A disk that forgets leaves every time as it was.
    changed, stamps = victim.stat(), tmp_path / mirror.STAMPS
    known = json.loads(stamps.read_text(encoding="utf-8"))
    known[str(LOCKED[0].path)][1:3] = [changed.st_mtime_ns, changed.st_ctime_ns]
    stamps.write_text(json.dumps(known), encoding="utf-8")
    mirror.fetch(LOCKED, tmp_path, Source(CONTENT))
    with pytest.raises(MirrorError, match="g:one:jar:1"):
        mirror.check(LOCKED, tmp_path, {})


def test_a_file_whose_lock_changed_is_hashed_again(tmp_path: Path) -> None:
    mirror.fetch(LOCKED, tmp_path, Source(CONTENT))
    relocked = [LockedFile("kafka", "g:one:jar:1", hashlib.sha512(b"other").hexdigest()), *LOCKED[1:]]
    with pytest.raises(MirrorError, match="g:one:jar:1"):
        mirror.fetch(relocked, tmp_path, Source(CONTENT))


def test_refusals_reach_the_operator_without_a_traceback(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("GRIDLAKE_CACHE", str(tmp_path))
    result = CliRunner().invoke(mirror.main, ["verify"])
    assert result.exit_code == 1
    assert result.output.startswith("Error: ")
    assert "run `make mirror` again" in result.output


@pytest.mark.parametrize("left", ["", '{"maven/g/one', "[]"])
def test_stamps_that_cannot_be_read_cost_time_and_nothing_else(left: str, tmp_path: Path) -> None:
    mirror.fetch(LOCKED, tmp_path, Source(CONTENT))
    (tmp_path / mirror.STAMPS).write_text(left, encoding="utf-8")
    (tmp_path / LOCKED[0].path).write_bytes(b"other")
    with pytest.raises(MirrorError, match="is not the file that was locked"):
        mirror.fetch(LOCKED, tmp_path, Source({}))
    (tmp_path / LOCKED[0].path).write_bytes(CONTENT[LOCKED[0].name])
    assert mirror.fetch(LOCKED, tmp_path, Source({})) == 0
    assert set(json.loads((tmp_path / mirror.STAMPS).read_text(encoding="utf-8"))) == {str(e.path) for e in LOCKED}


def test_a_cache_that_is_no_folder_is_refused_without_a_traceback(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "cache").touch()
    monkeypatch.setenv("GRIDLAKE_CACHE", str(tmp_path / "cache"))
    result = CliRunner().invoke(mirror.main, ["fetch"])
    assert result.exit_code == 1
    assert result.output == (
        f"Error: {tmp_path}/cache/mirror cannot be written (Not a directory): set GRIDLAKE_CACHE to a folder that can, "
        "or run this as root (sudo make ...)\n"
    )
