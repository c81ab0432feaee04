"""The bill of materials: valid, complete, the same every time."""

from pathlib import Path

import pytest

from gridlake_control import lock, sbom
from gridlake_control.errors import ControlError


def test_the_bill_is_valid_and_the_same_every_time() -> None:
    bill = sbom.document()
    assert sbom.problems(bill) == []
    assert sbom.document() == bill


def test_every_locked_file_is_in_it_with_its_hash() -> None:
    hashes = {part["content"] for component in sbom.document()["components"] for part in component.get("hashes", ())}
    locked = {entry.sha512 for entry in lock.read()}
    assert len(locked) > 300
    assert locked <= hashes


def test_a_jar_has_its_address_and_licence() -> None:
    components = {component["bom-ref"]: component for component in sbom.document()["components"]}
    jar = components["pkg:maven/org.apache.hadoop/hadoop-common@3.4.2?type=jar"]
    assert jar["licenses"] == [{"license": {"id": "Apache-2.0"}}]
    assert "pkg:maven/org.apache.hadoop/hadoop-common@3.4.2?classifier=tests&type=jar" in components
    assert components["pkg:pypi/pyspark@4.1.1"]["hashes"][0]["alg"] == "SHA-512"


def test_a_bill_against_the_schema_is_refused(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sbom, "document", lambda: {"bomFormat": "CycloneDX", "specVersion": "1.6", "parts": []})
    with pytest.raises(ControlError, match="not valid"):
        sbom.write(tmp_path / "sbom.cdx.json")
    assert not (tmp_path / "sbom.cdx.json").exists()


def test_a_refused_bill_is_told_without_a_traceback(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sbom, "TARGET", tmp_path / "sbom.json")
    monkeypatch.setattr(sbom, "document", lambda: {"bomFormat": "none"})
    with pytest.raises(SystemExit, match=r"^sbom: the bill of materials is not valid CycloneDX"):
        sbom.main()
