"""Where tests find Spark and their oracle, also in a cache that root has filled."""

import io
import os
import shutil
import subprocess
import tarfile
from pathlib import Path

import pytest

from gridlake_control import local_spark, locked_environment, manifest, paths
from gridlake_control.errors import MirrorError


@pytest.fixture
def cache(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A cache with a Spark of one file, in a checkout that nobody else uses."""
    monkeypatch.setenv("GRIDLAKE_CACHE", str(tmp_path / "cache"))
    monkeypatch.setattr(paths, "BUILD", tmp_path / "build")
    paths.dist().mkdir(parents=True)
    with tarfile.open(tmp_path / "spark.tar", "w") as archive:
        archive.addfile(tarfile.TarInfo("README"), io.BytesIO())
    target = paths.dist() / "spark-1.tar.zst"
    subprocess.run(["zstd", "-q", tmp_path / "spark.tar", "-o", target], check=True)
    manifest.record("spark", manifest.Distribution("1", target.name, "0123456789abcdef", 0, (), "inputs"))
    return tmp_path / "cache"


def of_another_account(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Take the right to write there; file modes do not stop root, who runs `make test`."""
    allowed = os.access
    monkeypatch.setattr(os, "access", lambda path, mode: Path(path) != folder and allowed(path, mode))


def test_spark_is_unpacked_once_and_over_what_a_killed_run_left(cache: Path) -> None:
    (cache / "unpacked" / ".unpacking" / "half").mkdir(parents=True)
    home = local_spark.spark_home()
    assert home == cache / "unpacked" / "spark-0123456789ab"
    assert [path.name for path in home.iterdir()] == ["README"]
    (paths.dist() / "spark-1.tar.zst").unlink()
    assert local_spark.spark_home() == home


def test_a_cache_of_another_account_is_not_written(cache: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    of_another_account(cache, monkeypatch)
    assert local_spark.spark_home() == paths.BUILD / "cache" / "unpacked" / "spark-0123456789ab"
    assert not (cache / "unpacked").exists()


def test_what_root_has_unpacked_and_installed_is_used_as_it_is(cache: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    home = local_spark.spark_home()
    # Installed by a pip that is not called: the real one takes half a minute.
    monkeypatch.setattr(subprocess, "run", lambda *_, **__: subprocess.CompletedProcess([], 0))
    oracle = locked_environment.python("power-flow-oracle")
    assert oracle.is_relative_to(cache)
    of_another_account(cache, monkeypatch)
    monkeypatch.setattr(shutil, "rmtree", None)
    assert (local_spark.spark_home(), locked_environment.python("power-flow-oracle")) == (home, oracle)
    assert not paths.BUILD.exists()


def test_an_archive_that_is_cut_off_is_named_with_the_next_step(cache: Path) -> None:
    archive = paths.dist() / "spark-1.tar.zst"
    archive.write_bytes(archive.read_bytes()[:20])
    with pytest.raises(MirrorError, match=r"spark-1\.tar\.zst cannot be unpacked .*; remove it and run `make mirror`"):
        local_spark.spark_home()
    assert not (cache / "unpacked" / "spark-0123456789ab").exists()
