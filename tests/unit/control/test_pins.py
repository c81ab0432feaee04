"""The pin file: what it says is what is built, and nothing that it says is ignored."""

from pathlib import Path

import pytest

from gridlake_control import pins
from gridlake_control.errors import PinError
from gridlake_control.pins import Coordinate


def pin_file(tmp_path: Path, text: str) -> Path:
    file = tmp_path / "pins.yml"
    file.write_text(text, encoding="utf-8")
    return file


def test_a_coordinate_names_its_file_in_a_repository() -> None:
    coordinate = Coordinate.parse("org.apache.hadoop:hadoop-common:jar:tests:3.4.2")
    expected = "org/apache/hadoop/hadoop-common/3.4.2/hadoop-common-3.4.2-tests.jar"
    assert str(coordinate.repository_path) == expected
    assert str(coordinate) == "org.apache.hadoop:hadoop-common:jar:tests:3.4.2"


@pytest.mark.parametrize("text", ["", "a:b", "a:b:jar", "a:b:jar:c:1:2", "a::jar:1"])
def test_a_malformed_coordinate_is_refused_with_its_text(text: str) -> None:
    with pytest.raises(PinError, match="is no coordinate"):
        Coordinate.parse(text)


def test_the_version_of_a_distribution_is_said_once(tmp_path: Path) -> None:
    text = """
pins:
  distributions:
    tool: {version: "1.2", licence: MIT, roots: ["g:a:jar:{version}"], sdist: "tool-{version}.tar.gz"}
"""
    tool = pins.load(pin_file(tmp_path, text))["tool"]
    assert [str(root) for root in tool.roots] == ["g:a:jar:1.2"]
    assert tool.sdist == "tool-1.2.tar.gz"


def test_an_unknown_key_is_refused(tmp_path: Path) -> None:
    text = "pins: {distributions: {tool: {version: '1', licence: MIT, rots: []}}}"
    with pytest.raises(PinError, match="rots"):
        pins.load(pin_file(tmp_path, text))


def test_an_unquoted_version_is_refused(tmp_path: Path) -> None:
    text = "pins: {distributions: {tool: {version: 4.10, licence: MIT}}}"
    with pytest.raises(PinError, match=r"must be a quoted string, found 4\.1"):
        pins.load(pin_file(tmp_path, text))


def test_a_missing_pin_file_is_refused(tmp_path: Path) -> None:
    with pytest.raises(PinError, match="no pin file"):
        pins.load(tmp_path / "pins.yml")


def test_the_project_pins_the_versions_of_the_design() -> None:
    versions = {name: pin.version for name, pin in pins.load().items()}
    assert versions == {
        "hadoop": "3.4.2",
        "kafka": "4.1.1",
        "hive-metastore": "4.0.0",
        "trino": "476",
        "spark": "4.1.1",
    }


@pytest.mark.parametrize("content", [b"pins: [", b"pinz: {}", b"pins: {base_image: 3}", b"# \xff", b""])
def test_a_part_that_cannot_be_read_is_named(content: bytes, tmp_path: Path) -> None:
    pin_file = tmp_path / "pins.yml"
    pin_file.write_bytes(content)
    with pytest.raises(PinError, match=r"pins\.yml has no readable mapping pins\.base_image: "):
        pins.part("base_image", pin_file)
