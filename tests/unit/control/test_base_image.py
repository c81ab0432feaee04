"""Claims about the base image that need neither root nor a Debian archive."""

import os
from dataclasses import replace
from pathlib import Path

import pytest

from gridlake_control import base_image, paths
from gridlake_control.base_image import BaseImage, BaseImageError
from gridlake_control.errors import PinError

IMAGE = BaseImage(suite="trixie", packages=("systemd", "python3"))


def test_the_order_of_packages_does_not_make_another_image() -> None:
    assert replace(IMAGE, packages=("python3", "systemd")).stamp == IMAGE.stamp


@pytest.mark.parametrize("change", [{"packages": ("systemd", "python3", "curl")}, {"suite": "forky"}])
def test_another_recipe_is_another_image(change: dict[str, object]) -> None:
    assert replace(IMAGE, **change).stamp != IMAGE.stamp  # type: ignore[arg-type]  # one parametrised field


def test_an_image_that_is_there_is_used_as_it_is(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("GRIDLAKE_CACHE", str(tmp_path))
    monkeypatch.setattr(os, "geteuid", lambda: 1000)
    IMAGE.path.mkdir(parents=True)
    assert base_image.ensure(IMAGE) == tmp_path / "base" / f"debian13-{IMAGE.stamp}"


def test_without_root_nothing_is_begun(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("GRIDLAKE_CACHE", str(tmp_path))
    monkeypatch.setattr(os, "geteuid", lambda: 1000)
    with pytest.raises(BaseImageError, match="run this as root"):
        base_image.ensure(IMAGE)
    assert list(tmp_path.iterdir()) == []


def test_without_mmdebstrap_the_error_names_the_package(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("GRIDLAKE_CACHE", str(tmp_path))
    monkeypatch.setenv("PATH", str(tmp_path))
    monkeypatch.setattr(os, "geteuid", lambda: 0)
    with pytest.raises(BaseImageError, match="apt-get install mmdebstrap"):
        base_image.ensure(IMAGE)


def test_the_image_has_what_every_distribution_needs() -> None:
    image = base_image.load()
    needed = {
        "systemd",
        "openssh-server",
        "python3",
        "openjdk-21-jre-headless",
        "openjdk-25-jre-headless",
        "postgresql-17",
    }
    assert needed <= set(image.packages)


def test_an_unknown_key_of_the_pin_is_refused(tmp_path: Path) -> None:
    text = paths.PIN_FILE.read_text(encoding="utf-8").replace("suite: trixie", "suite: trixie\n    colour: blue")
    (tmp_path / "pins.yml").write_text(text, encoding="utf-8")
    with pytest.raises(PinError, match="colour"):
        base_image.load(tmp_path / "pins.yml")


@pytest.fixture
def stubs(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Programs that only note how they were called; root's place, without root."""
    for name in ("unshare", "umount", "mmdebstrap"):
        program = tmp_path / "bin" / name
        program.parent.mkdir(exist_ok=True)
        program.write_text(f'#!/bin/sh\necho {name} "$@" >> {tmp_path}/calls\n[ {name} = umount ]\n', encoding="utf-8")
        program.chmod(0o755)
    monkeypatch.setenv("PATH", f"{tmp_path}/bin", prepend=":")
    monkeypatch.setenv("GRIDLAKE_CACHE", str(tmp_path / "cache"))
    monkeypatch.setattr(os, "geteuid", lambda: 0)
    return tmp_path


def test_what_a_build_mounts_ends_with_it(stubs: Path) -> None:
    with pytest.raises(BaseImageError, match="mmdebstrap failed"):
        base_image.ensure(IMAGE)
    assert (stubs / "calls").read_text(encoding="utf-8").startswith("unshare --mount --propagation=private mmdebstrap ")


def test_what_an_earlier_build_left_mounted_is_unmounted_before_its_tree_is_removed(
    stubs: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    remains = IMAGE.path.parent / ".building-1"
    (remains / "sys" / "fs").mkdir(parents=True)
    lines = ["/ ext4", f"{remains}/sys sysfs", f"{remains}/sys/fs tmpfs", f"{remains}2 tmpfs"]
    (stubs / "mounts").write_text("".join(f"none {line} rw 0 0\n" for line in lines), encoding="utf-8")
    monkeypatch.setattr(base_image, "_MOUNTS", stubs / "mounts")
    with pytest.raises(BaseImageError, match="mmdebstrap failed"):
        base_image.ensure(IMAGE)
    calls = (stubs / "calls").read_text(encoding="utf-8").splitlines()
    assert calls[:2] == [f"umount {remains}/sys/fs", f"umount {remains}/sys"]
    assert not remains.exists()
