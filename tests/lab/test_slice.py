"""Claims about the slice: real readings from the head-end through Kafka, Spark, Iceberg and Airflow to SQL."""

import json
from collections import Counter
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from cluster import SLICE, Cluster

from gridlake_control.demo import Selection
from gridlake_control.demo_proof import CURRENT, lake_of
from gridlake_control.lake_proof import LakeError, readings_hash

# Other customers, who come beside the first.
OTHER = Selection(seed=90072, substations=2, days=3)
NO_BUNDLES = Path(__file__).parent / "fixtures" / "no_bundles.py"
AS_HEADEND = "set -a; . /etc/headend/environment; cd /; exec runuser --user headend -- /opt/headend/bin/python -"
# Why each message of the fixture is no reading.
REASONS = {
    "garbage": "BAD_HEADER",
    "truncated": "DECODE_FAILED",
    "empty": "BAD_HEADER",
    "nothing": "TOMBSTONE",
    "foreign schema": "UNKNOWN_FINGERPRINT",
    "over-long": "OVERSIZE",
}
CHECKS = """
SELECT run_number, invariant, subject, expected, found, passed FROM lake.ops.ledger_check ORDER BY run_number
"""
REJECTED = """
SELECT "partition", "offset", reason, to_hex(value), to_utf8('no-bundle') = key
FROM lake.curated.reading_rejected
WHERE topic = 'meter.reading.v1'
"""


@pytest.fixture(scope="module")
def no_bundles(cluster: Cluster, slice_proof: dict[str, Any]) -> dict[str, Any]:
    """Messages of a sender that is no head-end, in Kafka between the first demo and the second."""
    script = NO_BUNDLES.read_text(encoding="utf-8")
    said = cluster.figure("edge1", f"{AS_HEADEND} <<'SCRIPT'\n{script}\nSCRIPT")
    return dict(json.loads(said.splitlines()[-1])) | {"produced_before": slice_proof["records_produced"]}


@pytest.fixture(scope="module")
def again(cluster: Cluster, no_bundles: dict[str, Any]) -> dict[str, Any]:
    """What a demo of another seed leaves behind, after the first seed's head-end has sent everything once more."""
    sent = json.loads(cluster.figure("edge1", "headend", "send", *SLICE.options))["records_produced"]
    return cluster.demo(OTHER) | {"sent": sent, "no_bundles": no_bundles}


def test_every_record_is_accounted_for(cluster: Cluster, slice_proof: dict[str, Any]) -> None:
    assert slice_proof["lost"] == 0
    assert slice_proof["doubled"] == 0
    assert slice_proof["records_raw"] == slice_proof["records_produced"] > 0
    # An earlier run of these tests may have left messages that are no bundles; of the head-end's none is rejected.
    assert [row for row in lake_of(cluster.inventory).table(REJECTED) if row[4] is not True] == []


def test_lake_equals_what_the_head_end_sent(slice_proof: dict[str, Any]) -> None:
    assert slice_proof["readings"] == slice_proof["oracle_readings"] > 0
    assert slice_proof["lake_hash"] == slice_proof["oracle_hash"]


def test_the_lake_checks_its_ledger_after_every_curation(cluster: Cluster, again: dict[str, Any]) -> None:
    checks = lake_of(cluster.inventory).table(CHECKS)
    assert [row for row in checks if row[-1] is not True] == []
    # Run by run what each topic had, all together what the lake has: no record stays unchecked, none is checked twice.
    assert sum(expected for _, invariant, _, expected, _, _ in checks if invariant == "L1 lost") == again["records_raw"]
    newest = {(invariant, subject) for run, invariant, subject, *_ in checks if run == checks[-1][0]}
    topics = ("meter.reading.v1", "transformer.reading.v1")
    assert newest == {
        *(
            (invariant, topic)
            for invariant in ("L1 lost", "L2 doubled", "L3 balance", "L3 rejected")
            for topic in topics
        ),
        *((invariant, "curated.reading_current") for invariant in ("L2 doubled", "L6 branches")),
    }


def test_dbt_cannot_write_what_the_pipeline_says_of_itself(cluster: Cluster) -> None:
    dbt = replace(lake_of(cluster.inventory), user="airflow", password=cluster.inventory.secret("trino_airflow"))
    assert dbt.table("SELECT count(*) > 0 FROM lake.ops.run_manifest") == [[True]]
    with pytest.raises(LakeError, match="Access Denied"):
        dbt.table("DELETE FROM lake.ops.run_manifest WHERE run_number = -1")


def test_one_watt_hour_would_be_noticed(cluster: Cluster, slice_proof: dict[str, Any]) -> None:
    rows = lake_of(cluster.inventory).table(CURRENT.format(**slice_proof["scope"]))
    assert readings_hash(rows)[0] == slice_proof["oracle_hash"]
    rows[len(rows) // 2][3][40] += 1
    assert readings_hash(rows)[0] != slice_proof["oracle_hash"]


def test_sending_again_and_another_seed_change_no_reading(
    cluster: Cluster, slice_proof: dict[str, Any], again: dict[str, Any]
) -> None:
    sent, no_bundles = again["sent"], again["no_bundles"]
    others = again["records_produced"] - no_bundles["produced_before"] - len(REASONS) - sent
    assert sent > 0
    assert again["duplicates"] == slice_proof["duplicates"] + sent
    assert again["accepted"] == slice_proof["accepted"] + others
    assert (again["lost"], again["doubled"], again["unaccounted"]) == (0, 0, 0)
    first = readings_hash(lake_of(cluster.inventory).query(CURRENT.format(**slice_proof["scope"])))
    assert first == (slice_proof["oracle_hash"], slice_proof["oracle_readings"])


def test_each_seed_meets_its_own_oracle(slice_proof: dict[str, Any], again: dict[str, Any]) -> None:
    assert again["seed"] != slice_proof["seed"]
    assert again["oracle_hash"] != slice_proof["oracle_hash"]
    assert again["lake_hash"] == again["oracle_hash"]
    assert again["readings"] == again["oracle_readings"] > 0


def test_messages_that_are_no_bundle_are_kept_with_reason_coordinates_and_bytes(
    cluster: Cluster, slice_proof: dict[str, Any], again: dict[str, Any]
) -> None:
    landed = again["no_bundles"]["landed"]
    assert set(landed) == set(REASONS)
    assert again["no_bundles"]["refused"] == "MessageSizeTooLargeError"
    kept = {(row[0], row[1]): tuple(row[2:]) for row in lake_of(cluster.inventory).table(REJECTED)}
    for name, (partition, offset, value) in landed.items():
        expected = (REASONS[name], None if value is None else value.upper(), True)
        assert kept[partition, offset] == expected, name
    assert Counter(again["rejected"]) - Counter(slice_proof["rejected"]) == Counter(REASONS.values())
    assert again["proven"] is True
