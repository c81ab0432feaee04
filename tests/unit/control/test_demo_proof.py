"""Claims about the figures of the proof."""

import json
from pathlib import Path

import pytest

from gridlake_control import paths
from gridlake_control.demo_proof import OutputError, document, rates, records_produced, write


def test_records_that_retention_has_deleted_were_produced() -> None:
    assert records_produced({"meter": {"0": [7, 10], "1": [0, 5]}, "transformer": {"0": [3, 3]}}) == 18


def test_document_is_found_among_progress() -> None:
    output = 'send: 1/2 substations {"not": this}\n{\n  "topics": {\n    "t": 1\n  }\n}\nlate line\n'
    assert document(output) == {"topics": {"t": 1}}


def test_output_without_a_document_is_explained() -> None:
    with pytest.raises(OutputError, match="send: 1/2"):
        document("send: 1/2 substations\n")


def test_rates_are_those_of_a_run_that_sent_everything() -> None:
    assert rates(1000, 3, 3, 10.0, 20.0) == {"readings_per_second": 100, "readings_per_cpu_second": 50}


def test_no_rates_where_kafka_had_readings_already() -> None:
    found = rates(1000, 1, 3, 10.0, 20.0)
    assert (found["readings_per_second"], found["readings_per_cpu_second"]) == (None, None)
    assert "1 of 3 substations" in found["rates_reason"]


def test_written_proof_ends_with_the_long_list_of_substations(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(paths, "BUILD", tmp_path)
    write({"seed": 1, "scope": {"substations": "'QN-00001-001'"}, "tables": [], "resident_bytes_peak": 5})
    written = json.loads((tmp_path / "demo" / "proof.json").read_text(encoding="utf-8"))
    assert list(written) == ["seed", "resident_bytes_peak", "scope"]
