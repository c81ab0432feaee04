"""Claims about the slice: real readings from the head-end through Kafka, Spark, Iceberg and Airflow to SQL."""

import json
from collections import Counter
from pathlib import Path
from typing import Any

import pytest
from cluster import CHECKOUT, Cluster

from gridlake_control.demo_proof import CURRENT, lake_of
from gridlake_control.lake_proof import readings_hash

SEED = 90071
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
REJECTED = """
SELECT "partition", "offset", reason, to_hex(value), to_utf8('no-bundle') = key
FROM lake.curated.reading_rejected
WHERE topic = 'meter.reading.v1'
"""


def demo(cluster: Cluster) -> dict[str, Any]:
    """What a small demo leaves behind."""
    cluster.make("demo", f"SEED={SEED}", "SUBSTATIONS=3", "DAYS=7", timeout=1800)
    return dict(json.loads((CHECKOUT / "build" / "demo" / "proof.json").read_text(encoding="utf-8")))


@pytest.fixture(scope="module")
def proof(cluster: Cluster) -> dict[str, Any]:
    """The proof of the first demo."""
    return demo(cluster)


@pytest.fixture(scope="module")
def no_bundles(cluster: Cluster, proof: dict[str, Any]) -> dict[str, Any]:
    """Messages of a sender that is no head-end, in Kafka between the first demo and the second."""
    script = NO_BUNDLES.read_text(encoding="utf-8")
    said = cluster.figure("edge1", f"{AS_HEADEND} <<'SCRIPT'\n{script}\nSCRIPT")
    return dict(json.loads(said.splitlines()[-1])) | {"produced_before": proof["records_produced"]}


@pytest.fixture(scope="module")
def again(cluster: Cluster, no_bundles: dict[str, Any]) -> dict[str, Any]:
    """What a second demo leaves behind, after the head-end has sent everything once more."""
    selection = ("--seed", str(SEED), "--substations", "3", "--days", "7")
    sent = json.loads(cluster.figure("edge1", "headend", "send", *selection))["records_produced"]
    return demo(cluster) | {"sent": sent, "no_bundles": no_bundles}


def test_every_record_is_accounted_for(cluster: Cluster, proof: dict[str, Any]) -> None:
    assert proof["lost"] == 0
    assert proof["doubled"] == 0
    assert proof["records_raw"] == proof["records_produced"] > 0
    # An earlier run of these tests may have left messages that are no bundles; of the head-end's none is rejected.
    assert [row for row in lake_of(cluster.inventory).table(REJECTED) if row[4] is not True] == []


def test_lake_equals_what_the_head_end_sent(proof: dict[str, Any]) -> None:
    assert proof["readings"] == proof["oracle_readings"] > 0
    assert proof["lake_hash"] == proof["oracle_hash"]


def test_one_watt_hour_would_be_noticed(cluster: Cluster, proof: dict[str, Any]) -> None:
    rows = lake_of(cluster.inventory).table(CURRENT.format(**proof["scope"]))
    assert readings_hash(rows)[0] == proof["oracle_hash"]
    rows[len(rows) // 2][3][40] += 1
    assert readings_hash(rows)[0] != proof["oracle_hash"]


def test_sending_again_changes_no_reading(proof: dict[str, Any], again: dict[str, Any]) -> None:
    assert again["sent"] > 0
    assert again["records_produced"] == again["no_bundles"]["produced_before"] + len(REASONS) + again["sent"]
    assert again["duplicates"] == proof["duplicates"] + again["sent"]
    assert (again["lost"], again["doubled"], again["unaccounted"]) == (0, 0, 0)
    assert again["lake_hash"] == proof["lake_hash"]
    assert again["readings_per_second"] is None


def test_messages_that_are_no_bundle_are_kept_with_reason_coordinates_and_bytes(
    cluster: Cluster, proof: dict[str, Any], again: dict[str, Any]
) -> None:
    landed = again["no_bundles"]["landed"]
    assert set(landed) == set(REASONS)
    assert again["no_bundles"]["refused"] == "MessageSizeTooLargeError"
    kept = {(row[0], row[1]): tuple(row[2:]) for row in lake_of(cluster.inventory).table(REJECTED)}
    for name, (partition, offset, value) in landed.items():
        expected = (REASONS[name], None if value is None else value.upper(), True)
        assert kept[partition, offset] == expected, name
    assert Counter(again["rejected"]) - Counter(proof["rejected"]) == Counter(REASONS.values())
    assert again["accepted"] == proof["accepted"]
    assert again["proven"] is True
