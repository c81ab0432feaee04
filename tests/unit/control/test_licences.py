"""Licences: read where a pom or its parents declare them, named as SPDX does."""

from pathlib import Path

import pytest

from gridlake_control import licences
from gridlake_control.pins import Coordinate


@pytest.mark.parametrize(
    ("name", "identifier"),
    [
        ("The Apache Software License, Version 2.0", "Apache-2.0"),
        ("Apache-2.0", "Apache-2.0"),
        ("BSD 3-Clause License", "BSD-3-Clause"),
        ("Eclipse Public License v. 2.0", "EPL-2.0"),
        ("The MIT License", "MIT"),
        ("GPL2 w/ CPE", "GPL-2.0-with-classpath-exception"),
        ("A  licence\n of its own", "A licence of its own"),
    ],
)
def test_names_become_identifiers_where_they_are_known(name: str, identifier: str) -> None:
    assert licences.spdx(name) == identifier


def test_a_parent_speaks_for_a_pom_that_says_nothing(tmp_path: Path) -> None:
    child, parent = tmp_path / "g/child/1", tmp_path / "g/parent/2"
    for folder in (child, parent):
        folder.mkdir(parents=True)
    (child / "child-1.pom").write_text(
        '<project xmlns="http://maven.apache.org/POM/4.0.0"><parent><groupId>g</groupId>'
        "<artifactId>parent</artifactId><version>2</version></parent></project>"
    )
    (parent / "parent-2.pom").write_text(
        "<project><licenses><license><name>MIT License</name></license></licenses></project>"
    )
    assert licences.declared(Coordinate.parse("g:child:jar:1"), tmp_path) == ("MIT",)
    assert licences.declared(Coordinate.parse("g:absent:jar:1"), tmp_path) == ()


def test_what_is_written_is_read_back(tmp_path: Path) -> None:
    known = {"g:b:1": ("MIT", "A licence of its own"), "g:a:1": ("Apache-2.0",)}
    licences.write(known, tmp_path / "licences.txt")
    assert licences.read(tmp_path / "licences.txt") == known
